import Pacing
import TimeText

extension RestartMachine {
  /// How old the facts may be on which a pod is removed.
  static let freshness = Duration.seconds(30)
  /// How old a claim may be that is acted on; an older one is made anew, under the rules of then.
  static let claimFreshness = Duration.seconds(60)

  /// A restart is called for: the next step of it.
  mutating func advance(for due: [MountNeed], as me: PodIdentity, at now: Tick) -> Decision {
    if let pause {
      guard pause.until <= now else { return .rest(pause.state, until: pause.until) }
      self.pause = nil
      if !pause.isShort { attempt = nil }
    }
    let begun = attempt ?? now
    attempt = begun
    guard let pod, let facts = pod.facts, pod.at >= begun else {
      return .send(.readPod(name: me.name), preparing)
    }
    if let decision = askUpstream(since: begun, at: now) { return decision }
    guard let record, record.at >= begun, now - record.at <= Self.freshness else {
      return .send(.readRecord(name: recordName), preparing)
    }
    if let claim, claim.isFresh(by: record.wall(at: now)) {
      return remove(claim, for: due, as: me, at: now)
    }
    return makeClaim(Candidate(pod: facts, record: record, due: due), since: begun, at: now)
  }

  /// Has the restart wait. A claim is not kept meanwhile: others may be able to use the place.
  mutating func hold(_ reason: RestartReason, until: Tick) -> Decision {
    pause = Pause(reason: reason, until: until)
    attempt = nil
    if claim != nil {
      claim?.isGivenUp = true
      return .again
    }
    return .rest(RestartState(holding: reason), until: until)
  }

  // MARK: The provider of the mounts

  private mutating func askUpstream(since begun: Tick, at now: Tick) -> Decision? {
    guard let guarded = policy.upstream else { return nil }
    guard let upstream, upstream.at >= begun, now - upstream.at <= guarded.interval else {
      return .send(.checkUpstream(guarded), preparing)
    }
    guard upstream.isUp else {
      return hold(.upstreamDown(upstream.detail), until: upstream.at + guarded.interval)
    }
    guard let since = upstream.upSince, since + guarded.settle > now else { return nil }
    return hold(.upstreamSettling(until: since + guarded.settle), until: since + guarded.settle)
  }

  // MARK: The claim

  /// All that a claim is judged by.
  struct Candidate {
    var pod: PodFacts
    var record: RecordReading
    var due: [MountNeed]
  }

  /// Judges whether the own pod may be claimed, and claims it.
  private mutating func makeClaim(
    _ candidate: Candidate, since begun: Tick, at now: Tick
  ) -> Decision {
    let wall = candidate.record.wall(at: now)
    if let decision = waitUntilReadable(candidate.record, at: now) { return decision }
    var next = candidate.record.reading.record
    // An own claim that is no longer fresh is made anew; where the process ended for it, what
    // happened stays remembered.
    next.withdraw(candidate.pod.uid, keepsHistory: keepsHistory)
    next.claims.removeAll { isExpired($0, at: now) }
    if next.claims.count >= policy.concurrency {
      if let unseen = next.claims.first(where: { !isSeen($0, since: begun) }) {
        return .send(.readPod(name: unseen.pod), preparing)
      }
      next.claims.removeAll { isExpired($0, at: now) }
    }
    // In the place of the predecessor no more pods are down than before.
    adopts = predecessor(of: candidate.pod, in: next)
    if let adopts { next.settle(adopts, successor: candidate.pod.uid) }
    if next.claims.count >= policy.concurrency {
      let pause = generator.pause(.seconds(20), jitter: 0.5)
      return hold(.concurrency(holders: next.claims.map(\.pod)), until: now + pause)
    }
    let weight = weight(of: candidate.due)
    let history = settled(next.history, at: now)
    statistics.budgetLeft = policy.budget.left(after: history, at: wall)
    switch policy.budget.verdict(on: weight, after: history, at: wall) {
    case .allowed: break
    case .spacing(let until):
      let tick = now + (until - wall)
      return hold(.spacing(until: tick), until: min(tick, now + Self.longestPause))
    case .exhausted(let until):
      let tick = now + (until - wall)
      return hold(.budgetExhausted(until: tick), until: min(tick, now + Self.longestPause))
    }
    guard !policy.dryRun else { return hold(.dryRun, until: now + .seconds(60)) }
    let claim = RestartRecord.Claim(
      pod: candidate.pod.name, uid: candidate.pod.uid, since: wall.inMilliseconds)
    next.add(claim, weight: weight)
    next.tidy(at: wall, window: policy.budget.window)
    return write(next, over: candidate.record, for: .claim(claim), .acting(.claiming))
  }

