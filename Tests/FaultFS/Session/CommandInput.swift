import Glibc

/// Where commands come from: standard input, or a FIFO.
struct CommandInput {
  /// -1 when it has ended, which poll(2) passes over.
  private(set) var descriptor: Int32
  /// Whether its end is the daemon's too.
  private let isLifeline: Bool
  /// To remove at the end, if it was made here.
  private let made: String?
  private var lines = LineCutter()

  /// Whether the daemon is to end because this has.
  var isCut: Bool { isLifeline && descriptor == -1 }

  private init(descriptor: Int32, isLifeline: Bool = false, made: String? = nil) {
    self.descriptor = descriptor
    self.isLifeline = isLifeline
    self.made = made
  }

  static func standardInput(isLifeline: Bool) -> CommandInput {
    // A daemon in the background that reads its terminal is to be told no, not to be stopped.
    signal(SIGTTIN, SIG_IGN)
    return CommandInput(descriptor: STDIN_FILENO, isLifeline: isLifeline)
  }

  init(fifo path: String) throws(MountFailure) {
    let isNew = mkfifo(path, 0o600) == 0
    guard isNew || errno == EEXIST else {
      throw MountFailure("making the FIFO \(path)", Errno.last)
    }
    // Held open for writing too, so that it does not end between two writers.
    let descriptor = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else { throw MountFailure("opening the FIFO \(path)", Errno.last) }
    var information = stat()
    guard fstat(descriptor, &information) == 0, information.st_mode & S_IFMT == S_IFIFO else {
      close(descriptor)
      throw MountFailure("opening the FIFO \(path)", "something else is there")
    }
    self.init(descriptor: descriptor, made: isNew ? path : nil)
  }

  /// Takes what is there; to be called when the descriptor is readable.
  mutating func read() -> [String] {
    var buffer = [UInt8](repeating: 0, count: 4096)
    let count = Glibc.read(descriptor, &buffer, buffer.count)
    if count > 0 { return lines.append(buffer[..<count]) }
    if count == -1, errno == EINTR || errno == EAGAIN { return [] }
    descriptor = -1
    return lines.finish()
  }

  func remove() {
    if let made { unlink(made) }
  }
}
