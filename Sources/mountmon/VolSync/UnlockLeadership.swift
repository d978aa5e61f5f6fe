import K8sClient
import Pacing

/// Who leads, as far as this replica knows.
struct UnlockLeadership: Hashable, Sendable {
  var isLeading = false
  /// Since when, if it does.
  var since = Tick.zero
  /// Who leads, by the word of the Lease.
  var leader: String?
  /// Why the Lease can be neither seen nor taken; `nil` where it can.
  var trouble: String?
  /// Whether the Lease was ever seen.
  var isKnown = false

  /// Takes in what the election tells.
  ///
  /// - Parameters:
  ///   - change: What changed.
  ///   - identity: Who this is.
  ///   - now: When.
  mutating func take(_ change: LeadershipChange, as identity: String, at now: Tick) {
    switch change {
    case .started:
      isLeading = true
      since = now
      isKnown = true
      leader = identity
      trouble = nil
    case .sawLeader(let other):
      isKnown = true
      leader = other
      trouble = nil
    // What could not be seen when it lapsed may be out of sight still.
    case .stopped: isLeading = false
    case .failing(let error): trouble = "\(error)"
    case .recovered: trouble = nil
    }
  }
}
