public import TimeText

/// What is remembered of a workload's restarts outside of its pods, in the annotations of a Lease.
public struct RestartRecord: Hashable, Sendable {
  /// A pod that is down for a restart, or about to be.
  public struct Claim: Hashable, Sendable {
    /// The pod's name.
    public var pod: String
    /// Its uid.
    public var uid: String
    /// When it was claimed, by the API server's clock.
    public var since: Timestamp

    /// A claim.
    public init(pod: String, uid: String, since: Timestamp) {
      self.pod = pod
      self.uid = uid
      self.since = since
    }
  }

  /// A restart.
  public struct Entry: Hashable, Sendable {
    /// The pod's name.
    public var pod: String
    /// Its uid.
    public var uid: String
    /// When it was claimed, by the API server's clock.
    public var at: Timestamp
    /// How much of the budget it takes: 1 or 2.
    public var weight: Int
    /// The uid of the pod that took its place, once that was seen.
    public var successor: String?

    /// An entry.
    public init(
      pod: String, uid: String, at: Timestamp, weight: Int = 1, successor: String? = nil
    ) {
      self.pod = pod
      self.uid = uid
      self.at = at
      self.weight = weight
      self.successor = successor
    }
  }

  /// Pods that are down for a restart, oldest first.
  public var claims: [Claim]
  /// Restarts, oldest first.
  public var history: [Entry]

  /// A record; without arguments, that of a workload that was never restarted.
  public init(claims: [Claim] = [], history: [Entry] = []) {
    self.claims = claims
    self.history = history
  }
}

extension RestartRecord {
  /// A record as it was read.
  public struct Reading: Hashable, Sendable {
    /// The `resourceVersion` of the Lease; `nil`: there is none.
    public var version: String?
    /// What it says.
    public var record: RestartRecord
    /// Why not all of it could be read; `nil`: it could.
    public var fault: String?

    /// A reading.
    public init(version: String?, record: RestartRecord = RestartRecord(), fault: String? = nil) {
      self.version = version
      self.record = record
      self.fault = fault
    }
  }
}
