import Pacing
import SimulationKit

@testable import StackDrain

extension PoolWorld {
  /// A call reaches whom it is for.
  func arrive(_ errand: Errand) {
    if case .client? = errand.call.target?.kind, errand.call.isAct {
      stack.programs[errand.call.target?.name ?? ""]?.belief = nil
    }
    if isHung(errand) {
      // It waits in a socket; it is carried out when its target goes on.
      excuse(errand)
      stalled.append(errand)
      return
    }
    // One that is late already comes to pass.
    let fate = errand.epoch == -1 ? .fine : fate()
    if fate != .fine { excuse(errand) }
    switch fate {
    case .fine: serve(errand)
    case .lost: break
    case .late:
      var late = errand
      late.epoch = -1
      let wait = errand.deadline - now + random.time(100...5000)
      agenda.plan(.arrive(late), at: now + wait)
    case .slowAnswer:
      var mute = errand
      mute.epoch = -1
      serve(mute)
    case .refused: answer(errand, .failed("HTTP 500"), in: .milliseconds(5))
    case .lie:
      if case .look = errand.call {
        serve(errand)
      } else if case .survey = errand.call {
        serve(errand)
      } else {
        answer(errand, .taken, in: .milliseconds(5))
      }
    }
  }

  private func fate() -> Fate {
    if let sweep = climate.sweep {
      let isHit = sweep.forEver ? callCount >= sweep.call : callCount == sweep.call
      return isHit && !isCalm ? sweep.fate : .fine
    }
    guard !isCalm else { return .fine }
    if random.chance(climate.loss) { return .lost }
    if random.chance(climate.lateEffect) { return .late }
    if random.chance(climate.slowAnswer) { return .slowAnswer }
    if random.chance(climate.refusal) { return .refused }
    return random.chance(climate.lie) ? .lie : .fine
  }

  private func isHung(_ errand: Errand) -> Bool {
    switch errand.call.target?.kind {
    case .client: stack.programs[errand.call.target?.name ?? ""]?.isHung == true
    case .container, .project: stack.engineIsHung
    case .stack, nil:
      if case .survey = errand.call { stack.engineIsHung } else { false }
    }
  }

  /// Whoever stops a container now may not know what the program in it did.
  private func excuse(_ errand: Errand) {
    // What was seen is as old as the ledger is slow.
    let until = max(now, diskFullUntil) + .seconds(120)
    // What cannot be read back is not known after a call that came late, or was lied about.
    if let name = errand.call.target?.name, errand.call.isAct,
      stack.programs[name]?.isOpaque == true
    {
      stack.programs[name]?.isLoose = true
    }
    switch errand.call {
    case .survey, .look, .pause:
      for name in stack.programs.keys
      where errand.call.target == nil || errand.call.target?.name == name {
        stack.programs[name]?.excusedUntil = until
      }
    case .resume, .stop, .kill, .start, .restart, .launch, .retire, .measure: break
    }
  }

  func answer(_ errand: Errand, _ answer: Answer, in duration: Duration) {
    plan(.answer(errand.id, answer, epoch: errand.epoch), in: duration)
  }

  func serve(_ errand: Errand) {
    let soon = random.time(1...40)
    switch errand.call {
    case .survey(let asksClients):
      let isSlow = asksClients && stack.programs.values.contains { $0.isHung }
      let seen = stack.snapshot(at: now, asksClients: asksClients)
      for (name, program) in stack.programs where asksClients && program.isHung {
        stack.programs[name]?.excusedUntil = now + .seconds(120)
      }
      answer(errand, .surveyed(seen), in: isSlow ? .seconds(5) : soon)
    case .measure:
      answer(
        errand, .traffic(PoolTraffic(requests: random.number(0...1), bytesPerSecond: 0)), in: soon)
    case .look(let target): answer(errand, look(target), in: soon)
    case .pause(let target, let units): set(errand, target, units, running: false, soon)
    case .resume(let target, let units): set(errand, target, units, running: true, soon)
    case .stop(let target, let grace): stop(errand, target, grace)
    case .kill(let target): kill(errand, target)
    case .start(let target):
      start(target.name, errand)
      answer(errand, .taken, in: soon)
    case .restart(let target, _):
      if stack.boxes[target.name]?.isStuck == true {
        answer(errand, .failed("did not receive an exit event"), in: .seconds(10))
      } else {
        willEnd(target.name)
        stack.end(target.name)
        start(target.name, errand)
        answer(errand, .taken, in: random.time(100...5000))
      }
    case .launch(let target):
      if target.name == FakeStack.fullName {
        for (name, box) in stack.boxes.sorted(by: { $0.key < $1.key }) where !box.restarts {
          stack.boxes[name]?.wish = true
          start(name, errand)
        }
      } else {
        for name in stack.portable.keys { stack.portable[name] = true }
      }
      answer(errand, .taken, in: soon)
    case .retire(let target):
      if target.name == FakeStack.fullName { fail("the full stack is retired") }
      for name in stack.portable.keys { stack.portable[name] = false }
      answer(errand, .taken, in: soon)
    }
  }

