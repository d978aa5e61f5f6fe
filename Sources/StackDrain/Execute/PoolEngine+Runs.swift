import Pacing

extension PoolEngine {
  mutating func take(
    _ answer: Answer, of call: CallID, at now: Tick, _ effects: inout [Effect]
  ) {
    switch activity {
    case .idle:
      break
    case .looking(let look):
      guard look.call == call else { return }
      switch answer {
      case .surveyed(let snapshot): looked(snapshot, look, at: now, &effects)
      case .failed(let words), .gone(let words):
        looked(StackSnapshot(complaints: [words]), look, at: now, &effects)
      case .state, .taken, .traffic: break
      }
    case .running:
      drive(.answered(call, answer), at: now, &effects)
    }
  }

  /// The stack was looked at, to plan.
  mutating func looked(
    _ seen: StackSnapshot, _ look: Look, at now: Tick, _ effects: inout [Effect]
  ) {
    snapshot = seen
    activity = .idle
    if !seen.complaints.isEmpty {
      effects.append(.tell(.blind(seen.complaints.joined(separator: "; "))))
    }
    switch look.kind {
    case .drain: plannedDrain(seen, look, at: now, &effects)
    case .resume: plannedResume(seen, look, at: now, &effects)
    }
  }

  private func drainPlan(
    _ seen: StackSnapshot, isGone: Bool, asksSilent: Bool, because reason: String
  ) -> DrainPlan {
    DrainPlan(
      draining: stack, seen: seen, owing: ledger.debts, launching: ledger.state.launching,
      isGone: isGone, asksSilent: asksSilent, by: planPolicy, because: reason)
  }

  private mutating func plannedDrain(
    _ seen: StackSnapshot, _ look: Look, at now: Tick, _ effects: inout [Effect]
  ) {
    let plan = drainPlan(
      seen, isGone: look.isGone, asksSilent: !look.asksClients, because: look.reason)
    let record = RunRecord(
      run: ledger.state.lastRun + 1, kind: .drain, isByHand: look.isByHand, isUpgrade: false,
      reason: look.reason)
    guard plan.isEmpty else {
      begin(record, plan.stages, look, at: now, &effects)
      return
    }
    guard seen.containers != nil else {
      failedDrain(at: now)
      return
    }
    // Who asked for a drain is the one to end it, though there was nothing to do.
    if look.isByHand { _ = write(.began(record), at: now) }
    drained(look.isByHand, at: now, &effects)
  }

  private mutating func plannedResume(
    _ seen: StackSnapshot, _ look: Look, at now: Tick, _ effects: inout [Effect]
  ) {
    guard let containers = seen.containers else {
      failedResume(at: now)
      return
    }
    let mode = ledger.state.mode
    let plan = ResumePlan(
      resuming: stack, seen: seen, owing: ledger.debts,
      launchesFull: ledger.state.launchesFull(isByHand: look.isByHand), by: planPolicy,
      because: look.reason)
    guard plan.isEmpty else {
      let record = RunRecord(
        run: ledger.state.lastRun + 1, kind: .resume, isByHand: look.isByHand,
        isUpgrade: plan.isUpgrade, reason: look.reason)
      begin(record, plan.stages, look, at: now, &effects)
      return
    }
    if seen.uninspected.isEmpty {
      inspectedMountID = look.mountID
    } else {
      // A bind that nobody could look at may be dead: it is looked at again, and holds up nothing.
      failedResume(at: now)
    }
    let runs = containers.contains { $0.state.isUp && stack.users.reason(for: $0) != nil }
    // A stack that nobody has said anything about, and that runs, is the full one.
    if mode != .none || runs || look.isByHand { returned(look.isByHand, at: now, &effects) }
    // A plan that was killed at its very end left nothing to do.
    if let open = ledger.state.openRun {
      _ = write(.ended(run: open.run, isComplete: true, words: ""), at: now)
    }
    if look.isByHand { answerRequest(.resume) }
  }

  /// A person has got what was asked for, unless it is something else by now.
  private mutating func answerRequest(_ kind: RunRecord.Kind) {
    if request == StackView.Request(kind) { request = nil }
  }

  private mutating func begin(
    _ record: RunRecord, _ stages: [Stage], _ look: Look, at now: Tick, _ effects: inout [Effect]
  ) {
    _ = write(.began(record), at: now)
    effects.append(.tell(.began(record, plan: stages)))
    activity = .running(
      Running(
        record: record, isGone: look.isGone, mountID: look.mountID,
        machine: PlanMachine(stages, run: record.run, firstCall: nextCall)))
    drive(.tick, at: now, &effects)
  }

  /// Tells the plan's machine, and does what follows.
  mutating func drive(
    _ event: PlanMachine.Event, at now: Tick, _ effects: inout [Effect]
  ) {
    var events = [event]
    while !events.isEmpty, case .running(var running) = activity {
      let results = running.machine.handle(events.removeFirst(), at: now)
      activity = .running(running)
      for effect in results {
        switch effect {
        case .record(let fact, let step):
          if let refusal = record(fact, for: step, at: now, &effects) { events.append(refusal) }
        case .call(let id, let call, let deadline):
          effects.append(.call(id, call, deadline: deadline))
        case .finished(let outcome):
          nextCall = running.machine.nextCall
          finished(running, outcome, at: now, &effects)
        }
      }
    }
  }

