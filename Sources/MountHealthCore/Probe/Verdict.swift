/// The class of an outcome: what one look at a mount means.
public enum Verdict: String, Hashable, Sendable, CaseIterable {
  /// Everything that was asked for was seen in time.
  case ok
  /// Seen, but later than `slowAfter`.
  case slow
  /// The mount answers with an error that says there is nothing behind it.
  case dead
  /// No answer in time, or an earlier probe still has not returned.
  case hung
  /// The path is not the mount that it should be.
  case absent
  /// The mount answers; the canary is not there or is not what it should be.
  case missing
  /// We are not allowed to look: our own user or its rights, most likely.
  case inaccessible
  /// It should be written to, and cannot be.
  case readOnly
  /// It has less free space than asked for.
  case full

  /// What an outcome of this class does to a mount's health.
  public enum Weight: Hashable, Sendable {
    /// Counts towards `healthy`.
    case good
    /// The mount is there, with a fault that replacing it would not mend: `degraded`, never worse.
    case limited
    /// Counts towards `unhealthy`.
    case bad
  }

  /// What an outcome of this class does to a mount's health.
  public var weight: Weight {
    switch self {
    case .ok: .good
    case .slow, .inaccessible, .full: .limited
    case .dead, .hung, .absent, .missing, .readOnly: .bad
    }
  }
}
