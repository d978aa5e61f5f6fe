/// Where a mount's path leads, and what is mounted there.
struct MountPlace: Hashable, Sendable {
  /// The path without links, once a probe has followed it.
  private(set) var realPath: String?
  /// The mount that the path is on.
  private(set) var entry: MountEntry?
  /// Whether the path is that mount's mount point.
  private(set) var isMountPoint: Bool?
  /// What was mounted there when all was well.
  private(set) var remembered: MountIdentity?

  /// The mount whose mount point the path is.
  var mounted: MountEntry? { isMountPoint == true ? entry : nil }

  /// What is mounted there, in the eyes of a new table. No file is touched: the path's links are
  /// those of the last sighting.
  mutating func update(from table: MountTable) {
    guard let realPath else { return }
    entry = table.mount(containing: realPath)
    isMountPoint = entry.map { $0.mountPoint.hasSameBytes(as: realPath) }
  }

  /// Where a probe ended up.
  ///
  /// - Returns: `false` where the probe was on a mount that the table does not have yet.
  mutating func update(from sighting: MountSighting, in table: MountTable) -> Bool {
    if sighting.mountID == 0 {
      entry = table.mount(containing: sighting.path)
    } else {
      guard let found = table.entry(id: sighting.mountID) else { return false }
      entry = found
    }
    realPath = sighting.path
    isMountPoint = entry.map { $0.mountPoint.hasSameBytes(as: sighting.path) }
    return true
  }

  /// Where a probe ended up: on a mount that no table shows.
  mutating func updateUnlisted(from sighting: MountSighting) {
    realPath = sighting.path
    entry = nil
    isMountPoint = nil
  }

  /// Keeps in mind what is mounted there now: all is well with it.
  mutating func remember() {
    if let mounted { remembered = mounted.identity }
  }

  /// What is wrong with what is mounted there, as far as it is known.
  func fault(for requirement: MountRequirement) -> MountFault? {
    guard realPath != nil else { return nil }
    return requirement.fault(finding: mounted, remembered: remembered)
  }
}
