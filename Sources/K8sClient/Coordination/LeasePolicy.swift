import Pacing

/// Who holds a Lease, and for how long at a time.
///
/// All candidates should have the same duration. A leader renews after a third of it, and stops to lead
/// when it could not renew for two thirds; others take over when they have seen no renewal for the
/// whole. The last third is what clocks of different speed and slow ends of work may take.
public struct LeasePolicy: Hashable, Sendable {
  /// The longest duration that is believed, of others and of oneself.
  public static let maximumDuration: Duration = .seconds(3600)
  /// The shortest duration that leaves time for a second try.
  public static let minimumDuration: Duration = .seconds(3)

  /// Who the candidate is: not empty, and another one for each process.
  public let identity: String
  /// For how long the Lease is held after each renewal; whole seconds.
  public let duration: Duration

  /// A policy.
  ///
  /// - Parameters:
  ///   - identity: Who the candidate is: the pod's name, for one. Two processes that share one do not
  ///     lead at the same time either; each takes the other for somebody else.
  ///   - duration: For how long the Lease is held after each renewal; made whole seconds from 3 to
  ///     3600.
  public init(identity: String, duration: Duration = .seconds(15)) {
    self.identity = identity
    let bounded = min(max(duration, Self.minimumDuration), Self.maximumDuration)
    self.duration = .seconds(bounded.components.seconds)
  }

  /// How long after a renewal the next one is due; also how often others look.
  public var renewInterval: Duration { duration / 3 }
  /// How long after it sent its last renewal a leader still leads.
  public var leadTime: Duration { duration * 2 / 3 }
  /// How long one call may take.
  public var callTime: Duration { duration / 6 }
  /// The pauses between tries.
  var backoff: Backoff { Backoff(initial: duration / 30, maximum: duration / 6) }

  /// How long the holder of a Lease has it after each renewal, as far as that can be believed: what
  /// the Lease says, this policy's duration where it says nothing, at most `maximumDuration`.
  func duration(of lease: Lease) -> Duration {
    guard let duration = lease.leaseDuration, duration > .zero else { return self.duration }
    return min(duration, Self.maximumDuration)
  }
}