  private func look(_ target: Target) -> Answer {
    switch target.kind {
    case .client:
      guard let program = stack.programs[target.name] else { return .gone("no such client") }
      guard stack.isUp(program) else { return .failed("connection refused") }
      return .state(program.state(at: now))
    case .container:
      guard let box = stack.boxes[target.name] else { return .gone("no such container") }
      return .state(.whole(runs: box.runs, instance: "life \(box.life)"))
    case .project: return .state(stack.project(target.name))
    case .stack: return .failed("not a target")
    }
  }

  private func set(
    _ errand: Errand, _ target: Target, _ units: Set<String>, running: Bool, _ soon: Duration
  ) {
    guard let program = stack.programs[target.name], stack.isUp(program) else {
      answer(errand, .failed("connection refused"), in: soon)
      return
    }
    stack.programs[target.name]?.set(units, running: running, at: now)
    stack.programs[target.name]?.belief = errand.epoch == epoch ? running : nil
    answer(errand, .taken, in: soon)
  }

  private func stop(_ errand: Errand, _ target: Target, _ grace: Duration) {
    guard let box = stack.boxes[target.name], box.runs else {
      answer(errand, .taken, in: .milliseconds(5))
      return
    }
    if box.isStuck {
      stack.boxes[target.name]?.isDoomed = true
      plan(.finishStop(errand, refused: true), in: grace + .seconds(14))
    } else {
      let time = box.ignoresTERM ? grace : random.time(50...3000)
      plan(.finishStop(errand, refused: false), in: min(time, grace))
    }
  }

  private func kill(_ errand: Errand, _ target: Target) {
    guard stack.boxes[target.name]?.isStuck == true else {
      willEnd(target.name)
      stack.end(target.name)
      answer(errand, .taken, in: .milliseconds(50))
      return
    }
    stack.boxes[target.name]?.isDoomed = true
    answer(errand, .failed("did not receive an exit event (pid 1234, D, fuse)"), in: .seconds(12))
  }

  func finishStop(_ errand: Errand, refused: Bool) {
    guard let name = errand.call.target?.name else { return }
    if stack.boxes[name]?.isStuck == true || refused {
      answer(errand, .failed("did not receive an exit event"), in: .milliseconds(5))
    } else {
      willEnd(name)
      stack.end(name)
      answer(errand, .taken, in: .milliseconds(5))
    }
  }

  private func start(_ name: String, _ errand: Errand) {
    guard stack.boxes[name]?.runs == false else { return }
    stack.start(name)
  }

  /// A container of ours ends. Whether what its programs forget is known must have been seen to.
  private func willEnd(_ name: String) {
    guard stack.boxes[name]?.runs == true else { return }
    for (key, program) in stack.programs where program.box == name && program.forgets {
      guard let target = Target(.client, key) else { continue }
      if let debt = durable.debts[target] {
        // Resumed by a person since anybody saw it: what was paused then is paused again.
        for unit in debt.keepsIdle where now <= program.excusedUntil && program.units[unit] == true
        {
          stack.programs[key]?.wishes[unit] = false
        }
        continue
      }
      guard program.wishes.values.contains(false) else { continue }
      if now > program.excusedUntil {
        fail("\(name) was stopped, and nobody had asked \(key) what a person had paused")
      }
      // Nobody can know: it will come back running.
      for unit in program.wishes.keys { stack.programs[key]?.wishes[unit] = true }
    }
  }
}
