public import Pacing

/// How often and for how long a call is tried.
public struct RetryPolicy: Hashable, Sendable {
  /// At most how many tries, the first included; at least one. The one after new credentials is not
  /// counted.
  public var attempts: Int
  /// How long after the first try the last one may begin.
  public var total: Duration
  /// The longest that the server may ask to be left alone for. If it asks for more, the call fails
  /// at once and says so: to come too early helps nobody, and to wait so long is the caller's choice.
  public var longestRetryAfter: Duration
  /// How long to wait where the server says nothing.
  public var backoff: Backoff

  /// A policy.
  ///
  /// - Parameters:
  ///   - attempts: At most how many tries, the first included.
  ///   - total: How long after the first try the last one may begin.
  ///   - longestRetryAfter: The longest that the server may ask to be left alone for.
  ///   - backoff: How long to wait where the server says nothing.
  public init(
    attempts: Int = 4, total: Duration = .seconds(30), longestRetryAfter: Duration = .seconds(15),
    backoff: Backoff = Backoff(initial: .milliseconds(200), maximum: .seconds(5))
  ) {
    self.attempts = max(attempts, 1)
    self.total = max(total, .zero)
    self.longestRetryAfter = max(longestRetryAfter, .zero)
    self.backoff = backoff
  }

  /// One try and no more; new credentials are fetched all the same.
  public static let once = RetryPolicy(attempts: 1)
}
