public import Pacing

/// What is counted, for metrics.
public struct RestartStatistics: Hashable, Sendable {
  /// What became of a restart.
  public enum Outcome: String, Hashable, Sendable, CaseIterable {
    /// The pod was claimed and is about to be removed.
    case begun
    /// The API server agreed to remove the pod, or the process ended for it.
    case accepted
    /// A disruption budget was in the way.
    case blocked
    /// The API server refused.
    case refused
    /// Trying did not help.
    case failed
    /// It was not needed any more, or had to make room.
    case withdrawn
  }

  /// What became of a repair or an access review.
  public enum Result: String, Hashable, Sendable, CaseIterable {
    /// It did what it should; all that is needed is allowed.
    case succeeded
    /// It did not; something is not allowed.
    case refused
    /// No answer, or one that says nothing.
    case failed
  }

  /// Restarts by what became of them.
  public var restarts: [Outcome: UInt64] = [:]
  /// How often a restart was held, by `RestartReason.word`.
  public var holds: [String: UInt64] = [:]
  /// Repairs by result: `succeeded` or `failed`.
  public var repairs: [Result: UInt64] = [:]
  /// Access reviews by result.
  public var accessReviews: [Result: UInt64] = [:]
  /// How many restarts the budget of the workload still had when the record was last read.
  public var budgetLeft: Int?
  /// When the next step is due, where one is.
  public var nextDue: Tick?

  /// Nothing yet.
  public init() {}
}
