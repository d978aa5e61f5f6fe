/// When a lock counts as left behind.
public struct LockPolicy: Hashable, Sendable {
  /// From which age on restic itself takes a lock for stale: its holder would have written it anew six
  /// times, and would have given up itself.
  public var staleAge = Duration.seconds(30 * 60)
  /// What clocks may differ by without harm.
  public var clockSlack = Duration.seconds(120)
  /// How long the very same file must have been seen before its age alone counts: a holder whose clock
  /// is wrong would have written another in that time, which it does every five minutes.
  public var stillness = Duration.seconds(12 * 60)
  /// How long after a lock was listed it is looked at again, where it may be gone before it is stale; after
  /// each look that helped nothing twice as long, up to eight times.
  public var relook = Duration.seconds(8 * 60)
  /// How long after a pod is gone its node, which is ready, has certainly ended its containers.
  public var departure = Duration.seconds(120)

  /// The usual policy.
  public init() {}
}
