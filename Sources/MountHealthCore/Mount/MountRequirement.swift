/// What has to be mounted at a watched path.
public enum MountRequirement: Hashable, Sendable {
  /// Once the path was seen as a mount point, it must stay one of that type and source.
  case remembered
  /// Nothing: an ordinary directory will do.
  case none
  /// Some mount, whichever.
  case mountPoint
  /// A mount of this type (`fuse.rclone`; `fuse` stands for every subtype of it), this source, or
  /// both.
  case matching(fsType: String?, source: String?)

  /// Says what is wrong with what was found at the path.
  ///
  /// - Parameters:
  ///   - entry: The mount whose mount point the path is, or `nil` for an ordinary directory.
  ///   - remembered: What was once seen mounted there, for `.remembered`.
  /// - Returns: `nil` where the requirement is met.
  func fault(finding entry: MountEntry?, remembered: MountIdentity?) -> MountFault? {
    switch self {
    case .none:
      return nil
    case .mountPoint:
      return entry == nil ? .notMounted(expected: nil) : nil
    case .remembered:
      guard let remembered else { return nil }
      guard let entry else { return .notMounted(expected: remembered.description) }
      return entry.identity == remembered
        ? nil : .otherMount(expected: remembered.description, found: entry.identity.description)
    case .matching(let fsType, let source):
      guard let entry else { return .notMounted(expected: describedExpectation) }
      let typeFits =
        fsType.map { entry.fsType == $0 || entry.fsType.hasPrefix($0 + ".") } ?? true
      let sourceFits = source.map { entry.source == $0 } ?? true
      return typeFits && sourceFits
        ? nil
        : .otherMount(expected: describedExpectation, found: entry.identity.description)
    }
  }

  private var describedExpectation: String {
    guard case .matching(let fsType, let source) = self else { return "a mount" }
    switch (fsType, source) {
    case (let fsType?, let source?): return "\(fsType) from \(source)"
    case (let fsType?, nil): return fsType
    case (nil, let source?): return "a mount from \(source)"
    case (nil, nil): return "a mount"
    }
  }
}

/// How what is mounted differs from what should be.
public enum MountFault: Hashable, Sendable {
  /// An ordinary directory stands there.
  case notMounted(expected: String?)
  /// Something else is mounted there.
  case otherMount(expected: String, found: String)

  /// For people: what was found and what was expected.
  public var explanation: String {
    switch self {
    case .notMounted(nil): "not a mount point"
    case .notMounted(let expected?): "not a mount point, expected \(expected)"
    case .otherMount(let expected, let found): "\(found) is mounted, expected \(expected)"
    }
  }
}
