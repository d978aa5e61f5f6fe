import Pacing
import SimulationKit

@testable import StackDrain

extension PoolWorld {
  /// What must hold for every call at the moment it is made.
  func check(_ call: Call) {
    switch call {
    case .survey, .look, .measure:
      break
    case .pause(let target, let units):
      let debt = durable.debts[target] ?? Debt()
      if !units.isSubset(of: debt.revives.union(debt.keepsIdle)) {
        fail("\(target) is paused, and what ran is not in the ledger")
      }
    case .stop(let target, _), .kill(let target):
      checkUser(target)
      if durable.debts[target]?.revives.isEmpty ?? true {
        fail("\(target) is stopped, and that it ran is not in the ledger")
      }
    case .resume(let target, let units):
      checkPool(call)
      if !units.isSubset(of: durable.debts[target]?.revives ?? []) {
        fail("\(target) is resumed beyond what is owed")
      }
    case .start(let target):
      checkPool(call)
      if durable.debts[target]?.revives.isEmpty ?? true {
        fail("\(target) is started, and is not owed")
      }
    case .restart(let target, _):
      checkPool(call)
      checkUser(target)
    case .launch(let target) where target.name == FakeStack.fullName:
      checkPool(call)
      if durable.debts[target] != nil { fail("the full stack is owed") }
    case .launch(let target):
      if durable.debts[target]?.retires != true {
        fail("\(target) is launched, and that is not in the ledger")
      }
    case .retire(let target):
      if durable.debts[target]?.retires != true {
        fail("\(target) is retired, and we did not launch it")
      }
    }
  }

  private func checkPool(_ call: Call) {
    if told.state != .healthy { fail("\(call) while the pool is \(told.state)") }
    guard let run = engine?.run?.record, !run.isByHand, run.run > wish.run else { return }
    switch wish.word {
    case .drained, .less: fail("\(call), and a person wants it \(wish.word)")
    case .nothing: break
    }
  }

  private func checkUser(_ target: Target) {
    if stack.boxes[target.name]?.usesPool != true {
      fail("\(target) is touched, and does not use the pool")
    }
  }

  /// Everything works from now on.
  func calmDown() {
    isCalm = true
    climate.crashAt = nil
    diskFullUntil = .zero
    relief()
    if engine == nil { plan(.reborn, in: .seconds(1)) }
  }

  /// The pool comes back for good; in the end all must be as people want it.
  func endWell() {
    calmDown()
    become(.healthy, .none)
    run(for: .seconds(60))
    if engine?.ledger.state.hold != nil { tell(.commanded(.release)) }
    if let state = engine?.ledger.state {
      let isChosen = state.startMethod == .manual && (state.mode == .local || state.mode == .none)
      if state.isDrainedByHand || isChosen {
        run(for: .seconds(300))
        command(.resume)
      }
    }
    // At most so many upgrades an hour: the last one may have to wait for long.
    for _ in 0..<24 where !isSettled { run(for: .seconds(300)) }
    run(for: .seconds(60))
    guard violation == nil, let engine else { return }
    if engine.ledger.state.mode != .full, counts["drain", default: 0] > 0 {
      fail("the pool is back, and the mode is \(engine.ledger.state.mode)")
    }
    // A client whose container a person has stopped is resumed when it comes up.
    let owed = engine.ledger.debts.filter { target, _ in
      guard let box = stack.programs[target.name]?.box else { return true }
      return target.kind != .client || stack.boxes[box]?.isLoose != true
    }
    if !owed.isEmpty { fail("still owed: \(engine.ledger.debts)") }
    if engine.ledger.state.openRun != nil { fail("a plan is still open") }
    for (name, box) in stack.boxes {
      if box.runs != box.wish, !box.isLoose {
        fail("\(name) \(box.runs ? "runs" : "does not run")")
      }
      if box.runs, box.usesPool, box.mountID != stack.poolMountID {
        fail("\(name) shows a mount that is no more")
      }
    }
    for (name, program) in stack.programs where stack.isUp(program) {
      if program.units != program.wishes, !program.isLoose {
        fail("\(name): \(program.units), not \(program.wishes)")
      }
    }
    if stack.portable["api"] == true { fail("the portable stack still runs") }
  }

  /// Whether nothing is left to do, as far as the engine knows.
  private var isSettled: Bool {
    guard violation == nil, let engine else { return violation != nil }
    return engine.ledger.debts.isEmpty && engine.activity == .idle && engine.pool.state == .steady
      && engine.inspectedMountID == stack.poolMountID
  }

  /// The pool goes for good; in the end nothing may use it.
  func endDrained() {
    calmDown()
    become(.unmounted, .lost)
    run(for: .seconds(60))
    if engine?.ledger.state.hold != nil { tell(.commanded(.release)) }
    run(for: .seconds(3600))
    guard violation == nil, let engine else { return }
    for (name, box) in stack.boxes where box.usesPool && box.runs { fail("\(name) still runs") }
    for (name, program) in stack.programs where stack.isUp(program) {
      if program.units.values.contains(true), !(program.isOpaque && program.isLoose) {
        fail("\(name) still runs: \(program.units)")
      }
    }
    if engine.ledger.state.mode == .full { fail("the mode is still full") }
    if engine.ledger.state.openRun != nil { fail("a plan is still open") }
  }

  /// A life of some hours, and then one of the two ends.
  func live(hours: Int = 4) {
    beginEngine()
    agenda.plan(.weather, at: now + random.time(30_000...120_000))
    agenda.plan(.human, at: now + random.time(5000...60_000))
    agenda.plan(.trouble, at: now + random.time(5000...300_000))
    let count = random.number(0...6)
    for _ in 0..<count {
      agenda.plan(.crash, at: now + random.time(1000...hours * 3_600_000))
    }
    run(for: .seconds(hours * 3600))
    guard violation == nil else { return }
    if random.chance(0.7) { endWell() } else { endDrained() }
  }
}
