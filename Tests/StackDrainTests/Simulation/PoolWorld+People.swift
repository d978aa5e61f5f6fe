import Pacing
import SimulationKit

@testable import StackDrain

/// What nobody of us does: the pool, people, faults.
extension PoolWorld {
  func weather() {
    guard !isCalm else { return }
    let before = truth.state
    let (state, peril): (PoolState, Peril) = random.pick([
      (.healthy, .none), (.healthy, .none), (.healthy, .none), (.unmounted, .lost),
      (.stale, .lost), (.stale, .unresponsive), (.degraded, .scarce), (.degraded, .slow),
      (.degraded, .limited), (.unknown, .none),
    ])
    become(state, peril)
    let isFlap = random.chance(0.3)
    let stay = isFlap ? random.time(200...8000) : random.time(20_000...1_200_000)
    if before != state { note("the pool is \(state), \(peril)") }
    plan(.weather, in: stay)
    // A mount that vanishes is told at once; a hang by the next round.
    if peril == .lost || state == .healthy { judgeSoon() }
  }

  func judgeSoon() {
    if engine != nil { judge() }
  }

  func become(_ state: PoolState, _ peril: Peril) {
    let wasGone = truth.peril == .lost
    if wasGone, peril != .lost { stack.poolMountID += 1 }
    truth = PoolJudgement(
      state: state, peril: peril, reasons: ["\(state)"], mountID: stack.poolMountID)
    for name in stack.boxes.keys.sorted() where stack.boxes[name]?.usesPool == true {
      switch peril {
      case .unresponsive:
        if !isCalm, random.chance(0.3) { stack.boxes[name]?.isStuck = true }
      case .none, .lost, .limited, .slow, .scarce:
        stack.boxes[name]?.isStuck = false
        if stack.boxes[name]?.isDoomed == true { stack.end(name) }
      }
    }
  }

  func trouble() {
    guard !isCalm else { return }
    if random.chance(0.15) {
      diskFullUntil = now + random.time(1000...600_000)
      count("full disk")
      note("the disk is full")
    } else if random.chance(0.3) {
      stack.engineIsHung = true
      note("the container engine hangs")
    } else {
      let name = random.pick(stack.programs.keys.sorted())
      stack.programs[name]?.isHung = true
      note("\(name) hangs")
    }
    plan(.relief, in: random.time(1000...120_000))
    plan(.trouble, in: random.time(10_000...600_000))
  }

  /// Whatever hangs goes on, and does what it was told meanwhile.
  func relief() {
    stack.engineIsHung = false
    for name in stack.programs.keys { stack.programs[name]?.isHung = false }
    let waiting = stalled
    stalled = []
    for errand in waiting { serve(errand) }
  }

  func reboot() {
    count("reboot")
    note("the host reboots")
    bootCount += 1
    bootStart = now
    stalled = []
    stack.engineIsHung = false
    for name in stack.portable.keys { stack.portable[name] = false }
    for name in stack.boxes.keys.sorted() where stack.boxes[name]?.runs == true {
      // `unless-stopped`: what ran, runs again, pool or not.
      let restarts = stack.boxes[name]?.restarts == true
      stack.end(name)
      if restarts { stack.start(name) } else { orphan(name) }
    }
    for (name, program) in stack.programs.sorted(by: { $0.key < $1.key }) {
      if program.box == nil { stack.programs[name]?.beginLife() }
      guard stack.isUp(program) else { continue }
      guard let target = Target(.client, name), durable.debts[target] == nil else { continue }
      // What is forgotten before anybody has looked, nobody can restore.
      stack.acceptUnits(of: name)
    }
  }

  /// A container that nobody starts after a reboot: whether the full stack is launched is for the
  /// mode to say, and what was stopped by a drain is owed.
  private func orphan(_ name: String) {
    let state = durable.state
    let isOwed = durable.debts[.container(name)] != nil
    let isLaunched = state.mode == .full || state.mode == .local || state.openRun?.kind == .resume
    if !isOwed, !isLaunched { stack.boxes[name]?.isLoose = true }
  }

  /// A person does something that cannot be taken for something of ours.
  func human() {
    guard climate.humans, !isCalm else { return }
    plan(.human, in: random.time(5000...300_000))
    switch random.number(0...14) {
    case 0: command(.drain)
    case 1, 2: command(.resume)
    case 3: command(.hold(random.time(1000...900_000)))
    case 4: command(.release)
    case 5, 6: touchBox()
    case 7:
      skew = random.time(-7_200_000...7_200_000)
      if engine != nil, random.chance(0.5) { tell(.clock(wall)) }
    case 8: command(.choose(random.pick(StackMode.allCases), .manual))
    case 9: touchAnything()
    default: touchUnit()
    }
  }

