/// An instant in UTC, to the nanosecond, from the year 1 to the end of the year 9999.
///
/// These are the years RFC 3339 can write, so every instant has a text. Whatever would leave them
/// stops at their ends. As in POSIX there are no leap seconds: each day has 86,400 seconds.
public struct Timestamp: Hashable, Sendable {
  /// Whole seconds since 1970-01-01T00:00:00Z, negative before it.
  public let seconds: Int64

  /// Nanoseconds after ``seconds``: from 0 to 999,999,999, before 1970 as well.
  public let nanoseconds: Int

  /// 1970-01-01T00:00:00Z.
  public static let epoch = Timestamp(seconds: 0)

  /// 0001-01-01T00:00:00Z.
  public static let earliest = Timestamp(seconds: secondsRange.lowerBound)

  /// 9999-12-31T23:59:59.999999999Z.
  public static let latest = Timestamp(seconds: secondsRange.upperBound, nanoseconds: 999_999_999)

  static let secondsRange: ClosedRange<Int64> = -62_135_596_800...253_402_300_799

  /// An instant from a count of seconds and nanoseconds, as clocks and file systems give it.
  ///
  /// - Parameters:
  ///   - seconds: Seconds since 1970; what lies outside the years 1 to 9999 becomes the nearer end.
  ///   - nanoseconds: Nanoseconds to add; any number, a second's worth and more carries over.
  public init(seconds: Int64, nanoseconds: Int64 = 0) {
    var (carry, rest) = nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
    if rest < 0 {
      carry -= 1
      rest += 1_000_000_000
    }
    let (sum, isOver) = seconds.addingReportingOverflow(carry)
    let whole = isOver ? (carry < 0 ? .min : .max) : sum
    let range = Self.secondsRange
    self.seconds = min(max(whole, range.lowerBound), range.upperBound)
    if whole == self.seconds {
      self.nanoseconds = Int(rest)
    } else {
      self.nanoseconds = whole < self.seconds ? 0 : 999_999_999
    }
  }
}

extension Timestamp: InstantProtocol {
  /// Tells whether one instant is before another.
  public static func < (one: Timestamp, other: Timestamp) -> Bool {
    (one.seconds, one.nanoseconds) < (other.seconds, other.nanoseconds)
  }

  /// The instant a duration later, or earlier for a negative one.
  ///
  /// - Parameter duration: Any duration; what is finer than a nanosecond is rounded down.
  /// - Returns: The instant, at most ``latest`` and at least ``earliest``.
  public func advanced(by duration: Duration) -> Timestamp {
    let (whole, attoseconds) = duration.components
    // Division rounds toward zero; rounding down keeps later durations leading to later instants.
    let (billionths, rest) = attoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
    let (sum, isOver) = seconds.addingReportingOverflow(whole)
    return Timestamp(
      seconds: isOver ? (whole < 0 ? .min : .max) : sum,
      nanoseconds: Int64(nanoseconds) + billionths - (rest < 0 ? 1 : 0))
  }

  /// The time from this instant to another, negative where that is earlier.
  ///
  /// - Parameter other: The other instant.
  /// - Returns: The exact difference.
  public func duration(to other: Timestamp) -> Duration {
    .seconds(other.seconds - seconds) + .nanoseconds(other.nanoseconds - nanoseconds)
  }
}

extension Timestamp {
  /// The instant a duration later; see ``advanced(by:)``.
  public static func + (instant: Timestamp, duration: Duration) -> Timestamp {
    instant.advanced(by: duration)
  }

  /// The instant a duration earlier; see ``advanced(by:)``.
  public static func - (instant: Timestamp, duration: Duration) -> Timestamp {
    instant.advanced(by: .zero - duration)
  }

  /// The time from one instant to another, negative where that is earlier.
  public static func - (end: Timestamp, start: Timestamp) -> Duration {
    start.duration(to: end)
  }
}
