public import Pacing

/// Carries out the stages of a plan: the steps of a stage side by side, each written down before it
/// acts and read back after.
///
/// A step costs its deadline once, whoever does not answer. What a call does after its deadline
/// nobody waits for: it was written down before it was made, and the next look at the stack finds it.
public struct PlanMachine: Hashable, Sendable {
  /// What can happen.
  public enum Event: Hashable, Sendable {
    /// Begin, or go on after time has passed.
    case tick
    /// A call was answered. An answer that nobody waits for is let go.
    case answered(CallID, Answer)
    /// What the step with this number is about to do is written down, and stays so.
    case recorded(step: Int)
    /// It cannot be written down; why.
    case refused(step: Int, String)
  }

  /// What follows from it.
  public enum Effect: Hashable, Sendable {
    /// Write this down, and say `.recorded` with the number of the step when it is safe; `nil`: there
    /// is nobody waiting for it.
    case record(LedgerFact, step: Int?)
    /// Make this call, and give up at the tick.
    case call(CallID, Call, deadline: Tick)
    /// All is over.
    case finished(PlanOutcome)
  }

  /// The stages that are carried out.
  public let stages: [Stage]
  /// The number of the run in the ledger.
  public let run: Int
  var progress: [Int: StepProgress] = [:]
  var deadlines: [Int: Tick] = [:]
  /// Measurements in a row that were quiet, by step.
  var quietRuns: [Int: Int] = [:]
  private(set) var stageIndex = 0
  var nextCall: Int
  private var snapshot: StackSnapshot?
  private var isFinished = false

  /// How soon a look is repeated.
  static let pause = Duration.milliseconds(500)
  /// The same for a target that comes up.
  static let longPause = Duration.seconds(1)

  /// A machine that has done nothing.
  ///
  /// - Parameters:
  ///   - stages: What to carry out, as a plan numbers it.
  ///   - run: The number of the run in the ledger.
  ///   - firstCall: The first number for a call.
  public init(_ stages: [Stage], run: Int, firstCall: Int = 1) {
    self.stages = stages
    self.run = run
    nextCall = firstCall
    for step in stages.flatMap(\.steps) { progress[step.number] = .waiting }
  }

  /// Results so far, by the number of the step.
  public var results: [Int: StepResult] { progress.compactMapValues(\.result) }

  /// The stage it is in; `nil` after the last.
  public var stage: Stage? { stages.indices.contains(stageIndex) ? stages[stageIndex] : nil }

  /// When it must be told the time, if nothing else happens before.
  public var alarm: Tick? { progress.values.compactMap(\.alarm).min() }

  /// Takes an event.
  public mutating func handle(_ event: Event, at now: Tick) -> [Effect] {
    guard !isFinished else { return [] }
    var effects: [Effect] = []
    switch event {
    case .tick:
      break
    case .answered(let call, let answer):
      if let step = stepWaiting(for: call) { take(answer, for: step, at: now, &effects) }
    case .recorded(let number):
      if let step = step(number), case .recording(let intent)? = progress[number] {
        act(step, intent, at: now, &effects)
      }
    case .refused(let number, let words):
      if let step = step(number), case .recording? = progress[number] {
        end(step, StepResult(.failed, words), &effects)
      }
    }
    passTime(at: now, &effects)
    advance(at: now, &effects)
    return effects
  }

  private func step(_ number: Int) -> Step? {
    stage?.steps.first { $0.number == number }
  }

  private func stepWaiting(for call: CallID) -> Step? {
    stage?.steps.first { progress[$0.number]?.pending?.call == call }
  }

  private mutating func passTime(at now: Tick, _ effects: inout [Effect]) {
    for step in stage?.steps ?? [] {
      guard let alarm = progress[step.number]?.alarm, now >= alarm else { continue }
      timeOut(step, at: now, &effects)
    }
  }

  /// Begins steps whose turn it is, and stages whose predecessors have ended.
  private mutating func advance(at now: Tick, _ effects: inout [Effect]) {
    while let stage {
      for step in stage.steps where progress[step.number] == .waiting {
        let isFree = step.after.allSatisfy { progress[$0]?.result != nil }
        if isFree { begin(step, at: now, &effects) }
      }
      guard stage.steps.allSatisfy({ progress[$0.number]?.result != nil }) else { return }
      stageIndex += 1
    }
    isFinished = true
    effects.append(.finished(PlanOutcome(results: results, snapshot: snapshot)))
  }

  mutating func keep(_ snapshot: StackSnapshot) { self.snapshot = snapshot }

  mutating func call(
    _ call: Call, by deadline: Tick, _ effects: inout [Effect]
  ) -> CallID {
    let id = CallID(run: run, number: nextCall)
    nextCall += 1
    effects.append(.call(id, call, deadline: deadline))
    return id
  }
}

/// What came of a plan.
public struct PlanOutcome: Hashable, Sendable {
  /// How each step ended, by its number.
  public var results: [Int: StepResult]
  /// The stack as the look at the end saw it; `nil` where nobody could look.
  public var snapshot: StackSnapshot?
}
