import CLinux
import Glibc
import Pacing
import Threads

extension ChildCommand {
  /// Runs it to its end, or to the end of its time. The task's cancellation does not end it.
  ///
  /// - Returns: How it ended.
  public func run() async -> ChildResult { await ChildRun.run(self) }
}

/// One run of a program, on a thread of its own: reading and waiting block.
///
/// The program gets a session of its own, so that whatever it started can be killed with it, nothing to
/// read, and no descriptor of this process.
struct ChildRun {
  /// How much of its standard error is kept: the end, where the reason stands.
  static let complaintLimit = 4 << 10
  /// How often the thread looks whether the process ended while something keeps its pipes open.
  private static let lookPause: Int32 = 20

  private let command: ChildCommand
  private let deadline: Tick
  private var pid: Int32 = 0
  private var output: [UInt8] = []
  private var complaint: [UInt8] = []

  private init(_ command: ChildCommand) {
    self.command = command
    deadline = Self.now() + command.deadline
  }

  /// Runs a program to its end, or to the end of its time. The task's cancellation does not end it.
  ///
  /// - Parameters:
  ///   - command: The program.
  ///   - killed: Called before the result is told where it has to be killed.
  ///   - reaped: Called when nothing is left of it; before the result is told, unless it was killed.
  /// - Returns: How it ended.
  static func run(
    _ command: ChildCommand, killed: @escaping @Sendable () -> Void = {},
    reaped: @escaping @Sendable () -> Void = {}
  ) async -> ChildResult {
    await withCheckedContinuation { continuation in
      let error = startDetachedThread {
        var process = ChildRun(command)
        process.run(killed: killed, reaped: reaped) { continuation.resume(returning: $0) }
      }
      if error != 0 {
        reaped()
        continuation.resume(returning: .failed("no thread could be started: \(errorWords(error))"))
      }
    }
  }

  /// Tells the result once, as soon as it is known: a process that waits for hung storage cannot be
  /// reaped before that answers, and nobody is to wait for it.
  private mutating func run(
    killed: () -> Void, reaped: () -> Void, _ tell: (ChildResult) -> Void
  ) {
    guard let outputs = Pipe(), let complaints = Pipe() else {
      let error = errno
      reaped()
      return tell(.failed(errorWords(error)))
    }
    let nothing = open("/dev/null", O_RDONLY | O_CLOEXEC)
    defer { close(nothing) }
    let error = spawn(nothing, outputs.writing, complaints.writing)
    guard error == 0 else {
      reaped()
      return tell(.failed(errorWords(error)))
    }
    outputs.closeWriting()
    complaints.closeWriting()
    let ending = follow(outputs, complaints)
    if let ending {
      killed()
      tell(ending)
    }
    // What it left behind ends with it. It is not reaped yet, so the group is still its own.
    kill(-pid, SIGKILL)
    var status: Int32 = 0
    while waitpid(pid, &status, 0) < 0, errno == EINTR {}
    reaped()
    if ending == nil { tell(result(status)) }
  }

  private mutating func spawn(_ input: Int32, _ output: Int32, _ errors: Int32) -> Int32 {
    var arguments = ([command.path] + command.arguments).map { strdup($0) } + [nil]
    defer { for argument in arguments { free(argument) } }
    var variables =
      command.environment.sorted { $0.key < $1.key }.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { for variable in variables { free(variable) } }
    return clinux_spawn(&pid, command.path, &arguments, &variables, input, output, errors)
  }

  /// Reads until the process has ended and its pipes hold nothing more.
  ///
  /// - Returns: Why it must be killed; `nil` where it ended by itself.
  private mutating func follow(_ outputs: Pipe, _ complaints: Pipe) -> ChildResult? {
    var chunk = [UInt8](repeating: 0, count: 16 << 10)
    while true {
      // Asked before the reads: what was written before the end is in the pipes then.
      let hasEnded = hasEnded()
      for (pipe, isOutput) in [(outputs, true), (complaints, false)] {
        while let count = pipe.read(into: &chunk), count > 0 {
          if isOutput {
            output += chunk[..<count]
            guard output.count <= command.outputLimit else { return .tooMuchOutput }
          } else {
            complaint = Array((complaint + chunk[..<count]).suffix(Self.complaintLimit))
          }
          if Self.now() >= deadline { return .timedOut }
        }
      }
      if hasEnded { return nil }
      let rest = deadline - Self.now()
      guard rest > .zero else { return .timedOut }
      var ready = [outputs, complaints].filter { !$0.isAtEnd }.map {
        pollfd(fd: $0.reading, events: Int16(POLLIN), revents: 0)
      }
      poll(&ready, nfds_t(ready.count), Self.lookPause)
    }
  }

  /// Whether the process has ended; it stays to be reaped.
  private func hasEnded() -> Bool {
    var info = siginfo_t()
    let result = waitid(P_PID, id_t(pid), &info, WEXITED | WNOHANG | WNOWAIT)
    return result != 0 || info.si_signo != 0
  }

  private func result(_ status: Int32) -> ChildResult {
    let words = String(decoding: complaint, as: UTF8.self)
    let signal = status & 0x7F
    return signal == 0
      ? .exited(code: (status >> 8) & 0xFF, output: output, complaint: words)
      : .signalled(signal, complaint: words)
  }

  private static func now() -> Tick { Tick(nanoseconds: clinux_monotonic_time()) }
}

/// A pipe whose reading end does not block.
private final class Pipe {
  let reading: Int32
  private(set) var writing: Int32
  private(set) var isAtEnd = false

  init?() {
    var ends: [Int32] = [-1, -1]
    guard clinux_pipe(&ends) == 0 else { return nil }
    (reading, writing) = (ends[0], ends[1])
    _ = fcntl(reading, F_SETFL, fcntl(reading, F_GETFL) | O_NONBLOCK)
  }

  deinit {
    close(reading)
    closeWriting()
  }

  func closeWriting() {
    if writing >= 0 { close(writing) }
    writing = -1
  }

  /// What there is; 0 at the end, `nil` where there is nothing at this moment.
  func read(into chunk: inout [UInt8]) -> Int? {
    while true {
      let count = chunk.withUnsafeMutableBytes { Glibc.read(reading, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      if count < 0, errno == EAGAIN { return nil }
      isAtEnd = count <= 0
      return max(count, 0)
    }
  }
}

/// The words of the C library for an errno.
private func errorWords(_ number: Int32) -> String {
  strerror(number).map { String(cString: $0) } ?? "error \(number)"
}
