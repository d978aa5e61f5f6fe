import Pacing
import TimeText

extension RestartMachine {
  /// Takes the claim back, once nothing that was asked for under it can take effect any more.
  mutating func withdraw(_ claim: OwnClaim, as me: PodIdentity, at now: Tick) -> Decision {
    if let end = claim.slotUntil, end > now, !isWell {
      // The pod stands for one that is down, and is not well itself.
      guard claim.isGivenUp else { return .rest(peace(at: now), until: end) }
      self.claim?.isGivenUp = false
      return .again
    }
    let state: RestartState =
      if let pause, pause.until > now, !dueMounts(at: now).isEmpty { pause.state } else {
        .acting(.withdrawing)
      }
    if claim.mayHaveAsked {
      if claim.quietFrom > now { return .rest(state, until: claim.quietFrom) }
      guard let pod, pod.at >= claim.quietFrom else {
        return .send(.readPod(name: me.name), state)
      }
    }
    guard let record, record.reading.fault == nil else {
      // It cannot be taken out of what cannot be read, and will not be found there either.
      self.claim = nil
      return .again
    }
    var next = record.reading.record
    next.withdraw(me.uid, keepsHistory: keepsHistory)
    next.tidy(at: record.wall(at: now), window: policy.budget.window)
    return write(next, over: record, for: .withdraw, state)
  }

  /// The pod is well: ends the claim of the one whose place it took.
  mutating func settle(as me: PodIdentity, at now: Tick) -> Decision? {
    guard let record, record.reading.fault == nil, let pod = pod?.facts else { return nil }
    let known = record.reading.record
    if let former = predecessor(of: pod, in: known) {
      var next = known
      next.settle(former, successor: me.uid)
      next.tidy(at: record.wall(at: now), window: policy.budget.window)
      return write(next, over: record, for: .settle, peace(at: now))
    }
    guard !known.isSuccessor(me.uid) else { return nil }
    let possible = known.claims.filter { mayHaveReplaced($0, by: pod) }
    guard !possible.isEmpty else { return nil }
    if let unseen = possible.first(where: { watches[$0].map { $0.seen < record.at } ?? true }) {
      return .send(.readPod(name: unseen.pod), peace(at: now))
    }
    // Their pods live: perhaps one of them is about to go.
    let again = record.at + Self.freshness
    if again > now { return .rest(peace(at: now), until: again) }
    return .send(.readRecord(name: recordName), peace(at: now))
  }

  /// The process is asked to end: a claim that was not acted on is taken back.
  mutating func decideStopping(as me: PodIdentity, at now: Tick) -> Decision {
    let state = RestartState.holding(.stopping)
    guard let claim else { return .rest(state, until: nil) }
    if claim.asked != nil { return .rest(.waitingForPodToGo, until: nil) }
    let standsIn = claim.slotUntil.map { $0 > now && !isWell } ?? false
    guard !claim.mayHaveAsked, !standsIn else { return .rest(state, until: nil) }
    guard let record else { return .send(.readRecord(name: recordName), state) }
    guard record.reading.fault == nil else { return .rest(state, until: nil) }
    var next = record.reading.record
    next.withdraw(me.uid, keepsHistory: keepsHistory)
    return write(next, over: record, for: .withdraw, state)
  }
}
