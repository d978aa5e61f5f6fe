import Glibc

/// A file, directory or the like, apart from its content and from its name.
struct Inode: Hashable {
  let number: UInt64
  let kind: Kind
  /// The twelve lowest bits of a mode.
  var permissions: UInt32
  var uid: UInt32
  var gid: UInt32
  var accessed: Timestamp
  var modified: Timestamp
  var changed: Timestamp
  /// Nil for the root, and for what was removed but is still open.
  var place: Place?
  /// How many times the kernel was told of it and has not forgotten.
  var lookups: UInt64 = 0

  /// As in the file type bits of a mode.
  enum Kind: UInt32 {
    case pipe = 0o010000
    case directory = 0o040000
    case file = 0o100000
    case symbolicLink = 0o120000
    case socket = 0o140000

    /// Nil for devices: the mount is `nodev`.
    init?(mode: UInt32) {
      self.init(rawValue: mode & UInt32(S_IFMT))
    }
  }

  struct Place: Hashable {
    var directory: UInt64
    var name: FileName
  }
}
