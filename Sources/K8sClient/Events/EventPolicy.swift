public import Pacing

/// How many events are posted, and how eagerly.
public struct EventPolicy: Hashable, Sendable {
  /// For how long the same thing about the same object counts as a repetition, from the last time on.
  public var seriesWindow: Duration
  /// How long after a call for a series the next one may come, at the earliest.
  public var seriesInterval: Duration
  /// How many different events an object may have at once.
  public var burst: Int
  /// How long it takes until it may have one more.
  public var refill: Duration
  /// How many events and repetitions may wait to be posted.
  public var maximumPending: Int
  /// How many series are remembered, those that wait included.
  public var maximumSeries: Int
  /// How long something may wait to be posted; it is of no interest afterwards, and the server itself
  /// keeps events no longer.
  public var maximumAge: Duration
  /// How long one call may take.
  public var callTime: Duration
  /// The pauses after calls that failed.
  public var backoff: Backoff

  /// A policy that differs from the defaults where an argument is given. The rates are those of
  /// Kubernetes' own components: 25 events at once for each object, one more every five minutes.
  ///
  /// - Parameters:
  ///   - seriesWindow: For how long the same thing counts as a repetition.
  ///   - seriesInterval: The shortest time between two calls for a series.
  ///   - burst: How many different events an object may have at once; at least 1.
  ///   - refill: How long it takes until it may have one more; more than zero.
  ///   - maximumPending: How many events and repetitions may wait; at least 1.
  ///   - maximumSeries: How many series are remembered; not less than may wait.
  ///   - maximumAge: How long something may wait.
  ///   - callTime: How long one call may take.
  ///   - backoff: The pauses after calls that failed.
  public init(
    seriesWindow: Duration = .seconds(600), seriesInterval: Duration = .seconds(60),
    burst: Int = 25, refill: Duration = .seconds(300), maximumPending: Int = 100,
    maximumSeries: Int = 500, maximumAge: Duration = .seconds(3600),
    callTime: Duration = .seconds(10),
    backoff: Backoff = Backoff(initial: .seconds(1), maximum: .seconds(60))
  ) {
    self.seriesWindow = seriesWindow
    self.seriesInterval = seriesInterval
    self.burst = max(burst, 1)
    self.refill = max(refill, .milliseconds(1))
    self.maximumPending = max(maximumPending, 1)
    self.maximumSeries = max(maximumSeries, self.maximumPending)
    self.maximumAge = maximumAge
    self.callTime = callTime
    self.backoff = backoff
  }
}
