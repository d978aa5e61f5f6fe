import CLinux
import ChildProcess
import Glibc
public import HTTPTransport
import Pacing
import Synchronization
import Threads

extension ClientEnvironment {
  /// The clock, the files, the network and the programs of this machine.
  ///
  /// - Parameter variables: The variables that commands are given.
  /// - Returns: The environment.
  public static func live(variables: [String: String]) -> ClientEnvironment {
    let reader = PatientReader()
    return ClientEnvironment(
      variables: variables, now: liveNow, date: { time(nil) },
      read: { path, limit, deadline throws(ClientFault) in
        try await reader.read(path, limit, until: deadline)
      },
      isProgram: { path in access(path, X_OK) == 0 },
      connect: { place, tls throws(HTTPSettingsError) in
        var limits = HTTPLimits()
        limits.maximumConnections = 1
        return try HTTPClient(to: place, tls: tls, limits: limits)
      },
      run: { command, lane in await lane.run(command) })
  }

  private static let liveNow: @Sendable () -> Tick = {
    Tick(nanoseconds: clinux_monotonic_time())
  }
}

extension HTTPClient: ClientConnection {
  /// Ends what is under way, and closes the connection.
  public func close() async { await shutdown() }
}

/// Reads files on threads of their own: one on storage that hangs costs its thread, once, and nobody
/// waits for it beyond the deadline. Who asks for a file that is just being read waits for the same
/// read: clients of one program read its file side by side.
private final class PatientReader: Sendable {
  private struct Wish: Hashable {
    var path: String
    var limit: Int
  }

  private let waiters = Mutex<[Wish: [Waiter]]>([:])

  func read(
    _ path: String, _ limit: Int, until deadline: Tick
  ) async throws(ClientFault) -> [UInt8] {
    let wish = Wish(path: path, limit: limit)
    let rest = deadline - Tick(nanoseconds: clinux_monotonic_time())
    let result = await withCheckedContinuation { continuation in
      let waiter = Waiter(continuation)
      let alarm = Task {
        try? await Task.sleep(for: max(rest, .zero))
        waiter.resume(.failure(ClientFault("\(path): no answer from its storage")))
      }
      waiter.cancelAtEnd(alarm)
      guard isFirst(waiter, of: wish) else { return }
      let error = startDetachedThread { [self] in end(wish, Self.read(path, limit)) }
      if error != 0 { end(wish, .failure(ClientFault("\(path): no thread could be started"))) }
    }
    return try result.get()
  }

  private func isFirst(_ waiter: Waiter, of wish: Wish) -> Bool {
    waiters.withLock { waiters in
      let others = waiters[wish]
      waiters[wish] = (others ?? []).filter { !$0.isOver } + [waiter]
      return others == nil
    }
  }

  private func end(_ wish: Wish, _ result: Result<[UInt8], ClientFault>) {
    for waiter in waiters.withLock({ $0.removeValue(forKey: wish) }) ?? [] {
      waiter.resume(result)
    }
  }

  private static func read(_ path: String, _ limit: Int) -> Result<[UInt8], ClientFault> {
    // Without O_NONBLOCK a pipe at that path would hold this thread for ever.
    let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard file >= 0 else { return .failure(fault(path)) }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0 else { return .failure(fault(path)) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      return .failure(ClientFault("\(path): it is no regular file"))
    }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 16 << 10)
    while true {
      let count = chunk.withUnsafeMutableBytes { Glibc.read(file, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { return .failure(fault(path)) }
      guard count > 0 else { return .success(bytes) }
      bytes += chunk[..<count]
      guard bytes.count <= limit else {
        return .failure(ClientFault("\(path): it has more than \(limit) bytes"))
      }
    }
  }

  private static func fault(_ path: String) -> ClientFault {
    let number = errno
    return ClientFault("\(path): " + (strerror(number).map { String(cString: $0) } ?? "\(number)"))
  }
}

/// Whoever waits for a thread or for its time, whichever comes first.
private final class Waiter: Sendable {
  private typealias Continuation = CheckedContinuation<Result<[UInt8], ClientFault>, Never>
  private struct State {
    var continuation: Continuation?
    var alarm: Task<Void, Never>?
  }

  private let state: Mutex<State>

  init(_ continuation: CheckedContinuation<Result<[UInt8], ClientFault>, Never>) {
    state = Mutex(State(continuation: continuation))
  }

  var isOver: Bool { state.withLock { $0.continuation == nil } }

  func resume(_ result: Result<[UInt8], ClientFault>) {
    let (continuation, alarm) = state.withLock { state in
      defer { state = State() }
      return (state.continuation, state.alarm)
    }
    alarm?.cancel()
    continuation?.resume(returning: result)
  }

  func cancelAtEnd(_ alarm: Task<Void, Never>) {
    let isOver = state.withLock { state in
      guard state.continuation != nil else { return true }
      state.alarm = alarm
      return false
    }
    if isOver { alarm.cancel() }
  }
}
