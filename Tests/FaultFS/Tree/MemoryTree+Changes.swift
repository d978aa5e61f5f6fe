extension MemoryTree {
  /// Gives a new inode a name.
  @discardableResult
  mutating func add(
    _ content: Content, named name: FileName, in directory: UInt64, permissions: UInt32,
    origin: Origin
  ) throws(Errno) -> UInt64 {
    guard try find(name, in: directory) == nil else { throw .exists }
    // A directory that was removed while somebody stood in it takes nothing in.
    guard directory == Self.root || inodes[directory]?.place != nil else { throw .noEntry }
    let number = register(content, permissions: permissions, origin: origin)
    attach(number, as: name, in: directory, at: origin.date)
    return number
  }

  /// Makes a file of zeros, or turns a file into one.
  mutating func putZeros(_ size: UInt64, at path: FilePath, origin: Origin) throws(Errno) {
    guard size <= SparseBytes.maximum else { throw .tooBig }
    guard let name = path.names.last else { throw .isDirectory }
    let directory = try get(FilePath(path.names.dropLast()))
    guard let number = try find(name, in: directory) else {
      try add(
        .file(SparseBytes(zeros: size)), named: name, in: directory, permissions: 0o644,
        origin: origin)
      return
    }
    _ = try file(number)
    files[number] = SparseBytes(zeros: size)
    touchContent(of: number, at: origin.date)
  }

  mutating func write(
    _ bytes: [UInt8], to number: UInt64, at offset: UInt64, date: Timestamp
  ) throws(Errno) {
    _ = try file(number)
    guard offset <= SparseBytes.maximum - UInt64(bytes.count) else { throw .tooBig }
    files[number]?.write(bytes, at: offset)
    touchContent(of: number, at: date)
  }

  mutating func apply(
    _ changes: AttributeChanges, to number: UInt64, date: Timestamp
  ) throws(Errno) {
    if let size = changes.size {
      _ = try file(number)
      guard size <= SparseBytes.maximum else { throw .tooBig }
      files[number]?.resize(to: size)
      touchContent(of: number, at: date)
    }
    func resolved(_ change: AttributeChanges.Date) -> Timestamp {
      switch change {
      case .now: date
      case .at(let date): date
      }
    }
    _ = try inode(number)
    update(number) { inode in
      if let permissions = changes.permissions { inode.permissions = permissions }
      if let uid = changes.uid { inode.uid = uid }
      if let gid = changes.gid { inode.gid = gid }
      if let accessed = changes.accessed { inode.accessed = resolved(accessed) }
      if let modified = changes.modified { inode.modified = resolved(modified) }
      inode.changed = date
    }
  }

  /// Takes the name of anything but a directory away.
  mutating func unlink(
    _ name: FileName, in directory: UInt64, date: Timestamp
  ) throws(Errno) {
    let number = try get(name, in: directory)
    guard directories[number] == nil else { throw .isDirectory }
    detach(name, in: directory, at: date)
  }

  mutating func removeDirectory(
    _ name: FileName, in directory: UInt64, date: Timestamp
  ) throws(Errno) {
    let number = try get(name, in: directory)
    guard try self.directory(number).isEmpty else { throw .notEmpty }
    detach(name, in: directory, at: date)
  }

  /// What to do with a name that is already taken.
  enum Collision {
    case replace
    case refuse
    case exchange
  }

  mutating func rename(
    _ name: FileName, in directory: UInt64, to newName: FileName, in newDirectory: UInt64,
    collision: Collision, date: Timestamp
  ) throws(Errno) {
    let number = try get(name, in: directory)
    let other = try find(newName, in: newDirectory)
    guard number != other else { return }
    try refuseLoop(moving: number, into: newDirectory)
    switch (collision, other) {
    case (.refuse, .some): throw .exists
    case (.exchange, nil): throw .noEntry
    case (.exchange, let other?):
      try refuseLoop(moving: other, into: directory)
      attach(other, as: name, in: directory, at: date)
    case (.replace, let other?):
      if directories[number] == nil {
        guard directories[other] == nil else { throw .isDirectory }
      } else {
        guard try self.directory(other).isEmpty else { throw .notEmpty }
      }
      detach(newName, in: newDirectory, at: date)
      directories[directory]?[name] = nil
    case (.replace, nil), (.refuse, nil):
      directories[directory]?[name] = nil
    }
    touchContent(of: directory, at: date)
    attach(number, as: newName, in: newDirectory, at: date)
  }

  /// Tells that the kernel knows the inode once more.
  mutating func remember(_ number: UInt64) {
    update(number) { $0.lookups += 1 }
  }

  /// Takes back what `remember` told.
  mutating func forget(_ number: UInt64, times: UInt64) {
    update(number) { $0.lookups -= min($0.lookups, times) }
    dropIfUnused(number)
  }

  private func refuseLoop(moving number: UInt64, into directory: UInt64) throws(Errno) {
    guard let moved = path(of: number), let target = path(of: directory) else { throw .noEntry }
    guard target != moved, !target.isBelow(moved) else { throw .invalid }
  }

  private mutating func attach(
    _ number: UInt64, as name: FileName, in directory: UInt64, at date: Timestamp
  ) {
    directories[directory]?[name] = number
    update(number) { inode in
      inode.place = Inode.Place(directory: directory, name: name)
      inode.changed = date
    }
    touchContent(of: directory, at: date)
  }

  private mutating func detach(_ name: FileName, in directory: UInt64, at date: Timestamp) {
    guard let number = directories[directory]?[name] else { return }
    directories[directory]?[name] = nil
    touchContent(of: directory, at: date)
    update(number) { inode in
      inode.place = nil
      inode.changed = date
    }
    dropIfUnused(number)
  }

  private mutating func touchContent(of number: UInt64, at date: Timestamp) {
    update(number) { inode in
      inode.modified = date
      inode.changed = date
    }
  }
}
