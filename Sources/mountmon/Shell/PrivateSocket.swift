import Glibc
import MountHealthCore

/// The file of a Unix socket that only its owner may use.
enum PrivateSocket {
  /// From now on, files are made for their owner alone.
  static func beginPrivacy() { _ = umask(0o077) }

  /// Makes room for a socket: removes one that a process has left behind. To be called by who holds
  /// the lock of the one instance, so that nobody listens there.
  ///
  /// - Throws: The errno where something else is there, or it cannot be removed.
  static func makeRoom(at path: String) throws(ErrorNumber) {
    var status = stat()
    guard lstat(path, &status) == 0 else {
      guard errno == ENOENT else { throw ErrorNumber(rawValue: errno) }
      return
    }
    guard status.st_mode & S_IFMT == S_IFSOCK else { throw ErrorNumber(rawValue: EEXIST) }
    guard unlink(path) == 0 else { throw ErrorNumber(rawValue: errno) }
  }

  /// Leaves the socket to its owner.
  static func restrict(_ path: String) { _ = chmod(path, 0o600) }

  /// Takes the socket away.
  static func remove(_ path: String) { _ = unlink(path) }
}
