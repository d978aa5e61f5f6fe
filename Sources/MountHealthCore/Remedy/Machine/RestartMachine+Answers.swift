import Pacing
import TimeText

extension RestartMachine {
  /// Takes the answer to the request that is out; one to any other request comes too late.
  mutating func answered(_ id: UInt64, _ answer: RestartAnswer, at now: Tick) {
    if let flight = repairFlight, flight.request.id == id {
      repairFlight = nil
      guard case .repair(let path, _) = flight.request.call else { return }
      switch answer {
      case .repaired(let succeeded, let detail): repaired(path, succeeded, detail, at: now)
      case .failed(let fault): repaired(path, false, fault.words, at: now)
      case .access, .pod, .record, .stored, .conflict, .removed, .notRemoved, .upstream:
        repaired(path, false, "an answer that makes no sense", at: now)
      }
    } else if let flight, flight.request.id == id {
      self.flight = nil
      take(answer, to: flight, at: now)
    }
  }

  /// A request that was not answered in time counts as failed, and may have had its effect.
  mutating func giveUpOverdue(at now: Tick) {
    for request in [flight?.request, repairFlight?.request] {
      guard let request, request.overdue <= now else { continue }
      let fault = CallFault(.transient, "no answer came", mayHaveHappened: true)
      answered(request.id, .failed(fault), at: now)
    }
  }

  private mutating func take(_ answer: RestartAnswer, to flight: RequestFlight, at now: Tick) {
    guard case .pod(let me) = identity else { return }
    let (call, sent) = (flight.request.call, flight.sent)
    switch (call, answer) {
    case (_, .failed(let fault)):
      failed(call, fault, at: now)
    case (.reviewAccess, .access(let refused)):
      troubles[.access] = nil
      reviewed(refused, as: me, at: now)
    case (.readPod(let name), .pod(let facts)):
      troubles[.readPod] = nil
      if name == me.name {
        pod = PodReading(facts: facts, at: sent, request: flight.request.id)
      }
      saw(facts, name: name, asked: sent, at: now)
    case (.readRecord, .record(let reading, let wall)):
      troubles[.readRecord] = nil
      record = RecordReading(reading: reading, at: sent, wall: wall)
      sawRecord(reading.record, as: me, at: now)
    case (.writeRecord(_, let written, _), .stored(let version)):
      troubles[.writeRecord] = nil
      stored(written, version, sent: sent, at: now)
    case (.writeRecord, .conflict):
      record = nil
      writing = nil
      let fault = CallFault(.transient, "others write the record at the same time")
      calm(.writeRecord, fault, .apiUnavailable("\(call.text): \(fault.words)"), at: now)
    case (.evict, .removed), (.delete, .removed):
      removed()
    case (.evict, .notRemoved(let fault)), (.delete, .notRemoved(let fault)):
      notRemoved(fault, as: me, at: now)
    case (.checkUpstream, .upstream(let isUp, let detail)):
      sawUpstream(isUp, detail, asked: sent, at: now)
    case (_, .access), (_, .pod), (_, .record), (_, .stored), (_, .conflict), (_, .removed),
      (_, .notRemoved), (_, .upstream), (_, .repaired):
      failed(
        call, CallFault(.transient, "an answer that makes no sense", mayHaveHappened: true),
        at: now)
    }
  }

  // MARK: What was learned

  private mutating func reviewed(
    _ refused: Set<RestartPermission>, as me: PodIdentity, at now: Tick
  ) {
    let missing = missing(refused, as: me)
    statistics.accessReviews[missing.isEmpty ? .succeeded : .refused, default: 0] += 1
    if missing.isEmpty {
      access = .allowed(refused: refused)
      accessTries = 0
      tellAccess(refused)
    } else {
      access = .refused(missing)
      accessTries += 1
      accessDue =
        now + RestartPolicy.betweenBursts.pause(after: accessTries, using: &generator)
    }
  }

  private mutating func sawUpstream(
    _ isUp: Bool, _ detail: String, asked: Tick, at now: Tick
  ) {
    troubles[.upstream] = nil
    let since: Tick? =
      switch (upstream?.isUp, isUp) {
      case (_, false), (nil, true): nil
      case (false?, true): now
      case (true?, true): upstream?.upSince
      }
    upstream = UpstreamReading(isUp: isUp, detail: detail, at: asked, upSince: since)
  }

