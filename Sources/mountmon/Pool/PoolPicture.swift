import Pacing
import StackDrain
import Synchronization

/// What a pool's monitor shows to the outside: one moment of it.
struct PoolPicture: Sendable {
  /// The last judgement; `nil` before the first.
  var judgement: PoolJudgement?
  /// When that was made.
  var judgedAt: Tick?
  /// Since when the pool has its state.
  var stateSince: Tick?
  /// Where pool and stack stand.
  var standing = PoolMachine.State.unknown
  var ledger = LedgerState()
  /// The plan that is being carried out.
  var run: RunPicture?
  /// Whether the stack is being looked at, to plan.
  var isLooking = false
  /// What is left of a hold.
  var holdLeft: Duration = .zero
  /// Why the ledger cannot be written; `nil` while it can.
  var ledgerFault: String?
  /// What went wrong with the last look at the stack.
  var complaint: String?
  /// What happened last, the newest last.
  var events: [PoolEvent] = []
  var statistics = PoolStatistics()
  var commands: [CommandBook.Entry] = []
  /// How many commands were taken so far.
  var commandCount = 0
  /// When the monitor had its last turn.
  var turnedAt = Tick.zero

  /// Whether the pool is healthy and the stack as it should be.
  var isReady: Bool { notReadyReason == nil }

  /// Why it is not ready; `nil` where it is.
  var notReadyReason: String? {
    guard let judgement else { return "the pool was not looked at yet" }
    guard judgement.state == .healthy else {
      let words = judgement.reasons.first.map { ": \($0)" } ?? ""
      return "the pool is \(judgement.state.rawValue)\(words)"
    }
    if let run { return "a \(run.record.kind.rawValue) is under way" }
    if ledger.mode == .poolDegraded || ledger.isDrainedByHand { return "the stack is drained" }
    return ledger.debts.isEmpty
      ? nil : "\(ledger.debts.count) \(ledger.debts.count == 1 ? "target is" : "targets are") owed"
  }
}

/// A plan under way.
struct RunPicture: Hashable, Sendable {
  var record: RunRecord
  /// What it is about now.
  var stage: Stage.Purpose?
  var endedSteps: Int
  var steps: Int
  var since: Tick
}

/// Something that happened, for people.
struct PoolEvent: Hashable, Sendable {
  var at: Tick
  var level: LogLevel
  var text: String
}

/// What a monitor has counted since it began.
struct PoolStatistics: Hashable, Sendable {
  /// How a run ended.
  enum Ending: String, CaseIterable {
    case complete, incomplete, abandoned
  }

  struct Run: Hashable, Sendable {
    var kind: RunRecord.Kind
    var ending: Ending
  }

  var transitions: [PoolState: Int] = [:]
  var flaps = 0
  var runs: [Run: Int] = [:]
  var steps: [StepResult.Kind: Int] = [:]
  var answeredCalls = 0
  var failedCalls = 0
  var unansweredCalls = 0
  var ledgerFailures = 0

  mutating func count(_ notice: PoolNotice) {
    switch notice {
    case .pool(_, let state, _): transitions[state, default: 0] += 1
    case .flapped(let count): flaps = count
    case .ended(_, _, let result): steps[result.kind, default: 0] += 1
    case .finished(let record, let isComplete, _):
      let run = Run(kind: record.kind, ending: isComplete ? .complete : .incomplete)
      runs[run, default: 0] += 1
    case .abandoned(let record, _):
      runs[Run(kind: record.kind, ending: .abandoned), default: 0] += 1
    case .unwritable: ledgerFailures += 1
    case .began, .mode, .blind, .refused: break
    }
  }

  mutating func count(_ answer: Answer?) {
    switch answer {
    case nil: unansweredCalls += 1
    case .failed: failedCalls += 1
    case .surveyed, .state, .taken, .traffic, .gone: answeredCalls += 1
    }
  }
}

/// The newest picture, for whoever asks on a thread of its own.
final class PoolView: Sendable {
  private let current = Mutex(PoolPicture())

  var picture: PoolPicture { current.withLock { $0 } }

  func show(_ picture: PoolPicture) { current.withLock { $0 = picture } }
}