  mutating func write(
    _ next: RestartRecord, over record: RecordReading, for purpose: Writing, _ state: RestartState
  ) -> Decision {
    writing = purpose
    if case .claim(let claim) = purpose { claimed = claimed.suffix(7) + [claim.since] }
    return .send(
      .writeRecord(name: recordName, next, over: record.reading.version), state)
  }

  /// Whether what is remembered of the own pod happened, or may yet be undone.
  var keepsHistory: Bool { policy.strategy == .exit && claim?.isResumed == true }

  /// A record of which a part is lost counts as a used budget for a window, since it may have been
  /// one.
  private mutating func waitUntilReadable(_ record: RecordReading, at now: Tick) -> Decision? {
    guard let fault = record.reading.fault, let since = unreadableSince else { return nil }
    let end = since + max(policy.budget.window, policy.claimDuration)
    guard end > now else { return nil }
    return hold(
      .recordUnreadable(fault, until: end), until: min(end, now + Self.longestPause))
  }

  /// The history with restarts of the future brought to the moment at which they were first seen.
  private func settled(
    _ history: [RestartRecord.Entry], at now: Tick
  ) -> [RestartRecord.Entry] {
    guard let record else { return history }
    return history.map { entry in
      guard let seen = firstSeen[entry] else { return entry }
      var entry = entry
      entry.at = min(entry.at, record.wall(at: seen))
      return entry
    }
  }

  // MARK: Claims of others

  /// Whether the pod of a claim was looked at in this attempt. A pod that is gone stays so.
  private func isSeen(_ claim: RestartRecord.Claim, since begun: Tick) -> Bool {
    guard let watch = watches[claim] else { return false }
    return watch.standing == .gone || watch.seen >= begun
  }

  /// Whether a claim counts no longer: its pod is gone, or lives on, and for so long nothing came of
  /// it. One whose pod is going counts, however long that takes.
  private func isExpired(_ claim: RestartRecord.Claim, at now: Tick) -> Bool {
    guard let watch = watches[claim], watch.standing != .going else { return false }
    return now - watch.since >= policy.claimDuration
  }

  /// The claim of a pod whose place this one took, if it has not taken one's yet.
  func predecessor(of pod: PodFacts, in record: RestartRecord) -> RestartRecord.Claim? {
    guard !record.isSuccessor(pod.uid) else { return nil }
    let possible = record.claims.filter { mayHaveReplaced($0, by: pod) }
      .sorted { $0.since < $1.since }
    // The latest: earlier ones can be settled by pods that are older than this one.
    return possible.last { $0.pod == pod.name }
      ?? possible.last { watches[$0]?.standing == .gone || watches[$0]?.standing == .going }
  }

  /// Whether the own pod may have been made in place of the one of this claim.
  func mayHaveReplaced(_ claim: RestartRecord.Claim, by pod: PodFacts) -> Bool {
    // By clocks alone, a pod that was made shortly before the claim would pass for its successor.
    firstClaims?.contains(claim) == true && RestartRecord.isPossibleSuccessor(pod, of: claim)
  }

  /// A pod that is claimed in the record was looked at.
  mutating func saw(_ facts: PodFacts?, name: String, asked: Tick, at now: Tick) {
    for claim in record?.reading.record.claims ?? [] where claim.pod == name {
      let standing: ClaimWatch.Standing =
        if facts?.uid != claim.uid { .gone } else { facts?.isTerminating == true ? .going : .alive }
      if watches[claim]?.standing == standing {
        watches[claim]?.seen = asked
      } else {
        watches[claim] = ClaimWatch(standing: standing, since: now, seen: asked)
      }
    }
  }
}

extension OwnClaim {
  /// Whether it may be acted on: it was made by this process, a short while ago.
  func isFresh(by wall: Timestamp) -> Bool {
    !isResumed && wall - claim.since <= RestartMachine.claimFreshness
  }
}

extension Pause {
  var state: RestartState { RestartState(holding: reason) }
}

extension RestartState {
  /// Waiting for this reason.
  init(holding reason: RestartReason) {
    if case .budgetExhausted(let until) = reason {
      self = .spent(until: until)
    } else {
      self = .holding(reason)
    }
  }
}

extension Timestamp {
  /// Cut to milliseconds: finer than clocks agree.
  var inMilliseconds: Timestamp {
    Timestamp(seconds: seconds, nanoseconds: Int64(nanoseconds / 1_000_000 * 1_000_000))
  }
}

extension SeededGenerator {
  /// A pause of which a part is left to chance.
  mutating func pause(_ pause: Duration, jitter: Double) -> Duration {
    Backoff(initial: pause, maximum: pause, jitter: jitter).pause(after: 1, using: &self)
  }
}
