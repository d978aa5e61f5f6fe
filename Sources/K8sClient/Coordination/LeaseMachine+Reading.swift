import Pacing
import TimeText

// The Lease as it is: whose it is, since when, and what follows on that.
extension LeaseMachine {
  mutating func look(at now: Tick) -> [Effect] {
    state = .reading
    return [.read(until: callEnd(at: now))]
  }

  /// When a call that begins now has to be done: in time to tell that the leading is over.
  func callEnd(at now: Tick) -> Tick {
    let end = now + policy.callTime
    return leadsUntil.map { min(end, max($0, now)) } ?? end
  }

  mutating func readFailed(_ error: KubernetesError, at now: Tick) -> [Effect] {
    if isStopping { return finish() }
    return tell(error) + pause(after: error, at: now)
  }

  mutating func seen(_ lease: Lease?, at now: Tick, wall: Timestamp) -> [Effect] {
    succeeded() + goOn(from: lease, at: now, wall: wall)
  }

  private mutating func goOn(
    from lease: Lease?, at now: Tick, wall: Timestamp
  ) -> [Effect] {
    guard let lease else {
      guard !isStopping else { return finish() }
      return create(at: now, wall: wall)
    }
    observe(lease, at: now)
    guard let attempt = attempt(of: lease) else {
      return lost(to: lease) + compete(for: lease, at: now, wall: wall)
    }
    announcedLeader = policy.identity
    if hold?.uid != lease.uid {
      // One of our own writes got through that seemed lost. Who leads goes on with it.
      let isNew = attempt.uid != lease.uid
      hold = Hold(
        uid: lease.uid, renewed: isAnnounced ? hold?.renewed : nil,
        maturity: isNew && !isAnnounced ? now + longestDuration : now)
    }
    return isStopping ? release(at: now, wall: wall) : renew(at: now, wall: wall)
  }

  /// Remembers what the Lease is, and since when it is the same.
  mutating func observe(_ lease: Lease, at now: Tick) {
    let isSame =
      observation.map { $0.lease.uid == lease.uid && $0.lease.term == lease.term } ?? false
    let since = isSame ? observation?.since ?? now : now
    observation = Observation(lease: lease, since: since)
  }

  /// The write of ours that made the Lease what it is; `nil` where it is not ours.
  func attempt(of lease: Lease) -> Attempt? {
    guard lease.holderIdentity == policy.identity else { return nil }
    return attempts.last { $0.acquireTime == lease.acquireTime }
  }

  private mutating func lost(to lease: Lease) -> [Effect] {
    let holder = lease.holderIdentity.flatMap { $0.isEmpty ? nil : $0 }
    var effects: [Effect] = []
    if let hold {
      // No write of ours that is still on its way can fit what the Lease is now.
      attempts.removeAll { $0.uid == hold.uid }
      self.hold = nil
      if isAnnounced {
        isAnnounced = false
        effects.append(.announce(.stopped(.taken(by: holder))))
      }
    }
    if announcedLeader != holder ?? "" {
      announcedLeader = holder ?? ""
      effects.append(.announce(.sawLeader(holder)))
    }
    return effects
  }

  /// Takes the Lease of somebody who did not renew it, or waits for that.
  private mutating func compete(for lease: Lease, at now: Tick, wall: Timestamp) -> [Effect] {
    if isStopping { return finish() }
    let stale = (observation?.since ?? now) + policy.duration(of: lease)
    guard now >= stale else {
      let spread = Double.random(in: 0.9...1.1, using: &generator)
      return wait(until: min(stale, now + policy.renewInterval * spread), then: .read)
    }
    return takeOver(lease, at: now, wall: wall)
  }

  /// For how long somebody may lead by a Lease that is no longer there.
  var longestDuration: Duration {
    max(policy.duration, observation.map { policy.duration(of: $0.lease) } ?? .zero)
  }
}

extension Lease {
  /// The uid as it is written; empty where there is none.
  var uid: String { self[text: "metadata", "uid"] ?? "" }

  /// All that a holder writes: another one is a sign of life.
  var term: [String?] {
    [
      holderIdentity, self[text: "spec", "renewTime"], self[text: "spec", "acquireTime"],
      self[integer: "spec", "leaseDurationSeconds"].map(String.init),
      self[integer: "spec", "leaseTransitions"].map(String.init),
    ]
  }
}
