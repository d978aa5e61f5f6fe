/// What to look at on a mount.
public struct Probe: Hashable, Sendable {
  /// The file or folder that has to answer.
  public enum Target: Hashable, Sendable {
    /// A file below the mount is opened and read, past caches where that is possible.
    case canary(CanaryPath)
    /// The mount's own directory is asked for its attributes, past caches.
    case directory
  }

  /// The file or folder that has to answer.
  public var target: Target
  /// The most bytes of a canary that are read: 1 to 1,048,576.
  public var maximumBytes: Int
  /// What the canary has to hold; trailing line breaks do not count, on either side.
  public var expectation: String?
  /// How many entries (without `.` and `..`) the mount's directory must have at least; 0: not asked.
  public var minimumEntries: Int
  /// How many bytes must be free for unprivileged users (statvfs(3), `f_bavail`); 0: not asked.
  public var minimumFreeBytes: UInt64
  /// What part of the file system must be free, in percent (0 to 100); 0: not asked.
  public var minimumFreePercent: Double
  /// Whether to write, sync and remove a small file of our own beside the canary.
  public var writes: Bool
  /// What is to be told beside whether the mount is well.
  public var wishes: ProbeWishes

  /// How many bytes of a canary are read where nothing else is said.
  public static let defaultMaximumBytes = 4096

  /// A probe.
  public init(
    _ target: Target, maximumBytes: Int = Probe.defaultMaximumBytes, expectation: String? = nil,
    minimumEntries: Int = 0, minimumFreeBytes: UInt64 = 0, minimumFreePercent: Double = 0,
    writes: Bool = false, wishes: ProbeWishes = .none
  ) {
    self.target = target
    self.maximumBytes = maximumBytes
    self.expectation = expectation
    self.minimumEntries = minimumEntries
    self.minimumFreeBytes = minimumFreeBytes
    self.minimumFreePercent = minimumFreePercent
    self.writes = writes
    self.wishes = wishes
  }
}
