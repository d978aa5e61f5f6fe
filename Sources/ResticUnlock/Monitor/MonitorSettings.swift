/// What a `VolSyncMonitor` asks for, checked.
public struct MonitorSettings: Hashable, Sendable {
  /// Whether it is to do anything; not, where nothing is said.
  public var isEnabled = false
  /// Whether it only tells what it would do, and sends no call that changes anything. No field of a
  /// `VolSyncMonitor` says so.
  public var isDryRun = false
  /// How many unlock Jobs may run at a time.
  public var maxConcurrentUnlocks = 3
  /// Whether failed Jobs are removed once their locks are, so that VolSync tries again at once.
  public var removesFailedJobs = false
  /// Which Jobs are looked at.
  public var rules = MoverRules()
  /// The user's patterns, and those of them that are left out.
  public var patterns = LockPatterns()
  /// How unlock Jobs are made.
  public var unlock = UnlockSettings()
  /// What is not as somebody might expect, without being wrong.
  public var warnings: [String] = []

  /// The usual settings.
  public init() {}
}

/// All that is wrong with settings.
public struct SettingsError: Error, Hashable, Sendable, CustomStringConvertible {
  /// One fault.
  public struct Fault: Hashable, Sendable, CustomStringConvertible {
    /// Where: `spec.unlockJobTemplate.resources.limits.cpu`.
    public let path: String
    /// What is wrong there.
    public let problem: String

    /// Both in one line.
    public var description: String { "\(path): \(problem)" }
  }

  /// The faults, in the order of the fields.
  public let faults: [Fault]

  /// A line for each fault.
  public var description: String { faults.map(\.description).joined(separator: "\n") }
}
