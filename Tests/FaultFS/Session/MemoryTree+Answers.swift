import Glibc

extension Request.Call {
  /// Whether a read-only file system refuses it.
  var isChange: Bool {
    switch self {
    case .create, .mkdir, .mknod, .rename, .rmdir, .setattr, .symlink, .unlink, .write: true
    case .open(let flags): flags & UInt32(O_ACCMODE) != UInt32(O_RDONLY)
    case .access(let mask): mask & UInt32(W_OK) != 0
    default: false
    }
  }
}

extension MemoryTree {
  /// The paths that a request is about: none when its inode has lost its name.
  func paths(of request: Request) -> [FilePath] {
    guard let path = path(of: request.node) else { return [] }
    switch request.call {
    case .lookup(let name), .create(let name, _, _), .mkdir(let name, _), .mknod(let name, _),
      .rmdir(let name), .symlink(let name, _), .unlink(let name):
      return [path.appending(name)]
    case .rename(let name, let newName, let directory, _):
      let target = self.path(of: directory).map { $0.appending(newName) }
      return [path.appending(name)] + [target].compactMap(\.self)
    default:
      return [path]
    }
  }

  /// Nil when the kernel waits for no answer.
  mutating func answer(
    _ request: Request, space: Space, cache: CachePolicy, date: Timestamp
  ) throws(Errno) -> [UInt8]? {
    let node = request.node
    let origin = Origin(uid: request.caller.uid, gid: request.caller.gid, date: date)
    switch request.call {
    case .greet(let kernel): return Body.greeting(kernel)
    case .forget(let forgotten):
      for one in forgotten { forget(one.node, times: one.lookups) }
      return nil
    case .interrupt: return nil
    case .lookup(let name): return try entry(try get(name, in: node), cache)
    case .getattr: return Body.attributes(try attributes(node), cache: cache)
    case .setattr(let changes):
      try apply(changes, to: node, date: date)
      return Body.attributes(try attributes(node), cache: cache)
    case .access:
      _ = try inode(node)
      return []
    case .statfs: return Body.statistics(space, files: inodes.count)
    case .opendir:
      _ = try directory(node)
      return Body.openedDirectory(cache: cache)
    case .readdir(let cookie, let size):
      return Body.listing(try listing(node, after: cookie), size: size)
    case .open:
      _ = try file(node)
      return Body.openedFile(cache: cache)
    case .read(let offset, let size): return try file(node).read(at: offset, count: size)
    case .write(let bytes, let offset):
      try write(bytes, to: node, at: offset, date: date)
      return Body.written(bytes.count)
    case .readlink:
      guard let target = links[node] else { throw .invalid }
      return target
    case .acknowledge: return []
    case .malformed: throw .corrupt
    case .unsupported: throw .unsupported
    case .create, .mkdir, .mknod, .rename, .rmdir, .symlink, .unlink:
      return try rearrange(request, origin: origin, cache: cache)
    }
  }

  /// The answers that give, move or take names.
  private mutating func rearrange(
    _ request: Request, origin: Origin, cache: CachePolicy
  ) throws(Errno) -> [UInt8] {
    let node = request.node
    switch request.call {
    case .create(let name, let mode, let flags):
      var number = try find(name, in: node)
      if number == nil {
        number = try add(
          .file(SparseBytes()), named: name, in: node, permissions: mode, origin: origin)
      } else if flags & UInt32(O_EXCL) != 0 {
        throw .exists
      }
      guard let number else { throw .noEntry }
      _ = try file(number)
      return try entry(number, cache) + Body.openedFile(cache: cache)
    case .mkdir(let name, let mode):
      return try entry(
        try add(.directory, named: name, in: node, permissions: mode, origin: origin), cache)
    case .mknod(let name, let mode):
      return try entry(
        try add(
          try Self.special(mode), named: name, in: node, permissions: mode, origin: origin), cache)
    case .symlink(let name, let target):
      return try entry(
        try add(
          .symbolicLink(target), named: name, in: node, permissions: 0o777, origin: origin), cache)
    case .unlink(let name): try unlink(name, in: node, date: origin.date)
    case .rmdir(let name): try removeDirectory(name, in: node, date: origin.date)
    case .rename(let name, let newName, let directory, let flags):
      try rename(
        name, in: node, to: newName, in: directory, collision: try Collision(flags: flags),
        date: origin.date)
    default: throw .unsupported
    }
    return []
  }

  /// Tells the kernel of an inode, which it then knows once more.
  private mutating func entry(
    _ number: UInt64, _ cache: CachePolicy
  ) throws(Errno) -> [UInt8] {
    remember(number)
    return Body.entry(try attributes(number), cache: cache)
  }

  private static func special(_ mode: UInt32) throws(Errno) -> Content {
    switch Inode.Kind(mode: mode) {
    case .file: return .file(SparseBytes())
    case .pipe: return .pipe
    case .socket: return .socket
    case .directory, .symbolicLink, nil: throw .notPermitted
    }
  }
}

extension MemoryTree.Collision {
  /// From the flags of renameat2(2): 1 is RENAME_NOREPLACE, 2 is RENAME_EXCHANGE.
  fileprivate init(flags: UInt32) throws(Errno) {
    switch flags {
    case 0: self = .replace
    case 1: self = .refuse
    case 2: self = .exchange
    default: throw .invalid
    }
  }
}
