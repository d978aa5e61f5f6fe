extension MemoryTree {
  /// What a fresh mount shows: the file that health checks read, and a small library.
  static func firstFiles(origin: Origin) -> MemoryTree {
    var tree = MemoryTree(origin: origin)
    let files: [(path: String, content: SparseBytes)] = [
      ("/.health-check", SparseBytes("ok\n")),
      ("/library/about.txt", SparseBytes("A small library on a mount that fails on command.\n")),
      ("/library/film.mkv", SparseBytes(zeros: 8 << 20)),
      ("/library/music/first.flac", SparseBytes(zeros: 1 << 20)),
      ("/library/music/second.flac", SparseBytes(zeros: 1 << 20)),
    ]
    for file in files {
      guard let path = FilePath(text: file.path[...]) else { continue }
      tree.put(file.content, at: path, origin: origin)
    }
    return tree
  }

  /// Adds a file, and the directories it stands in where they are missing.
  private mutating func put(_ content: SparseBytes, at path: FilePath, origin: Origin) {
    var directory = Self.root
    for (index, name) in path.names.enumerated() {
      let isFile = index == path.names.count - 1
      if let known = directories[directory]?[name] {
        directory = known
      } else if let added = try? add(
        isFile ? .file(content) : .directory, named: name, in: directory,
        permissions: isFile ? 0o644 : 0o755, origin: origin)
      {
        directory = added
      }
    }
  }
}
