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

/// One line of a directory listing.
struct ListedEntry: Hashable {
  var name: FileName
  var number: UInt64
  var kind: Inode.Kind
  /// Where a listing that stopped after this entry goes on.
  var cookie: UInt64
}
