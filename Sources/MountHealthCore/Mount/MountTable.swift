/// The mounts that a process sees, and the question which of them a path leads to.
public struct MountTable: Hashable, Sendable {
  /// The mounts in the kernel's order.
  public let entries: [MountEntry]
  /// How many lines could not be read; they are left out of `entries`.
  public let malformedLines: Int
  private let children: [UInt64: [Int]]
  private let byID: [UInt64: Int]
  private let tops: [Int]

  /// A table of these mounts.
  public init(_ entries: [MountEntry], malformedLines: Int = 0) {
    self.entries = entries
    self.malformedLines = malformedLines
    var byID: [UInt64: Int] = [:]
    for (index, entry) in entries.enumerated() { byID[entry.id] = index }
    var children: [UInt64: [Int]] = [:]
    var tops: [Int] = []
    for (index, entry) in entries.enumerated() {
      if entry.parentID != entry.id, byID[entry.parentID] != nil {
        children[entry.parentID, default: []].append(index)
      } else {
        tops.append(index)
      }
    }
    self.byID = byID
    self.children = children
    self.tops = tops
  }

  /// A table without mounts.
  public static let empty = MountTable([])

  /// The mount with this number.
  public func entry(id: UInt64) -> MountEntry? {
    byID[id].map { entries[$0] }
  }

  /// The mount that a walk along `path` ends in, as the kernel would walk: at each mount point it
  /// steps onto what is mounted there, so that a mount hidden below another one is not found.
  ///
  /// - Parameter path: An absolute path without links in it.
  /// - Returns: `nil` only where the table has no mount above the path.
  public func mount(containing path: String) -> MountEntry? {
    var found: Int?
    var candidates = tops
    // Each step goes one mount deeper; no walk is longer than the table.
    for _ in 0...entries.count {
      var next: Int?
      for index in candidates where path.isAtOrBelow(entries[index].mountPoint) {
        // The walk meets the shortest mount point first; of two at one place, the later is on top.
        if let best = next,
          entries[index].mountPoint.utf8.count > entries[best].mountPoint.utf8.count
        {
          continue
        }
        next = index
      }
      guard let next else { break }
      found = next
      candidates = children[entries[next].id] ?? []
    }
    return found.map { entries[$0] }
  }

  /// The mount whose mount point is `path` itself, if it can be reached there.
  public func mount(at path: String) -> MountEntry? {
    mount(containing: path).flatMap { $0.mountPoint.hasSameBytes(as: path) ? $0 : nil }
  }
}

extension String {
  /// Whether this absolute path is `directory` or lies below it.
  fileprivate func isAtOrBelow(_ directory: String) -> Bool {
    guard directory != "/" else { return utf8.first == UInt8(ascii: "/") }
    guard utf8.starts(with: directory.utf8) else { return false }
    let count = directory.utf8.count
    return utf8.count == count || utf8[utf8.index(utf8.startIndex, offsetBy: count)] == 0x2F
  }
}