  private mutating func record(
    _ fact: LedgerFact, for step: Int?, at now: Tick, _ effects: inout [Effect]
  ) -> PlanMachine.Event? {
    if case .found(_, _, _, let state) = fact, let fault = ledger.fault(recording: state) {
      return step.map { .refused(step: $0, "not written down: \(fault)") }
    }
    if case .settled(_, let target, let move, let result, _) = fact {
      effects.append(.tell(.ended(target, move, result)))
    }
    let number = write(fact, at: now)
    if let step { waiting.append(Waiting(number: number, step: step)) }
    return nil
  }

  private mutating func finished(
    _ running: Running, _ outcome: PlanOutcome, at now: Tick, _ effects: inout [Effect]
  ) {
    activity = .idle
    waiting = []
    if let seen = outcome.snapshot { snapshot = seen }
    var complaints = running.machine.stages.flatMap(\.steps).compactMap { step -> String? in
      guard let result = outcome.results[step.number], !result.isGood else { return nil }
      return "\(step.move.rawValue) \(step.target): \(result.words ?? result.kind.rawValue)"
    }
    let isComplete: Bool
    switch running.record.kind {
    case .drain:
      let rest = outcome.snapshot.map {
        drainPlan($0, isGone: running.isGone, asksSilent: false, because: "")
      }
      let left = rest?.steps.filter { $0.move == .stop || $0.move == .pause }
      for step in left ?? [] { complaints.append("\(step.target) still runs") }
      let sawAll = outcome.snapshot.map { $0.containers != nil && !$0.mayMissUsers } ?? false
      if !sawAll { complaints.append("not everything could be looked at") }
      isComplete = left?.isEmpty == true && sawAll
    case .resume:
      isComplete = ledger.debts.isEmpty && complaints.isEmpty
    }
    let words = complaints.joined(separator: "; ")
    _ = write(.ended(run: running.record.run, isComplete: isComplete, words: words), at: now)
    effects.append(.tell(.finished(running.record, isComplete: isComplete, words: words)))
    if running.record.isByHand { answerRequest(running.record.kind) }
    switch running.record.kind {
    case .drain where isComplete: drained(running.record.isByHand, at: now, &effects)
    case .drain: failedDrain(at: now)
    case .resume: resumed(running, outcome, isComplete, at: now, &effects)
    }
  }

  private mutating func resumed(
    _ running: Running, _ outcome: PlanOutcome, _ isComplete: Bool, at now: Tick,
    _ effects: inout [Effect]
  ) {
    let launched = running.machine.stages.flatMap(\.steps).allSatisfy {
      $0.move != .launch || outcome.results[$0.number]?.isGood == true
    }
    if !ledger.state.owesContainers, launched {
      returned(running.record.isByHand, at: now, &effects)
    }
    let seen = outcome.snapshot
    let isMended = seen?.containers.map { containers in
      seen?.uninspected.isEmpty == true
        && !containers.contains { $0.state == .running && $0.showsDeadMount == true }
    }
    if isMended == true { inspectedMountID = running.mountID }
    if isComplete, isMended == true {
      resumeFailures = 0
      resumeRetry = nil
    } else {
      failedResume(at: now)
    }
  }

  /// Nothing that uses the pool runs; that was looked at.
  private mutating func drained(
    _ isByHand: Bool, at now: Tick, _ effects: inout [Effect]
  ) {
    let state = ledger.state
    if let open = state.openRun {
      _ = write(.ended(run: open.run, isComplete: true, words: ""), at: now)
    }
    // `local` stays: the full stack is still to be started. What a person chose stays as well.
    let isChosen = state.startMethod == .manual && state.mode == .none
    if state.mode == .full || state.mode == .none && !isChosen && !state.debts.isEmpty {
      choose(.poolDegraded, state.startMethod, at: now, &effects)
    }
    drainFailures = 0
    if request == .drain, !isByHand {
      // Asked for while the monitor drained by itself: the next look makes it a person's drain.
      nextDrainLook = nil
      return
    }
    if request == .drain { request = nil }
    launchFailures = ledger.state.launching.isEmpty ? 0 : launchFailures + 1
    nextDrainLook =
      now
      + Self.backoff(
        max(launchFailures, 1), from: pool.policy.lookAgainAfter, to: pool.policy.lookAgainAtMost)
  }

  /// What was owed runs; that was looked at.
  private mutating func returned(_ isByHand: Bool, at now: Tick, _ effects: inout [Effect]) {
    let state = ledger.state
    // What a person chose while it was being brought back holds for the next time.
    let isChosen =
      state.startMethod == .manual && (state.mode == .local || state.mode == .none)
    guard state.mode != .full, isByHand || !isChosen else { return }
    let method: StartMethod =
      isByHand ? .manual : state.mode == .none ? state.startMethod : .autoUpgrade
    choose(.full, method, at: now, &effects)
  }

  private mutating func failedDrain(at now: Tick) {
    drainFailures += 1
    nextDrainLook =
      now
      + Self.backoff(
        drainFailures, from: min(.seconds(1), pool.policy.lookAgainAfter),
        to: pool.policy.lookAgainAtMost)
  }

  private mutating func failedResume(at now: Tick) {
    resumeFailures += 1
    resumeRetry =
      now
      + Self.backoff(
        resumeFailures, from: pool.policy.lookAgainAfter, to: pool.policy.lookAgainAtMost)
  }
}
