import MountHealthCore

/// What a check says of all mounts together.
enum CheckVerdict: Int32, Hashable, Sendable {
  /// All are ok.
  case ok = 0
  /// Some are slow, full or inaccessible; none is bad.
  case degraded = 1
  /// At least one is bad.
  case bad = 2
  /// At least one could not be looked at, and none is bad.
  case undecided = 3

  /// The exit code; Nagios plugins use the same.
  var exitCode: Int32 { rawValue }

  /// The verdict over these mounts: what is known to be bad weighs more than what is not known.
  init(_ statuses: [MountStatus]) {
    let weights = statuses.map { $0.verdict?.weight }
    if weights.contains(.bad) {
      self = .bad
    } else if weights.contains(nil) {
      self = .undecided
    } else {
      self = weights.contains(.limited) ? .degraded : .ok
    }
  }
}
