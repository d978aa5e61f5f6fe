public import Pacing

/// What a mount asks of the restart machine: all of them are told, each time one of them changes.
public struct MountNeed: Hashable, Sendable {
  /// What people call the mount.
  public var label: String
  /// Where it is; tells mounts apart.
  public var path: MountPath
  /// Its health.
  public var health: Health
  /// Whether it is confirmed bad in a way that making it anew may mend.
  public var wantsRemedy: Bool
  /// Outcomes other than good ones in a row.
  public var failureCount: Int
  /// Since when it is unhealthy; `nil` where it is not.
  public var unhealthySince: Tick?
  /// Whether it was ever healthy since this process began.
  public var wasEverHealthy: Bool
  /// The last verdict, where there is one.
  public var verdict: Verdict?
  /// What was wrong at the last look, for people.
  public var lastError: String?
  /// How it can be repaired, where that is configured.
  public var repair: RepairPlan?

  /// A need.
  public init(
    label: String, path: MountPath, health: Health, wantsRemedy: Bool = false,
    failureCount: Int = 0, unhealthySince: Tick? = nil, wasEverHealthy: Bool = true,
    verdict: Verdict? = nil, lastError: String? = nil, repair: RepairPlan? = nil
  ) {
    self.label = label
    self.path = path
    self.health = health
    self.wantsRemedy = wantsRemedy
    self.failureCount = failureCount
    self.unhealthySince = unhealthySince
    self.wasEverHealthy = wasEverHealthy
    self.verdict = verdict
    self.lastError = lastError
    self.repair = repair
  }

  /// What a mount's status asks for.
  ///
  /// - Parameters:
  ///   - status: All that is known of the mount.
  ///   - repair: How it can be repaired, where that is configured.
  public init(_ status: MountStatus, repair: RepairPlan? = nil) {
    self.init(
      label: status.mount.label, path: status.mount.path, health: status.health,
      wantsRemedy: status.wantsRemedy, failureCount: status.failureCount,
      unhealthySince: status.health == .unhealthy ? status.since : nil,
      wasEverHealthy: status.transitions[.healthy, default: 0] > 0, verdict: status.verdict,
      lastError: status.lastError, repair: repair)
  }
}
