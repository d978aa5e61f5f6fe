import Pacing
import TimeText

// What is written to the Lease, and what follows on that.
extension LeaseMachine {
  mutating func create(at now: Tick, wall: Timestamp) -> [Effect] {
    var lease = Lease(named: path.name, in: path.namespace)
    lease.holderIdentity = policy.identity
    lease.leaseDuration = policy.duration
    lease.acquireTime = wall
    lease.renewTime = wall
    lease.leaseTransitions = 0
    write(lease, over: nil, at: now)
    return [.create(lease, until: callEnd(at: now))]
  }

  mutating func takeOver(_ former: Lease, at now: Tick, wall: Timestamp) -> [Effect] {
    var lease = former
    lease.holderIdentity = policy.identity
    lease.leaseDuration = policy.duration
    lease.acquireTime = wall
    lease.renewTime = wall
    // The API counts in 32 bits.
    lease.leaseTransitions = min(max(former.leaseTransitions, 0), Int(Int32.max) - 1) + 1
    write(lease, over: former.uid, at: now)
    return [.replace(lease, until: callEnd(at: now))]
  }

  mutating func renew(at now: Tick, wall: Timestamp) -> [Effect] {
    guard let hold, var lease = observation?.lease else { return look(at: now) }
    lease.leaseDuration = policy.duration
    lease.renewTime = wall
    write(lease, over: hold.uid, at: now)
    return [.replace(lease, until: callEnd(at: now))]
  }

  /// Gives the Lease back. What is left of it lasts a second, so that whoever held it has stopped
  /// before that, and nobody waits for long.
  mutating func release(at now: Tick, wall: Timestamp) -> [Effect] {
    guard var lease = observation?.lease else { return finish() }
    lease.holderIdentity = ""
    lease.leaseDuration = .seconds(1)
    lease.renewTime = wall
    state = .releasing
    hold = nil
    return [.replace(lease, until: now + policy.callTime)]
  }

  private mutating func write(_ lease: Lease, over uid: String?, at now: Tick) {
    state = .writing(Write(sent: now, uid: uid, acquireTime: lease.acquireTime))
    guard let time = lease.acquireTime else { return }
    let attempt = Attempt(acquireTime: time, uid: uid)
    attempts.removeAll { $0 == attempt }
    attempts.append(attempt)
    if attempts.count > Self.maximumAttempts { attempts.removeFirst() }
  }

  mutating func written(
    _ lease: Lease, _ write: Write, at now: Tick, wall: Timestamp
  ) -> [Effect] {
    guard attempt(of: lease) != nil, lease.acquireTime == write.acquireTime else {
      let error = KubernetesError(
        .malformedAnswer, "write \(path)",
        detail: "the answer is not what was written")
      return writeFailed(error, at: now)
    }
    let news = succeeded()
    observe(lease, at: now)
    announcedLeader = policy.identity
    // A Lease that was to be replaced and is another one now was gone, and made by this write.
    let isNew = write.uid != lease.uid
    let maturity: Tick
    if let hold, isAnnounced || hold.uid == lease.uid {
      maturity = hold.maturity
    } else {
      maturity = isNew ? now + longestDuration : now
    }
    hold = Hold(uid: lease.uid, renewed: write.sent, maturity: maturity)
    attempts.removeAll { $0.acquireTime != write.acquireTime }
    if isStopping { return news + release(at: now, wall: wall) }
    let spread = Double.random(in: 0.9...1, using: &generator)
    return news + wait(until: write.sent + policy.renewInterval * spread, then: .renew, at: now)
  }

  mutating func writeFailed(_ error: KubernetesError, at now: Tick) -> [Effect] {
    isCertain = false
    if isStopping { return look(at: now) }
    guard error.code == .conflict || error.code == .alreadyExists else {
      return tell(error) + pause(after: error, at: now)
    }
    // Somebody else was here; that is no trouble unless it never ends.
    return failures == 0 ? fail(at: now) : pause(after: error, at: now)
  }

  private mutating func fail(at now: Tick) -> [Effect] {
    failures += 1
    return look(at: now)
  }
}
