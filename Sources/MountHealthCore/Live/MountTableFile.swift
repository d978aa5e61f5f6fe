import Glibc
import Pacing

/// `/proc/self/mountinfo`, read when the kernel says that it has changed.
///
/// poll(2) reports POLLPRI and POLLERR on it after each mount or unmount that this process can see:
/// proc_pid_mountinfo(5).
final class MountTableFile {
  let descriptor: Int32
  private var lastRead = Tick.zero
  private var isStale = true
  private var hasFailed = false

  /// How long changes are gathered before the file is read again: a host that starts containers
  /// makes hundreds of mounts in a moment.
  static let settling = Duration.milliseconds(20)

  /// How long it is left alone after it could not be read.
  static let pause = Duration.seconds(1)

  init() throws(ErrorNumber) {
    descriptor = try Descriptor(open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC)).release()
  }

  deinit {
    close(descriptor)
  }

  /// When the file is due to be read; `nil` while nothing has changed.
  var readDue: Tick? { isStale ? lastRead + (hasFailed ? Self.pause : Self.settling) : nil }

  /// Notes that the kernel reported a change.
  func changed() {
    isStale = true
  }

  /// Notes that it could not be read, and has to be tried again.
  func failed(at now: Tick) {
    lastRead = now
    isStale = true
    hasFailed = true
  }

  /// Reads the file.
  func read(at now: Tick) throws(ErrorNumber) -> MountTable {
    lastRead = now
    isStale = false
    hasFailed = false
    guard lseek(descriptor, 0, SEEK_SET) == 0 else { throw currentError }
    return MountTable(parsing: try readToEnd(of: descriptor, limit: MountTable.maximumBytes))
  }

  /// How many requests wait for the daemon of a FUSE connection (`/sys/fs/fuse/connections`, which
  /// is fusectl and is read without touching the mount); `nil` where that cannot be read.
  static func fuseWaiting(connection: UInt32) -> Int? {
    guard
      let text = try? readKernelFile("/sys/fs/fuse/connections/\(connection)/waiting", limit: 32)
    else { return nil }
    return Int(String(decoding: text, as: UTF8.self).split(separator: "\n").first ?? "")
  }
}
