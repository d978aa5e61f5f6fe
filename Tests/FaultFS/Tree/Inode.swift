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

/// What `stat` shows.
struct Attributes: Hashable {
  var number: UInt64
  var kind: Inode.Kind
  var permissions: UInt32
  var links: UInt32
  var uid: UInt32
  var gid: UInt32
  var size: UInt64
  var storedBytes: UInt64
  var accessed: Timestamp
  var modified: Timestamp
  var changed: Timestamp
}

/// One line of a directory listing.
struct ListedEntry: Hashable {
  var name: FileName
  var number: UInt64
  var kind: Inode.Kind
  /// Where a listing that stopped after this entry goes on.
  var cookie: UInt64
}

/// What `statfs` shows, in blocks.
struct Space: Hashable {
  var free: UInt64
  var total: UInt64

  static let blockSize = SparseBytes.pageSize
}

/// The names in a directory. Each keeps the cookie that it was added with, so that a listing stays
/// whole while names come and go.
struct Directory: Hashable {
  private(set) var entries: [FileName: Entry] = [:]
  /// 1 and 2 are those of `.` and `..`.
  private var nextCookie: UInt64 = 3

  struct Entry: Hashable {
    var number: UInt64
    var cookie: UInt64
  }

  var isEmpty: Bool { entries.isEmpty }

  subscript(name: FileName) -> UInt64? {
    get { entries[name]?.number }
    set {
      guard let newValue else {
        entries[name] = nil
        return
      }
      entries[name] = Entry(number: newValue, cookie: nextCookie)
      nextCookie += 1
    }
  }
}
