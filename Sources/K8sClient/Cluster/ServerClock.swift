public import Pacing
public import TimeText

/// What time it is on a server, told by the `Date` fields of its answers.
///
/// A field names a whole second, and when between the request and the answer it was written is not
/// known: each answer gives an earliest and a latest time. What several answers agree on is narrower.
/// The node's own clock on the wall has no part in it.
public struct ServerClock: Hashable, Sendable {
  /// The server's time at `Tick.zero`, at the earliest and at the latest.
  private var bounds: (earliest: Timestamp, latest: Timestamp)?

  /// A clock that has not heard of its server yet.
  public init() {}

  /// Whether two have heard the same.
  public static func == (one: ServerClock, other: ServerClock) -> Bool {
    one.bounds?.earliest == other.bounds?.earliest && one.bounds?.latest == other.bounds?.latest
  }

  /// Feeds what was heard to `hasher`.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(bounds?.earliest)
    hasher.combine(bounds?.latest)
  }

  /// Takes the date of an answer.
  ///
  /// - Parameters:
  ///   - date: What the `Date` field says.
  ///   - sent: When the request was sent.
  ///   - received: When the head of the answer was there.
  public mutating func heard(_ date: Timestamp, sent: Tick, received: Tick) {
    let earliest = date - (received - Tick.zero)
    let latest = date + .seconds(1) - (sent - Tick.zero)
    guard earliest <= latest else { return }
    if let known = bounds, known.earliest <= latest, earliest <= known.latest {
      bounds = (max(known.earliest, earliest), min(known.latest, latest))
    } else {
      // The first answer, another server behind the same address, or a clock that was set.
      bounds = (earliest, latest)
    }
  }

  /// The server's time.
  ///
  /// - Parameter tick: When.
  /// - Returns: The middle of what is possible; `nil` before the first answer.
  public func time(at tick: Tick) -> Timestamp? {
    guard let bounds else { return nil }
    return bounds.earliest + (bounds.latest - bounds.earliest) / 2 + (tick - Tick.zero)
  }

  /// How far off `time(at:)` may be, either way; `nil` before the first answer.
  public var uncertainty: Duration? { bounds.map { ($0.latest - $0.earliest) / 2 } }
}
