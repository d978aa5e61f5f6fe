import CLinux
import Glibc
import Pacing

/// A probe worker's process and the sockets to it. All calls return at once.
final class WorkerProcess {
  let pid: Int32
  let channel: MessageChannel
  private(set) var killedAt: Tick = .zero
  var reapDue: Tick = .zero
  private(set) var isReaped = false
  /// Where signs of life come from.
  let life: Descriptor
  /// Where complaints come from.
  let errors: Descriptor
  private var complaint: [UInt8] = []

  /// Starts the process: in a session of its own, in `/`, with nothing open but its sockets and a pipe
  /// for what it complains of, no signal blocked or ignored.
  init(command: [String]) throws(ErrorNumber) {
    let (ours, theirs) = try makePair(clinux_message_pair)
    defer { close(theirs) }
    channel = MessageChannel(ours)
    let (ourLife, theirLife) = try makePair(clinux_message_pair)
    defer { close(theirLife) }
    life = try Descriptor(ourLife)
    let (complaints, theirErrors) = try makePair(clinux_pipe)
    defer { close(theirErrors) }
    errors = try Descriptor(complaints)
    _ = fcntl(complaints, F_SETFL, fcntl(complaints, F_GETFL) | O_NONBLOCK)
    var arguments = command.map { strdup($0) } + [nil]
    defer { for argument in arguments { free(argument) } }
    var pid: Int32 = 0
    let error = clinux_spawn(
      &pid, command.first ?? "", &arguments, environ, theirs, theirLife, theirErrors)
    self.pid = pid
    guard error == 0 else { throw ErrorNumber(rawValue: error) }
  }

  var descriptors: [(descriptor: Int32, events: Int16)] {
    [channel.descriptor, (life.number, Int16(POLLIN)), (errors.number, Int16(POLLIN))]
  }

  /// Asks for a sign of life, and for help for probes that wait. A socket without room has enough of
  /// such questions in it.
  func askForSignOfLife() {
    var byte: UInt8 = 1
    _ = send(life.number, &byte, 1, Int32(MSG_NOSIGNAL | MSG_DONTWAIT))
  }

  /// Whether a sign of life has come.
  func hearSignOfLife() -> Bool {
    var byte: UInt8 = 0
    var isAlive = false
    while recv(life.number, &byte, 1, Int32(MSG_DONTWAIT)) > 0 { isAlive = true }
    return isAlive
  }

  /// Takes what it complains of.
  func hearComplaints() {
    var chunk = [UInt8](repeating: 0, count: 1024)
    let count = chunk.withUnsafeMutableBytes { read(errors.number, $0.baseAddress, $0.count) }
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