  private mutating func sawRecord(_ record: RestartRecord, as me: PodIdentity, at now: Tick) {
    guard let reading = self.record else { return }
    firstClaims = firstClaims ?? Set(record.claims)
    unreadableSince = reading.reading.fault == nil ? nil : unreadableSince ?? now
    watches = watches.filter { record.claims.contains($0.key) }
    let future = record.history.filter { $0.at > reading.wall }
    firstSeen = Dictionary(future.map { ($0, firstSeen[$0] ?? now) }) { one, _ in one }
    statistics.budgetLeft = policy.budget.left(after: record.history, at: reading.wall)
    guard let own = record.claim(of: me.uid) else {
      if claim != nil {
        log(.info, "the claim of this pod is no longer in the record", [])
        // Whoever took it out saw something that is to be seen here as well.
        pod = nil
      }
      claim = nil
      return
    }
    if claim == nil {
      let isResumed = !claimed.contains(own.since)
      // What a former process ended for has happened; what it asked the API server for may yet.
      let isOver = isResumed && policy.strategy == .exit
      let mayHaveAsked = isResumed && !isOver
      claim = OwnClaim(
        claim: own, isResumed: isResumed,
        slotUntil: isOver || record.isSuccessor(me.uid) ? now + policy.claimDuration : nil,
        mayHaveAsked: mayHaveAsked, quietFrom: mayHaveAsked ? now + Self.afterEffect : now)
    } else {
      claim?.claim = own
    }
  }

  private mutating func stored(
    _ written: RestartRecord, _ version: String, sent: Tick, at now: Tick
  ) {
    guard let before = record else { return }
    record = RecordReading(
      reading: RestartRecord.Reading(version: version, record: written), at: sent,
      wall: before.wall(at: sent))
    unreadableSince = nil
    switch writing {
    case .claim(let made):
      var own =
        claim ?? OwnClaim(claim: made, isResumed: false, mayHaveAsked: false, quietFrom: now)
      own.claim = made
      own.isResumed = false
      own.isGivenUp = false
      if adopts != nil { own.slotUntil = now + policy.claimDuration }
      claim = own
    case .withdraw:
      tellWithdrawal()
      claim = nil
      attempt = nil
    case .settle:
      log(.info, "this pod is well: the restart that made it is over", [])
    case nil:
      break
    }
    writing = nil
    adopts = nil
  }

  // MARK: What failed

  private mutating func failed(_ call: RestartCall, _ fault: CallFault, at now: Tick) {
    switch call {
    case .evict, .delete:
      return removalFailed(call, fault, at: now)
    case .checkUpstream:
      return sawUpstream(false, fault.words, asked: now, at: now)
    case .writeRecord:
      writing = nil
      if fault.mayHaveHappened {
        record = nil
        lateWrite = now + Self.afterEffect
      }
    case .reviewAccess:
      statistics.accessReviews[.failed, default: 0] += 1
    case .readPod, .readRecord, .repair:
      break
    }
    let reason: RestartReason
    if fault.kind == .forbidden, let permission = permission(for: call) {
      forgetAccess(at: now)
      reason = .accessRefused([permission])
    } else if case .allowed = access {
      reason = .apiUnavailable("\(call.text): \(fault.words)")
    } else {
      reason = .accessUnknown("\(call.text): \(fault.words)")
    }
    calm(call.kind, fault, reason, at: now)
  }

  /// Makes no call for a while.
  private mutating func calm(
    _ kind: CallKind, _ fault: CallFault, _ reason: RestartReason, at now: Tick
  ) {
    let pause = failed(kind, fault, at: now)
    calm = Calm(until: pause.until, reason: pause.endsBurst ? reason : nil)
    if pause.endsBurst { log(.warn, "call failed", [.init("error", .text(reason.text))]) }
  }

  /// Counts a failure: a few tries follow each other fast, then there is a longer pause.
  mutating func failed(
    _ kind: CallKind, _ fault: CallFault, at now: Tick
  ) -> (until: Tick, endsBurst: Bool) {
    var trouble = troubles[kind] ?? Trouble()
    trouble.tries += 1
    let endsBurst = trouble.tries >= policy.maxRetries || fault.kind == .forbidden
    var pause: Duration
    if endsBurst {
      trouble.tries = 0
      trouble.bursts += 1
      pause = RestartPolicy.betweenBursts.pause(after: trouble.bursts, using: &generator)
    } else {
      pause = policy.burst.pause(after: trouble.tries, using: &generator)
    }
    troubles[kind] = trouble
    pause = max(pause, min(fault.retryAfter ?? .zero, .seconds(3600)))
    return (now + pause, endsBurst)
  }

  private func permission(for call: RestartCall) -> RestartPermission? {
    switch call {
    case .readPod: .readPods
    case .readRecord(let name): .readRecord(name: name)
    case .writeRecord(let name, _, let over):
      over == nil ? .createRecord : .updateRecord(name: name)
    case .evict(let name, _): .evict(pod: name)
    case .delete(let name, _): .delete(pod: name)
    case .reviewAccess, .checkUpstream, .repair: nil
    }
  }
}
