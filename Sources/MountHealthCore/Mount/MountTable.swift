/// The mounts that a process sees, and the question which of them a path leads to.
public struct MountTable: Hashable, Sendable {
  /// The mounts in the kernel's order.
  public let entries: [MountEntry]
  /// How many lines could not be read; they are left out of `entries`.
  public let malformedLines: Int
  private let byID: [UInt64: Int]
  /// Which mount a walk steps onto at a path, by the mount that it comes from.
  private let steps: [UInt64: Family]
  private let tops: Family

  /// Mounts below one, by the bytes of their mount points.
  private typealias Family = [[UInt8]: Int]

  /// A table of these mounts.
  public init(_ entries: [MountEntry], malformedLines: Int = 0) {
    self.entries = entries
    self.malformedLines = malformedLines
    var byID: [UInt64: Int] = [:]
    for (index, entry) in entries.enumerated() { byID[entry.id] = index }
    var steps: [UInt64: Family] = [:]
    var tops: Family = [:]
    // Of two at one place, the later is on top.
    for (index, entry) in entries.enumerated() {
      if entry.parentID != entry.id, byID[entry.parentID] != nil {
        steps[entry.parentID, default: [:]][Array(entry.mountPoint.utf8)] = index
      } else {
        tops[Array(entry.mountPoint.utf8)] = index
      }
    }
    self.byID = byID
    self.steps = steps
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
    let places = path.placesAbove
    var found: Int?
    var family = tops
    // Each step goes one mount deeper; no walk is longer than the table.
    for _ in 0...entries.count {
      // The walk meets the shortest mount point first.
      guard let next = places.lazy.compactMap({ family[$0] }).first else { break }
      found = next
      family = steps[entries[next].id] ?? [:]
    }
    return found.map { entries[$0] }
  }

  /// The mount whose mount point is `path` itself, if it can be reached there.
  public func mount(at path: String) -> MountEntry? {
    mount(containing: path).flatMap { $0.mountPoint.hasSameBytes(as: path) ? $0 : nil }
  }
}

extension MountTable {
  /// By the mounts alone: all else is made of them.
  public static func == (one: MountTable, other: MountTable) -> Bool {
    one.malformedLines == other.malformedLines && one.entries == other.entries
  }

  /// By the mounts alone.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(malformedLines)
    hasher.combine(entries)
  }
}

extension String {
  /// The bytes of the directories that this absolute path lies in, from the root, and of itself.
  fileprivate var placesAbove: [[UInt8]] {
    let slash = UInt8(ascii: "/")
    let bytes = Array(utf8)
    guard bytes.first == slash else { return [] }
    var places: [[UInt8]] = [[slash]]
    for index in bytes.indices.dropFirst() where bytes[index] == slash {
      places.append(Array(bytes[..<index]))
    }
    if bytes.count > 1 { places.append(bytes) }
    return places
  }
}
