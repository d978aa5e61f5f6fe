/// Something about a mount is different from before.
public struct Change: Hashable, Sendable {
  /// What people call the mount.
  public var label: String
  /// Where it is.
  public var path: MountPath
  /// Its health before.
  public var previous: Health
  /// Its health now; the same as before where only the verdict is another one.
  public var health: Health
  /// The verdict that led here; `nil` where nothing could be seen.
  public var verdict: Verdict?
  /// What was seen, for people.
  public var explanation: String?
  /// Outcomes other than good ones in a row.
  public var failureCount: Int
  /// How long the mount had been other than healthy: from the first outcome that was not good.
  public var outage: Duration?

  /// Whether a mount that was other than healthy is healthy again.
  public var isRecovery: Bool {
    health == .healthy && (previous == .degraded || previous == .unhealthy)
  }
}
