import JSONValue
import MountHealthCore
import Pacing
import StackDrain
import TimeText

/// `mountmon pool plan`, and `--dry-run` of drain and resume: what would be done. Looks, and does
/// nothing.
struct PoolPlanCommand {
  private let program: PoolProgram

  init(_ program: PoolProgram) { self.program = program }

  /// Plans, prints, and says with which code to leave.
  func run() throws(PoolExit) -> Int32 {
    let kind = program.command.value("--for").flatMap(RunRecord.Kind.init(rawValue:))
    return try run(kind, isByHand: false)
  }

  /// - Parameters:
  ///   - kind: What to plan; `nil`: what the pool's state asks for.
  ///   - isByHand: Whether a person would ask for it.
  /// - Returns: The exit code.
  /// - Throws: Why nothing could be planned.
  func run(_ kind: RunRecord.Kind?, isByHand: Bool) throws(PoolExit) -> Int32 {
    let setup = try program.load(orLeaveWith: PoolProgram.undecided)
    let room = try program.open(setup, program.quietLog, orLeaveWith: PoolProgram.undecided)
    var ledger = Ledger()
    do {
      let kept = try room.records.read()
      ledger = kept.ledger
    } catch {
      program.host.complain(
        "mountmon pool plan: planned as if nothing were owed: \(error.description)\n")
    }
    let policy = setup.settings.planPolicy
    let until = Tick.now() + policy.lookDeadline + policy.clientDeadline
    let (evidence, answer) = try program.wait(orLeaveWith: PoolProgram.undecided) {
      async let evidence = room.doors.lookOnce()
      let answer: Answer? = await Deadline.race(until: until) {
        await room.doors.carryOut(.survey(asksClients: true), until)
      } otherwise: {
        nil
      }
      let found = (await evidence, answer)
      await room.doors.close()
      return found
    }
    let judgement = PoolJudgement(setup.settings.pool, by: evidence)
    guard case .surveyed(let seen)? = answer else {
      var words = "the stack did not answer a look in time"
      if case .failed(let why)? = answer { words = why }
      throw PoolExit(lines: [words], code: PoolProgram.undecided)
    }
    for complaint in seen.complaints { program.host.complain("mountmon pool plan: \(complaint)\n") }
    let state = ledger.state
    switch kind ?? (judgement.state == .healthy ? .resume : .drain) {
    case .drain:
      let reason = kind == nil ? Self.reason(judgement, setup.settings.policy) : "asked for by hand"
      return told(
        DrainPlan(
          draining: room.stack, seen: seen, owing: state.debts, isGone: judgement.peril == .lost,
          asksSilent: true, by: policy, because: reason))
    case .resume:
      if judgement.state != .healthy {
        let words = judgement.reasons.first.map { ": \($0)" } ?? ""
        program.host.complain(
          "mountmon pool plan: nothing is resumed while the pool is \(judgement.state.rawValue)"
            + "\(words)\n")
      }
      return told(
        ResumePlan(
          resuming: room.stack, seen: seen, owing: state.debts,
          launchesFull: state.launchesFull(isByHand: isByHand), by: policy,
          because: kind == nil ? "the pool is healthy" : "asked for by hand"))
    }
  }

  /// Why, and when, the monitor would drain.
  private static func reason(_ judgement: PoolJudgement, _ policy: PoolPolicy) -> String {
    let words = judgement.reasons.first ?? "the pool is \(judgement.state.rawValue)"
    guard let delay = policy.drainAfter.delay(for: judgement.peril) else {
      return "\(words) (the monitor does not drain for this by itself)"
    }
    return delay > .zero ? "\(words) (after it has lasted \(delay.text))" : words
  }

  /// Prints a plan, and says with which code to leave.
  private func told(_ plan: some StagedPlan) -> Int32 {
    guard program.command.value("--output") == "json" else {
      return program.answer(plan.text + "\n", 0)
    }
    do {
      return program.answer(try plan.json().text(.pretty) + "\n", 0)
    } catch {
      program.host.complain("mountmon pool plan: \(error)\n")
      return PoolProgram.undecided
    }
  }
}
