public import Pacing

/// All that is known of a mount at one moment.
public struct MountStatus: Hashable, Sendable {
  /// The mount as it is configured.
  public var mount: Mount
  /// Its health.
  public var health: Health
  /// Since when it has this health.
  public var since: Tick
  /// The last verdict; `nil` before the first, and where nothing could be seen lately.
  public var verdict: Verdict?
  /// What was wrong at the last look, for people; `nil` where nothing was.
  public var lastError: String?
  /// When it was last looked at: the moment at which the outcome was known.
  public var lastCheck: Tick?
  /// How long the last answer took.
  public var latency: Duration?
  /// Outcomes other than good ones in a row.
  public var failureCount: Int
  /// Whether it falls and rises so often that good outcomes are not believed yet.
  public var isFlapping: Bool
  /// The mount that the path is on, if it is known.
  public var entry: MountEntry?
  /// Whether the path is that mount's mount point; `nil`: not known.
  public var isMountPoint: Bool?
  /// For how long a probe has been out, where it is out longer than it may be.
  public var overdue: Duration?
  /// How many requests wait in the FUSE queue, where it could be read while the mount hung.
  public var fuseWaiting: Int?
  /// What the last probe told beside its outcome; `nil` where nothing was wished for, or no answer came.
  public var details: ProbeDetails? = nil
  /// The mount that the path was on when the last outcome was known; `nil` where nobody knew that.
  public var seenOn: UInt64? = nil
  /// How often each verdict was reached.
  public var verdictCounts: [Verdict: UInt64]
  /// How often it changed to each health.
  public var transitions: [Health: UInt64]
  /// How long its probes took.
  public var latencies: LatencyHistogram

  /// Whether the mount is confirmed bad in a way that making it anew may mend.
  public var wantsRemedy: Bool {
    health == .unhealthy && verdict?.remedy == .renew
  }
}
