public import TimeText

/// Which part of a container's log.
public struct LogOptions: Hashable, Sendable {
  /// From when on.
  public enum Since: Hashable, Sendable {
    /// The last while; whole seconds, at least one.
    case last(Duration)
    /// From an instant on.
    case instant(Timestamp)
  }

  /// Which container; `nil` where the pod has only one.
  public var container: ContainerName?
  /// Whether that of the container's last run is meant, before it was started anew.
  public var isPrevious: Bool
  /// At most how many lines, from the end; not negative.
  public var tailLines: Int?
  /// At most how many bytes, from where it begins; at least one.
  public var limitBytes: Int?
  /// From when on.
  public var since: Since?
  /// Whether each line begins with its instant.
  public var hasTimestamps: Bool
  /// Whether to stay and hear what comes, until the container ends.
  public var follows: Bool

  /// Options; without any, the whole log of a pod's only container.
  public init(
    container: ContainerName? = nil, isPrevious: Bool = false, tailLines: Int? = nil,
    limitBytes: Int? = nil, since: Since? = nil, hasTimestamps: Bool = false, follows: Bool = false
  ) {
    self.container = container
    self.isPrevious = isPrevious
    self.tailLines = tailLines
    self.limitBytes = limitBytes
    self.since = since
    self.hasTimestamps = hasTimestamps
    self.follows = follows
  }
}
