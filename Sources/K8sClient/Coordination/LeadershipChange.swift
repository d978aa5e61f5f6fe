/// What a candidate tells of an election.
public enum LeadershipChange: Hashable, Sendable {
  /// It leads from now on. The number grows with each new leader, as long as the Lease is not deleted.
  case started(transition: Int)
  /// It leads no longer.
  case stopped(Reason)
  /// Somebody else leads, by the word of the Lease; `nil` where nobody does.
  case sawLeader(String?)
  /// A call failed, so that the Lease can be neither seen nor taken at the moment. Comes again only
  /// when the code changes or after a call that did not fail.
  case failing(KubernetesError)
  /// A call did not fail, after one of which that was told. Whoever leads still leads.
  case recovered

  /// Why a candidate leads no longer.
  public enum Reason: Hashable, Sendable {
    /// The Lease could not be renewed in time.
    case expired
    /// The Lease is somebody else's; `nil` where it is nobody's.
    case taken(by: String?)
    /// It gave the Lease back.
    case released
  }
}
