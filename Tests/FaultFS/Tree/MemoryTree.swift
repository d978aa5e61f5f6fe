/// A file system in memory: inodes by number, and beside them what each kind of inode holds.
struct MemoryTree: Hashable {
  static let root: UInt64 = 1
  /// In bytes.
  static let longestName = 255

  private(set) var inodes: [UInt64: Inode] = [:]
  var files: [UInt64: SparseBytes] = [:]
  var directories: [UInt64: Directory] = [:]
  var links: [UInt64: [UInt8]] = [:]
  private var nextNumber = root

  /// Who made an inode, and when.
  struct Origin: Hashable {
    var uid: UInt32
    var gid: UInt32
    var date: Timestamp
  }

  /// What a new inode holds.
  enum Content: Hashable {
    case directory
    case file(SparseBytes)
    case pipe
    case socket
    case symbolicLink([UInt8])
  }

  /// A tree of one empty directory.
  init(origin: Origin) {
    _ = register(.directory, permissions: 0o755, origin: origin)
  }

  func inode(_ number: UInt64) throws(Errno) -> Inode {
    guard let inode = inodes[number] else { throw .stale }
    return inode
  }

  func directory(_ number: UInt64) throws(Errno) -> Directory {
    guard try inode(number).kind == .directory, let directory = directories[number] else {
      throw .notDirectory
    }
    return directory
  }

  func file(_ number: UInt64) throws(Errno) -> SparseBytes {
    let kind = try inode(number).kind
    guard let file = files[number] else { throw kind == .directory ? .isDirectory : .invalid }
    return file
  }

  func find(_ name: FileName, in directory: UInt64) throws(Errno) -> UInt64? {
    guard name.count <= Self.longestName else { throw .nameTooLong }
    return try self.directory(directory)[name]
  }

  func get(_ name: FileName, in directory: UInt64) throws(Errno) -> UInt64 {
    guard let number = try find(name, in: directory) else { throw .noEntry }
    return number
  }

  func get(_ path: FilePath) throws(Errno) -> UInt64 {
    var number = Self.root
    for name in path.names { number = try get(name, in: number) }
    return number
  }

  /// Nil when it has no name any more.
  func path(of number: UInt64) -> FilePath? {
    var names: [FileName] = []
    var number = number
    while number != Self.root {
      guard let place = inodes[number]?.place else { return nil }
      names.append(place.name)
      number = place.directory
    }
    return FilePath(names.reversed())
  }

  func attributes(_ number: UInt64) throws(Errno) -> Attributes {
    let inode = try inode(number)
    let stored = (files[number]?.storedPages ?? 0) * SparseBytes.pageSize
    let subdirectories = directories[number].map { directory in
      directory.entries.values.count { inodes[$0.number]?.kind == .directory }
    }
    // A directory is named by its parent, by its own `.` and by the `..` of each child.
    let links: Int =
      if let subdirectories { subdirectories + 2 } else { inode.place == nil ? 0 : 1 }
    return Attributes(
      number: number, kind: inode.kind, permissions: inode.permissions, links: UInt32(links),
      uid: inode.uid, gid: inode.gid,
      size: files[number]?.count ?? UInt64(self.links[number]?.count ?? 0), storedBytes: stored,
      accessed: inode.accessed, modified: inode.modified, changed: inode.changed)
  }

  /// The entries after the one with this cookie; 0 begins.
  func listing(_ number: UInt64, after cookie: UInt64) throws(Errno) -> [ListedEntry] {
    let parent = try inode(number).place?.directory ?? number
    var entries = [
      ListedEntry(name: Array(".".utf8), number: number, kind: .directory, cookie: 1),
      ListedEntry(name: Array("..".utf8), number: parent, kind: .directory, cookie: 2),
    ]
    for (name, entry) in try directory(number).entries {
      let kind = try inode(entry.number).kind
      entries.append(
        ListedEntry(name: name, number: entry.number, kind: kind, cookie: entry.cookie))
    }
    return entries.filter { $0.cookie > cookie }.sorted { $0.cookie < $1.cookie }
  }

  var storedPages: UInt64 { files.values.reduce(0) { $0 + $1.storedPages } }

  mutating func update(_ number: UInt64, _ change: (inout Inode) -> Void) {
    guard var inode = inodes[number] else { return }
    change(&inode)
    inodes[number] = inode
  }

  mutating func register(_ content: Content, permissions: UInt32, origin: Origin) -> UInt64 {
    let number = nextNumber
    nextNumber += 1
    let kind: Inode.Kind
    switch content {
    case .directory:
      kind = .directory
      directories[number] = Directory()
    case .file(let bytes):
      kind = .file
      files[number] = bytes
    case .pipe: kind = .pipe
    case .socket: kind = .socket
    case .symbolicLink(let target):
      kind = .symbolicLink
      links[number] = target
    }
    inodes[number] = Inode(
      number: number, kind: kind, permissions: permissions & 0o7777, uid: origin.uid,
      gid: origin.gid, accessed: origin.date, modified: origin.date, changed: origin.date)
    return number
  }

  /// Lets go of an inode that has no name and that the kernel has forgotten.
  mutating func dropIfUnused(_ number: UInt64) {
    guard number != Self.root, let inode = inodes[number], inode.place == nil, inode.lookups == 0
    else { return }
    inodes[number] = nil
    files[number] = nil
    directories[number] = nil
    links[number] = nil
  }
}
