import Pacing
import TimeText

/// How often a repository is tried.
public struct UnlockBudget: Hashable, Sendable {
  /// How many tries there may be in a window, unless one heals.
  public var tries = 10
  /// The window.
  public var window = Duration.seconds(24 * 3600)
  /// The pause after the first try that failed; it doubles with each.
  public var initialPause = Duration.seconds(30)
  /// The longest pause.
  public var longestPause = Duration.seconds(1800)

  /// The usual budget.
  public init() {}

  /// What a record leaves of it.
  func standing(of record: UnlockRecord, at now: Timestamp) -> Standing {
    if record.tries(since: now - window) >= tries {
      let due = record.attempts.lazy.map { $0.at + window + .seconds(1) }
        .first { record.tries(since: $0 - window) < tries }
      return .spent(until: due ?? now + window)
    }
    guard let last = record.attempts.last else { return .free }
    // What was dropped may be dropped again, for as long as nothing changes.
    if last.outcome == .dropped, now < last.at + initialPause {
      return .paused(until: last.at + initialPause)
    }
    let failures = record.attempts.reversed().prefix { [.failed, .lost].contains($0.outcome) }.count
    guard failures > 0 else { return .free }
    let pause = Backoff(initial: initialPause, maximum: longestPause).limit(after: failures)
    let due = last.at + pause
    return due <= now ? .free : .paused(until: due)
  }

  enum Standing: Hashable {
    case free
    case paused(until: Timestamp)
    case spent(until: Timestamp)
  }
}
