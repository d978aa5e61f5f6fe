public import MountHealthCore

/// How the pool and its branches are looked at.
public struct ProbingSettings: Hashable, Sendable {
  /// How often, where nothing else makes a look due: 1 s to 1 h.
  public var interval: Duration
  /// How long a look may take before what is looked at counts as hung; less than the interval.
  public var timeout: Duration
  /// How long it may take before it counts as slow; `nil`: as long as the timeout.
  public var slowAfter: Duration?
  /// A file below the pool that is read; `nil`: the pool's directory is listed, and must hold
  /// something.
  public var canary: CanaryPath?
  /// What the canary has to hold.
  public var expectation: String?
  /// Whether to write, sync and remove a small file on the pool.
  public var writes: Bool
  /// A file below each branch that is read; `nil`: the branch's directory is asked for.
  public var branchCanary: CanaryPath?
  /// Where links by file system label are.
  public var labelFolder: String

  /// Where udev makes links by file system label.
  public static let defaultLabelFolder = "/dev/disk/by-label"

  /// How to look.
  public init(
    interval: Duration = .seconds(10), timeout: Duration = .seconds(5), slowAfter: Duration? = nil,
    canary: CanaryPath? = nil, expectation: String? = nil, writes: Bool = false,
    branchCanary: CanaryPath? = nil, labelFolder: String = Self.defaultLabelFolder
  ) {
    self.interval = interval
    self.timeout = timeout
    self.slowAfter = slowAfter
    self.canary = canary
    self.expectation = expectation
    self.writes = writes
    self.branchCanary = branchCanary
    self.labelFolder = labelFolder
  }
}
