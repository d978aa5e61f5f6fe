/// An instant on the monotonic clock, as machines know it.
///
/// A machine never reads a clock: each event comes with the tick at which it happened. Ticks count
/// from an arbitrary start, are not moved by clock steps, and have nanosecond resolution.
public struct Tick: Hashable, Comparable, Sendable {
  /// Nanoseconds since the clock's arbitrary start.
  public var nanoseconds: Int64

  /// The tick `nanoseconds` after the clock's start.
  public init(nanoseconds: Int64) {
    self.nanoseconds = nanoseconds
  }

  /// The clock's start.
  public static let zero = Tick(nanoseconds: 0)

  /// Earlier ticks come first.
  public static func < (left: Tick, right: Tick) -> Bool {
    left.nanoseconds < right.nanoseconds
  }

  /// The tick that is `duration` later; the farthest representable one on overflow.
  public static func + (tick: Tick, duration: Duration) -> Tick {
    let (sum, overflow) = tick.nanoseconds.addingReportingOverflow(duration.clampedNanoseconds)
    return Tick(nanoseconds: overflow ? (duration < .zero ? .min : .max) : sum)
  }

  /// How long it is from `earlier` to `later`; negative when they are given the other way round.
  public static func - (later: Tick, earlier: Tick) -> Duration {
    .nanoseconds(later.nanoseconds.subtractingReportingOverflow(earlier.nanoseconds).partialValue)
  }
}

extension Duration {
  /// Whole nanoseconds, clamped to what 64 bits hold (292 years).
  package var clampedNanoseconds: Int64 {
    let (seconds, attoseconds) = components
    let (scaled, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    guard !overflow else { return seconds < 0 ? .min : .max }
    let (sum, carried) = scaled.addingReportingOverflow(attoseconds / 1_000_000_000)
    return carried ? (seconds < 0 ? .min : .max) : sum
  }

  /// Seconds, as far as a `Double` tells them.
  package var inSeconds: Double {
    let (seconds, attoseconds) = components
    return Double(seconds) + Double(attoseconds) / 1e18
  }
}
