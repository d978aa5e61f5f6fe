/// How VolSync works in a ``StubCluster``.
public struct VolSyncHabits: Hashable, Sendable {
  /// The image of its movers.
  public var image = "example.invalid/volsync:0.16"
  /// Whether its controller runs.
  public var isRunning = true
  /// How long it looks away from a sync that is under way.
  public var period: Duration = .seconds(60)
  /// From the end of a Job that it deleted to the next one.
  public var recreationDelay: Duration = .seconds(5)
  /// How many bytes of a failed mover's log it keeps in `status.latestMoverStatus`.
  public var logBytes = 1024
  /// How many failures a mover's Job is given.
  public var backoffLimit = 8

  /// As it is released.
  public init() {}
}
