import CLinux
import Glibc
import MountHealthCore
import TimeText

/// A configuration file, read with limits and looked at again for changes.
struct ConfigurationFile: Sendable {
  let path: String

  /// What was read.
  struct Content: Hashable, Sendable {
    var bytes: [UInt8]
    /// A line, where anybody may write to the file.
    var warning: String?
    /// Whether others than its owner and group may read it.
    var isReadableByOthers = false
  }

  /// The file to use: the one asked for, or the first of the others that is there.
  static func find(
    _ path: String?, or fallbacks: [String] = ["config.json"]
  ) -> ConfigurationFile? {
    let found = path ?? fallbacks.first { access($0, F_OK) == 0 }
    return found.map { ConfigurationFile(path: $0) }
  }

  /// Reads the file.
  ///
  /// - Throws: One line: what is wrong with the file, and what was expected.
  func read() throws(ConfigurationFaults) -> Content {
    // Not blocking: a pipe that nobody writes to is an empty file.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw fault(ErrorNumber(rawValue: errno)) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw fault(ErrorNumber(rawValue: errno)) }
    guard status.st_mode & S_IFMT != S_IFDIR else {
      throw ConfigurationFaults(["\(path): is a directory, expected a file"])
    }
    _ = fcntl(descriptor, F_SETFL, 0)
    let limit = ConfigurationInput.maximumBytes
    var bytes = [UInt8](repeating: 0, count: limit + 1)
    var count = 0
    while count < bytes.count {
      let read = bytes.withUnsafeMutableBytes {
        Glibc.read(descriptor, $0.baseAddress.map { $0 + count }, $0.count - count)
      }
      if read < 0, errno == EINTR { continue }
      guard read >= 0 else { throw fault(ErrorNumber(rawValue: errno)) }
      guard read > 0 else { break }
      count += read
    }
    bytes.removeLast(bytes.count - count)
    let isOpenToAll = status.st_mode & S_IFMT == S_IFREG && status.st_mode & S_IWOTH != 0
    return Content(
      bytes: bytes,
      warning: isOpenToAll ? "\(path): anybody may write to it, expected mode 0644 or less" : nil,
      isReadableByOthers: status.st_mode & S_IROTH != 0)
  }

  private func fault(_ error: ErrorNumber) -> ConfigurationFaults {
    // Whose rights were not enough is what one wants to know of a container.
    let reader = error.rawValue == EACCES ? " by user \(geteuid())" : ""
    return ConfigurationFaults(["\(path): cannot be read\(reader): \(error)"])
  }

  /// What tells two states of the file apart. A ConfigMap is changed by swapping a link above the
  /// file, so that inode and device change with it.
  struct Fingerprint: Hashable, Sendable {
    fileprivate var device: UInt64 = 0
    fileprivate var inode: UInt64 = 0
    fileprivate var size: Int64 = 0
    fileprivate var changed: Int64 = 0
  }

  /// The file's present state; `nil` while there is no such file.
  var fingerprint: Fingerprint? {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    return Fingerprint(
      device: UInt64(status.st_dev), inode: UInt64(status.st_ino), size: Int64(status.st_size),
      changed: clinux_modification_time(path))
  }
}
