import CLinux
import Glibc

/// A probe worker's process and the pipes to it. All calls return at once.
final class WorkerProcess {
  let pid: Int32
  private(set) var killedAt: Tick = .zero
  var reapDue: Tick = .zero
  private(set) var isReaped = false
  private let input: Int32
  private let output: Int32
  private let errors: Int32
  private var unsent: [UInt8] = []
  private var received = FrameBuffer()
  private var complaint: [UInt8] = []
  private var chunk = [UInt8](repeating: 0, count: 16 << 10)

  /// Why nothing more can be had from a worker.
  enum Fault: Error, CustomStringConvertible {
    case closed
    case failed(ErrorNumber)
    case nonsense(FrameError)

    var description: String {
      switch self {
      case .closed: "its pipe was closed"
      case .failed(let error): "its pipe failed: \(error)"
      case .nonsense(let error): "its answers make no sense (\(error))"
      }
    }
  }

  /// Starts the process: in a session of its own, in `/`, with nothing open but its three pipes, no
  /// signal blocked or ignored.
  init(command: [String]) throws(ErrorNumber) {
    let orders = try Pipe(childReads: true)
    let reports = try Pipe(childReads: false)
    let complaints = try Pipe(childReads: false)
    var arguments = command.map { strdup($0) } + [nil]
    defer { for argument in arguments { free(argument) } }
    var pid: Int32 = 0
    let error = clinux_spawn(
      &pid, command.first ?? "", &arguments, environ, orders.theirs.number,
      reports.theirs.number, complaints.theirs.number)
    guard error == 0 else { throw ErrorNumber(rawValue: error) }
    self.pid = pid
    input = orders.keepOurs()
    output = reports.keepOurs()
    errors = complaints.keepOurs()
    for descriptor in [input, output, errors] {
      _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
    }
  }

  deinit {
    for descriptor in [input, output, errors] { close(descriptor) }
  }

  var descriptors: [(descriptor: Int32, events: Int16)] {
    var all = [(descriptor: output, events: Int16(POLLIN)), (errors, Int16(POLLIN))]
    if !unsent.isEmpty { all.append((input, Int16(POLLOUT))) }
    return all
  }

  /// Queues a frame. There are never more than one order for each mount and a ping.
  func send(_ frame: [UInt8]) {
    unsent += frame
  }

  /// Writes what the pipe takes.
  func flush() throws(Fault) {
    while !unsent.isEmpty {
      let count = unsent.withUnsafeBytes { write(input, $0.baseAddress, $0.count) }
      if count < 0 {
        if errno == EINTR { continue }
        if errno == EAGAIN { return }
        throw .failed(currentError)
      }
      unsent.removeFirst(count)
    }
  }

  /// Reads what has come.
  func receive() throws(Fault) -> [WorkerAnswer] {
    hearComplaints()
    var answers: [WorkerAnswer] = []
    var isClosed = false
    // A bounded number of reads: the monitor's other duties wait meanwhile.
    for _ in 0..<16 {
      let count = chunk.withUnsafeMutableBytes { read(output, $0.baseAddress, $0.count) }
      if count < 0 {
        if errno == EINTR { continue }
        if errno == EAGAIN { break }
        throw .failed(currentError)
      }
      guard count > 0 else {
        isClosed = true
        break
      }
      received.append(chunk[..<count])
      if count < chunk.count { break }
    }
    do {
      while let frame = try received.next() { answers.append(try WorkerAnswer(frame: frame)) }
    } catch {
      throw .nonsense(error)
    }
    if isClosed, answers.isEmpty { throw .closed }
    return answers
  }

  private func hearComplaints() {
    let count = chunk.withUnsafeMutableBytes { read(errors, $0.baseAddress, $0.count) }
    guard count > 0 else { return }
    // The last words are the ones that matter.
    complaint = Array((complaint + chunk[..<count]).suffix(1024))
  }

  /// Kills it.
  func kill(at now: Tick) {
    killedAt = now
    reapDue = now
    if !isReaped { Glibc.kill(pid, SIGKILL) }
  }

  /// Lets it end by itself, and makes sure that it does.
  func end() {
    if !isReaped { Glibc.kill(pid, SIGKILL) }
    _ = reap()
  }

  /// Why it ended, if it has: then it is reaped.
  func reap() -> String? {
    var status: Int32 = 0
    let result = waitpid(pid, &status, WNOHANG)
    guard result != 0 else { return nil }
    isReaped = true
    guard result == pid else { return "it is gone" }
    hearComplaints()
    let signal = status & 0x7F
    let how = signal == 0 ? "exit code \((status >> 8) & 0xFF)" : "killed by signal \(signal)"
    let words = String(decoding: complaint, as: UTF8.self).split(separator: "\n").last
    return words.map { "\(how), \($0)" } ?? how
  }

  /// As `reap`, for a process whose pipe has just closed: it may need a moment to become a zombie.
  func reapSoon() -> String? {
    for _ in 0..<5 {
      if let reason = reap() { return reason }
      usleep(500)
    }
    return nil
  }

  /// The mounts on which threads of a process still are, by the threads' names.
  ///
  /// - Returns: `nil` where that cannot be found out.
  static func busyMounts(of pid: Int32) -> Set<UInt32>? {
    guard let folder = opendir("/proc/\(pid)/task") else { return nil }
    defer { closedir(folder) }
    var mounts: Set<UInt32> = []
    while let entry = readdir(folder) {
      // Read in place: an entry may be shorter than the type, and end where the buffer does.
      guard let offset = MemoryLayout<dirent>.offset(of: \.d_name) else { return nil }
      let name = String(
        cString: (UnsafeRawPointer(entry) + offset).assumingMemoryBound(to: CChar.self))
      guard let comm = try? readKernelFile("/proc/\(pid)/task/\(name)/comm", limit: 64) else {
        continue
      }
      let thread = String(decoding: comm, as: UTF8.self).split(separator: "\n").first ?? ""
      if thread.hasPrefix("probe-"), let mount = UInt32(thread.dropFirst("probe-".count)) {
        mounts.insert(mount)
      }
    }
    return mounts
  }
}
