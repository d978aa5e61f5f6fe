/// A mount to watch: where it is, what to look at, and when to call it bad.
public struct Mount: Hashable, Sendable {
  /// What people call it; the path where it has no name of its own.
  public var name: MountName?
  /// Where it is.
  public var path: MountPath
  /// What to look at.
  public var probe: Probe
  /// What has to be mounted there.
  public var requirement: MountRequirement
  /// How often to look: from 1 s on.
  public var interval: Duration
  /// How long an answer may take before the mount counts as hung: from 100 ms on.
  public var timeout: Duration
  /// How long an answer may take before the mount counts as slow; `nil`: as long as `timeout`.
  public var slowAfter: Duration?
  /// When outcomes become health.
  public var policy: HealthPolicy
  /// What is tried before its pod is replaced; `nil`: what the watchdog says for all.
  public var repair: WatchdogSettings.Repair?
  /// Whether a probe that hangs on a mount which is not at the path any more is abandoned, so that
  /// what is mounted there now is looked at. Each costs a thread for as long as it hangs; a few are
  /// abandoned at the most. Otherwise a mount never has two probes out.
  public var abandonsProbes = false

  /// A mount; what is not given has the defaults of `docs/configuration.md`.
  public init(
    name: MountName? = nil, path: MountPath, probe: Probe,
    requirement: MountRequirement = .remembered,
    interval: Duration = .seconds(30), timeout: Duration = .seconds(5), slowAfter: Duration? = nil,
    policy: HealthPolicy = HealthPolicy(), repair: WatchdogSettings.Repair? = nil
  ) {
    self.name = name
    self.path = path
    self.probe = probe
    self.requirement = requirement
    self.interval = interval
    self.timeout = timeout
    self.slowAfter = slowAfter
    self.policy = policy
    self.repair = repair
  }

  /// The name, or the path where there is none.
  public var label: String { name?.description ?? path.description }
}