  func command(_ command: PoolCommand) {
    guard engine != nil else { return }
    note("a person: \(command)")
    count("command")
    let lastRun = engine?.ledger.state.lastRun ?? 0
    let isBusy = engine?.activity != .idle || engine?.pendingRequest != nil
    tell(.commanded(command))
    switch command {
    case .drain: wish = (.drained, lastRun)
    case .resume where told.state == .healthy: wish = (.nothing, lastRun)
    case .choose(.local, _) where !isBusy, .choose(.none, _) where !isBusy:
      wish = (.less, lastRun)
    case .choose: wish = (.nothing, lastRun)
    case .resume, .hold, .release, .forget: break
    }
  }

  /// Only what was written down outlives a kill.
  func recallWish() {
    let state = durable.state
    let isLess = state.startMethod == .manual && (state.mode == .local || state.mode == .none)
    switch wish.word {
    case .drained where !state.isDrainedByHand: wish.word = .nothing
    case .less where !isLess: wish.word = .nothing
    case .drained, .less, .nothing: break
    }
  }

  /// A person does something in the middle of what is being done.
  private func touchAnything() {
    count("meddling")
    if random.chance(0.5) {
      let name = random.pick(stack.boxes.keys.sorted())
      guard let box = stack.boxes[name], !box.isStuck, !stack.engineIsHung else { return }
      note("a person meddles with \(name)")
      if box.runs { stack.end(name) } else { stack.start(name) }
      stack.boxes[name]?.isLoose = true
      for key in stack.programs.keys where stack.programs[key]?.box == name {
        stack.acceptUnits(of: key)
        stack.programs[key]?.isLoose = true
      }
    } else {
      let name = random.pick(stack.programs.keys.sorted())
      guard let program = stack.programs[name], stack.isUp(program), !program.isHung else { return }
      note("a person meddles with \(name)")
      let unit = random.pick(program.units.keys.sorted())
      stack.programs[name]?.units[unit] = program.units[unit] != true
      stack.programs[name]?.isLoose = true
    }
  }

  /// Whether something of ours is under way with a target, so that nobody could tell whose doing a
  /// change is.
  private func isBusy(_ target: Target) -> Bool {
    if inFlight.values.contains(target) || stalled.contains(where: { $0.call.target == target }) {
      return true
    }
    var isOpen = false
    for ledger in [durable, engine?.ledger ?? durable] {
      for entry in ledger.entries {
        switch entry.fact {
        case .found(_, target, _, _): isOpen = true
        case .settled(_, target, _, _, _): isOpen = false
        case .began, .found, .settled, .ended, .mode, .held, .released, .forgotten: break
        }
      }
    }
    return isOpen || engine.map { $0.activity != .idle } ?? false
  }

  private func touchUnit() {
    let name = random.pick(stack.programs.keys.sorted())
    guard let program = stack.programs[name], let target = Target(.client, name), !isBusy(target),
      stack.isUp(program), !program.isHung, !program.isOpaque
    else { return }
    let debt = engine?.ledger.debts[target] ?? durable.debts[target]
    let unit = random.pick(program.units.keys.sorted())
    let runs = program.units[unit] == true
    if let debt {
      // A pause on top of ours, or in a life that nobody has seen, is nobody's by its looks.
      if runs { return }
      guard !program.forgets || debt.instance == "life \(program.life)" else { return }
    }
    note("a person \(runs ? "pauses" : "resumes") \(unit) of \(name)")
    stack.programs[name]?.units[unit] = !runs
    stack.programs[name]?.wishes[unit] = !runs
    count("human")
  }

  private func touchBox() {
    let name = random.pick(stack.boxes.keys.sorted())
    guard let box = stack.boxes[name], let target = Target(.container, name), !isBusy(target),
      !box.isStuck, !stack.engineIsHung, durable.debts[target] == nil,
      engine?.ledger.debts[target] == nil
    else { return }
    let tenants = stack.programs.filter { $0.value.box == name }.keys
    guard
      tenants.allSatisfy({ key in Target(.client, key).map { durable.debts[$0] == nil } ?? true })
    else { return }
    note("a person \(box.runs ? "stops" : "starts") \(name)")
    if box.runs { stack.end(name) } else { stack.start(name) }
    stack.boxes[name]?.wish = !box.runs
    for key in tenants { stack.acceptUnits(of: key) }
    count("human")
  }
}
