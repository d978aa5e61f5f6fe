import Pacing
import TimeText

extension PlanMachine {
  mutating func begin(_ step: Step, at now: Tick, _ effects: inout [Effect]) {
    deadlines[step.number] = now + step.deadline
    look(step, at: now, &effects)
  }

  private mutating func look(_ step: Step, at now: Tick, _ effects: inout [Effect]) {
    let by = min(deadline(of: step), now + step.lookDeadline)
    let question: Call
    switch step.move {
    case .settle: question = .measure
    case .verify: question = .survey(asksClients: true)
    case .pause, .stop, .kill, .resume, .keep, .start, .restart, .launch, .retire:
      question = .look(step.target)
    }
    // A look at everything has its own deadlines inside.
    let until = step.move == .verify ? deadline(of: step) : by
    progress[step.number] = .looking(call(question, by: until, &effects), by: until)
  }

  func deadline(of step: Step) -> Tick { deadlines[step.number] ?? .zero }

  /// An answer has come for the call that the step waits for.
  mutating func take(
    _ answer: Answer, for step: Step, at now: Tick, _ effects: inout [Effect]
  ) {
    switch progress[step.number] {
    case .looking:
      saw(answer, step, at: now, &effects)
    case .acting(_, var intent, _):
      switch answer {
      case .failed(let words): intent.refusal = words
      case .gone(let words):
        end(step, StepResult(.gone, words), units: intent.units, &effects)
        return
      case .taken, .state, .surveyed, .traffic: intent.wasAnswered = true
      }
      readBack(step, intent, at: now, &effects)
    case .confirming(_, let intent, _):
      confirm(answer, step, intent, at: now, &effects)
    case .waiting, .resting, .recording, .pondering, .ended, nil:
      break
    }
  }

  /// The first look, before anything is done.
  private mutating func saw(
    _ answer: Answer, _ step: Step, at now: Tick, _ effects: inout [Effect]
  ) {
    switch answer {
    case .surveyed(let snapshot):
      keep(snapshot)
      end(step, StepResult(.done), &effects)
    case .traffic(let traffic):
      measured(traffic, step, at: now, &effects)
    case .gone(let words):
      end(step, StepResult(.gone, words), units: step.units, &effects)
    case .failed(let words):
      // What was started a moment ago may not listen yet; what is to be stopped has no such excuse.
      if step.move.isHalting && step.move != .keep {
        end(step, StepResult(.unanswered, words), &effects)
      } else {
        rest(step, at: now, Self.longPause, else: StepResult(.unanswered, words), &effects)
      }
    case .taken:
      end(step, StepResult(.failed, "it answered a look without a state"), &effects)
    case .state(let state):
      saw(state, step, at: now, &effects)
    }
  }

  private mutating func saw(
    _ state: TargetState, _ step: Step, at now: Tick, _ effects: inout [Effect]
  ) {
    let intent = StepProgress.Intent(
      units: units(of: step, in: state), instance: state.instance, since: now)
    guard !intent.units.isEmpty else {
      nothingToDo(step, state, &effects)
      return
    }
    progress[step.number] = .recording(intent)
    effects.append(.record(found(state, by: step), step: step.number))
  }

  private func found(_ state: TargetState, by step: Step) -> LedgerFact {
    var state = state
    if !step.recordsIdle { state.idle = [] }
    return .found(run: run, step.target, step.move, state)
  }

  /// The units a step has to act on, given what its target does.
  private func units(of step: Step, in state: TargetState) -> Set<String> {
    switch step.move {
    case .pause, .stop, .kill, .retire:
      return state.running
    case .restart:
      let isSameLife = step.instance == nil || step.instance == state.instance
      return isSameLife ? state.running : []
    case .keep:
      // In the same life nothing was forgotten: a person has resumed it since.
      let isSameLife = step.instance != nil && step.instance == state.instance
      return isSameLife ? [] : step.units.intersection(state.running)
    case .resume, .start:
      return step.units.intersection(state.idle)
    case .launch:
      // Of a project that somebody runs in part the rest is off on purpose.
      let completes = !step.units.isEmpty && !state.idle.isEmpty
      return state.running.isEmpty || completes ? [TargetState.whole] : []
    case .settle, .verify:
      return []
    }
  }

  /// It is as wanted without our doing. A pause of what a person had paused is written down all the
  /// same: a client that forgets pauses is told again after the drain. So is what has stopped by
  /// itself: it ran, and is to run again.
  private mutating func nothingToDo(
    _ step: Step, _ state: TargetState, _ effects: inout [Effect]
  ) {
    if step.move == .pause, step.recordsIdle || !state.fallen.isEmpty {
      effects.append(.record(found(state, by: step), step: nil))
    }
    end(step, StepResult(.nothing), units: paid(step, state), &effects)
  }

  /// What is owed no more, as it runs or is no more.
  private func paid(_ step: Step, _ state: TargetState) -> Set<String> {
    switch step.move {
    case .resume, .start: step.units.subtracting(state.idle)
    case .restart: state.running
    case .pause, .stop, .kill, .keep, .launch, .retire, .settle, .verify: []
    }
  }

