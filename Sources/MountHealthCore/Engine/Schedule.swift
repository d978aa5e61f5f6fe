import Pacing

/// When a mount is looked at: rounds about an interval apart, and extra looks after a bad outcome.
struct Schedule: Hashable, Sendable {
  /// When the next round is due.
  private(set) var nextRound: Tick
  /// From when on the next round may begin, if others begin theirs.
  private var earliestRound: Tick
  /// When the next extra look is due.
  private(set) var nextExtra: Tick?
  private(set) var extraDelay: Duration?

  /// How soon after a first bad outcome the mount is looked at again, so that a blip does not last
  /// for a whole interval. Each further extra look waits twice as long.
  static let firstExtraDelay = Duration.seconds(1)

  /// Rounds are moved to this grid, so that those of many mounts share one wake-up.
  static let grid: Int64 = 10_000_000

  /// A schedule whose first round is due at once.
  init(start: Tick) {
    nextRound = start
    earliestRound = start
  }

  /// Whether the next round may begin now: rounds of several mounts share one wake-up where their
  /// periods allow it.
  func mayBeginRound(at now: Tick) -> Bool { earliestRound <= now }

  /// When something is due.
  var due: Tick { min(nextRound, nextExtra ?? nextRound) }

  /// Sets the round after the one that is due at `now`.
  ///
  /// A period is 90 to 100 % of the interval, so that the rounds of many watchers drift apart and
  /// none is ever later than the interval.
  ///
  /// - Parameters:
  ///   - now: The present.
  ///   - interval: The mount's interval.
  ///   - spreads: Whether this period may be as short as 10 % of the interval, and is shared with
  ///     nobody: it spreads many mounts that all began together.
  ///   - generator: Where the jitter comes from.
  mutating func beganRound(
    at now: Tick, interval: Duration, spreads: Bool, using generator: inout SeededGenerator
  ) {
    let whole = max(interval.clampedNanoseconds, Self.grid)
    let shortest = spreads ? whole / 10 : whole / 10 * 9
    let next = now + .nanoseconds(Int64.random(in: shortest...whole, using: &generator))
    let onGrid = Tick(nanoseconds: next.nanoseconds / Self.grid * Self.grid)
    nextRound = max(onGrid, now + .nanoseconds(Self.grid))
    earliestRound = spreads ? nextRound : now + .nanoseconds(shortest)
    if let extra = nextExtra, extra <= now { nextExtra = nil }
  }

  /// Brings the next round forward to `tick`, or leaves an earlier one.
  mutating func wantsRound(by tick: Tick) {
    nextRound = min(nextRound, tick)
  }

  /// Plans an extra look for `tick`, or leaves an earlier one.
  mutating func wantsExtra(at tick: Tick) {
    nextExtra = min(nextExtra ?? tick, tick)
  }

  /// Plans an extra look after an outcome that was not good.
  mutating func sawTrouble(at now: Tick, interval: Duration) {
    let delay = extraDelay.map { min($0 * 2, interval) } ?? min(Self.firstExtraDelay, interval)
    extraDelay = delay
    let extra = now + delay
    nextExtra = extra < nextRound ? extra : nil
  }

  /// Plans no more extra looks.
  mutating func sawGood() {
    extraDelay = nil
    nextExtra = nil
  }

  /// An extra look has begun.
  mutating func beganExtra() {
    nextExtra = nil
  }
}
