import Pacing

extension PoolEngine {
  /// Asks the pool's machine what is to be done, given how the stack stands, and begins it.
  mutating func turn(at now: Tick, _ effects: inout [Effect]) {
    decide(.stack(view(at: now)), at: now, &effects)
  }

  mutating func decide(_ event: PoolMachine.Event, at now: Tick, _ effects: inout [Effect]) {
    for effect in pool.handle(event, at: now) {
      switch effect {
      case .drain(let isGone, let reason):
        drain(isGone: isGone, because: reason, at: now, &effects)
      case .resume(let reason):
        resume(because: reason, at: now, &effects)
      case .abandon(let reason):
        abandon(because: reason, at: now, &effects)
      case .flapped(let count):
        effects.append(.tell(.flapped(count: count)))
      case .changed(_, let state):
        if state != .away { nextDrainLook = nil }
      }
    }
  }

  func view(at now: Tick) -> StackView {
    let state = ledger.state
    let present = moment(at: now)
    var view = StackView()
    view.mode = state.mode
    view.startMethod = state.startMethod
    view.isDrainedByHand = state.isDrainedByHand
    if !state.debts.isEmpty {
      let isLight = state.debts.allSatisfy { $0.key.kind == .client }
      view.debts = isLight ? .clients : .containers
    }
    switch activity {
    case .idle:
      // One that waits for its next try is given up with the pool like one that is under way.
      view.activity = request == .resume && resumeRetry != nil ? .resuming : .none
    case .looking(let look): view.activity = look.kind == .drain ? .none : .resuming
    case .running(let running):
      view.activity = running.record.kind == .drain ? .draining : .resuming
    }
    view.request = request
    let held = state.hold.map { $0.remaining(at: present) } ?? .zero
    view.heldUntil = held > .zero ? now + held : nil
    view.upgrades = state.upgrades.map { $0.tick(on: present) }
    view.retryAt = resumeRetry
    view.needsLook = inspectedMountID == nil || inspectedMountID != pool.judgement.mountID
    return view
  }

  private mutating func drain(
    isGone: Bool, because reason: String, at now: Tick, _ effects: inout [Effect]
  ) {
    switch activity {
    case .idle:
      if let next = nextDrainLook, now < next { return }
    case .looking(var look) where look.kind == .drain:
      look.isGone = look.isGone || isGone
      activity = .looking(look)
      return
    case .looking:
      break
    case .running(let running) where running.record.kind == .drain:
      // What waits for writes to come through waits for nothing now.
      guard isGone, !running.isGone else { return }
      end(running, because: "the pool is gone: fencing first", at: now, &effects)
    case .running(let running):
      end(running, because: reason, at: now, &effects)
    }
    resumeFailures = 0
    resumeRetry = nil
    // The first look is at containers alone: those cannot wait for a client that does not answer.
    look(
      .drain, isGone: isGone, asksClients: drainLooks > 0, because: reason, at: now, &effects)
    drainLooks += 1
  }

  private mutating func resume(
    because reason: String, at now: Tick, _ effects: inout [Effect]
  ) {
    guard case .idle = activity else { return }
    // The pool's machine waits by itself, but not for a person.
    if request == .resume, let retry = resumeRetry, now < retry { return }
    drainFailures = 0
    look(.resume, isGone: false, asksClients: true, because: reason, at: now, &effects)
  }

  private mutating func abandon(
    because reason: String, at now: Tick, _ effects: inout [Effect]
  ) {
    switch activity {
    case .looking(let look) where look.kind == .resume:
      activity = .idle
    case .running(let running) where running.record.kind == .resume:
      end(running, because: reason, at: now, &effects)
    case .idle, .looking, .running:
      break
    }
    if request == .resume {
      request = nil
      effects.append(.tell(.refused(.resume, "the pool is not healthy any more: \(reason)")))
    }
  }

  /// Lets go of a plan in the middle. What it wrote down is owed; what it has asked for may still
  /// happen, and the next look finds it.
  private mutating func end(
    _ running: Running, because reason: String, at now: Tick, _ effects: inout [Effect]
  ) {
    nextCall = running.machine.nextCall
    waiting = []
    activity = .idle
    _ = write(.ended(run: running.record.run, isComplete: false, words: reason), at: now)
    effects.append(.tell(.abandoned(running.record, reason: reason)))
  }

  private mutating func look(
    _ kind: RunRecord.Kind, isGone: Bool, asksClients: Bool, because reason: String, at now: Tick,
    _ effects: inout [Effect]
  ) {
    let call = CallID(run: ledger.state.lastRun, number: nextCall)
    nextCall += 1
    // Clients are asked side by side, so that one deadline holds for all of them.
    let limit =
      asksClients
      ? planPolicy.lookDeadline + planPolicy.clientDeadline
      : isGone ? planPolicy.fenceDeadline : planPolicy.lookDeadline
    let by = now + limit
    activity = .looking(
      Look(
        call: call, by: by, kind: kind, isGone: isGone,
        isByHand: request == StackView.Request(kind), asksClients: asksClients, reason: reason,
        mountID: pool.judgement.mountID))
    effects.append(.call(call, .survey(asksClients: asksClients), deadline: by))
  }

  mutating func take(_ command: PoolCommand, at now: Tick, _ effects: inout [Effect]) {
    switch command {
    case .drain:
      request = .drain
      nextDrainLook = nil
      drainLooks = 0
    case .resume where pool.judgement.state == .healthy:
      request = .resume
      resumeRetry = nil
    case .resume:
      let words = pool.judgement.reasons.first ?? "nothing is known of it yet"
      effects.append(
        .tell(.refused(command, "the pool is \(pool.judgement.state.rawValue): \(words)")))
    case .hold(let length):
      _ = write(.held(seconds: Int(clamping: length.components.seconds)), at: now)
    case .release:
      _ = write(.released, at: now)
    case .forget(let target) where ledger.debts[target] != nil:
      _ = write(.forgotten(target), at: now)
    case .forget(let target):
      effects.append(.tell(.refused(command, "nothing is owed to \(target)")))
    case .choose(let mode, let method):
      choose(mode, method, at: now, &effects)
    }
  }

  mutating func choose(
    _ mode: StackMode, _ method: StartMethod, at now: Tick, _ effects: inout [Effect]
  ) {
    guard ledger.state.mode != mode || ledger.state.startMethod != method else { return }
    _ = write(.mode(mode, method), at: now)
    effects.append(.tell(.mode(mode, method)))
  }
}