  mutating func act(
    _ step: Step, _ intent: StepProgress.Intent, at now: Tick, _ effects: inout [Effect]
  ) {
    // A disk that is slow to keep the ledger takes nothing from the time of the target.
    deadlines[step.number] = deadline(of: step) + (now - intent.since)
    // A quarter of what is left stays for reading back.
    let by = now + (deadline(of: step) - now) * 0.75
    let act: Call
    switch step.move {
    case .pause, .keep: act = .pause(step.target, units: intent.units)
    case .resume: act = .resume(step.target, units: intent.units)
    case .stop: act = .stop(step.target, grace: step.grace ?? .zero)
    case .kill: act = .kill(step.target)
    case .start: act = .start(step.target)
    case .restart: act = .restart(step.target, grace: step.grace ?? .zero)
    case .launch: act = .launch(step.target)
    case .retire: act = .retire(step.target)
    case .settle, .verify: return
    }
    progress[step.number] = .acting(call(act, by: by, &effects), intent, by: by)
  }

  private mutating func readBack(
    _ step: Step, _ intent: StepProgress.Intent, at now: Tick, _ effects: inout [Effect]
  ) {
    guard now < deadline(of: step) else {
      giveUp(step, intent, &effects)
      return
    }
    let by = min(deadline(of: step), now + step.lookDeadline)
    progress[step.number] = .confirming(call(.look(step.target), by: by, &effects), intent, by: by)
  }

  private mutating func confirm(
    _ answer: Answer, _ step: Step, _ intent: StepProgress.Intent, at now: Tick,
    _ effects: inout [Effect]
  ) {
    switch answer {
    case .gone(let words):
      end(step, StepResult(.gone, words), units: intent.units, &effects)
    case .state(let state) where isAsWanted(step, intent, state):
      end(step, StepResult(.done), units: paid(step, state), &effects)
    case .state where intent.refusal != nil:
      giveUp(step, intent, &effects)
    case .state, .failed, .taken, .surveyed, .traffic:
      var intent = intent
      if case .state(let state) = answer { intent.note = state.note }
      // Lists lag behind acts, and a call that timed out may yet take effect.
      let next = now + Self.pause
      guard next < deadline(of: step) else { return giveUp(step, intent, &effects) }
      progress[step.number] = .pondering(intent, until: next)
    }
  }

  private func isAsWanted(
    _ step: Step, _ intent: StepProgress.Intent, _ state: TargetState
  ) -> Bool {
    switch step.move {
    case .pause, .stop, .kill, .keep, .retire: intent.units.isDisjoint(with: state.running)
    case .resume, .start: intent.units.isDisjoint(with: state.idle)
    case .restart: !state.running.isEmpty && state.instance != intent.instance
    case .launch: !state.running.isEmpty && state.idle.isEmpty
    case .settle, .verify: true
    }
  }

  /// The tick has come until which the step waited.
  mutating func timeOut(_ step: Step, at now: Tick, _ effects: inout [Effect]) {
    switch progress[step.number] {
    case .looking:
      let silence = StepResult(.unanswered, "no answer within \(step.lookDeadline.text)")
      if step.move.isHalting && step.move != .keep || step.move == .verify {
        end(step, silence, &effects)
      } else {
        rest(step, at: now, Self.pause, else: silence, &effects)
      }
    case .resting:
      look(step, at: now, &effects)
    case .acting(_, let intent, _):
      readBack(step, intent, at: now, &effects)
    case .confirming(_, let intent, _):
      giveUp(step, intent, &effects)
    case .pondering(let intent, _):
      readBack(step, intent, at: now, &effects)
    case .waiting, .recording, .ended, nil:
      break
    }
  }

  private mutating func rest(
    _ step: Step, at now: Tick, _ pause: Duration, else result: StepResult,
    _ effects: inout [Effect]
  ) {
    guard now + pause < deadline(of: step) else { return end(step, result, &effects) }
    progress[step.number] = .resting(until: now + pause)
  }

  private mutating func measured(
    _ traffic: PoolTraffic, _ step: Step, at now: Tick, _ effects: inout [Effect]
  ) {
    let quiet = traffic.isQuiet ? (quietRuns[step.number] ?? 0) + 1 : 0
    quietRuns[step.number] = quiet
    // Twice in a row: between two files a disk is quiet as well.
    guard quiet < 2 else { return end(step, StepResult(.done), &effects) }
    let words =
      "\(traffic.bytesPerSecond) bytes/s and \(traffic.requests) requests after \(step.deadline.text)"
    rest(step, at: now, Self.longPause, else: StepResult(.unconfirmed, words), &effects)
  }

  private mutating func giveUp(
    _ step: Step, _ intent: StepProgress.Intent, _ effects: inout [Effect]
  ) {
    if let refusal = intent.refusal {
      end(step, StepResult(.failed, refusal), &effects)
    } else {
      var words = "no answer within \(step.deadline.text)"
      if intent.wasAnswered {
        words = "it took the call, and is not as it should be"
        if let note = intent.note { words += ": \(note)" }
      }
      end(step, StepResult(.unconfirmed, words), &effects)
    }
  }

  mutating func end(
    _ step: Step, _ result: StepResult, units: Set<String> = [], _ effects: inout [Effect]
  ) {
    progress[step.number] = .ended(result)
    switch step.move {
    case .settle, .verify:
      break
    case .kill where result.kind == .nothing || result.kind == .gone:
      break
    case .pause, .stop, .kill, .resume, .keep, .start, .restart, .launch, .retire:
      effects.append(
        .record(.settled(run: run, step.target, step.move, result, units: units), step: nil))
    }
  }
}
