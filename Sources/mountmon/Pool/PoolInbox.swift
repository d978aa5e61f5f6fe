import Pacing
import StackDrain
import Synchronization

/// What the monitor of a pool is told, until it has time to hear it.
///
/// Of judgements only the newest waits; answers are as many as there are calls; commands of people
/// have a limit. So it never grows beyond what the monitor itself has begun.
final class PoolInbox: Sendable {
  enum Signal: Hashable, Sendable {
    case judged(PoolJudgement)
    /// Nobody looks at the pool any more; why.
    case blinded(String)
    /// `nil`: there was no answer within the deadline.
    case answered(CallID, Answer?)
    case recorded(Int)
    case notRecorded(String)
    case commanded(id: String, PoolCommand)
    case stirred
    case timer
    case configured(PoolPolicy)
    case reloading
    case reloaded
    case stopping
  }

  /// How many commands may wait.
  static let maximumCommands = 32

  private struct State {
    var judgement: PoolJudgement?
    var queue: [Signal] = []
    var commandCount = 0
    var hasStirred = false
    var isTimerDue = false
    var isStopping = false
  }

  /// Rings when there is something to take.
  let bell: AsyncStream<Void>
  private let ringer: AsyncStream<Void>.Continuation
  private let state = Mutex(State())

  init() {
    (bell, ringer) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
  }

  /// Takes a signal in. May be called from any thread.
  ///
  /// - Returns: Whether it was taken: false for a command, while too many wait.
  @discardableResult
  func send(_ signal: Signal) -> Bool {
    let isTaken = state.withLock { state in
      switch signal {
      case .judged(let judgement): state.judgement = judgement
      case .stirred: state.hasStirred = true
      case .timer: state.isTimerDue = true
      case .stopping: state.isStopping = true
      case .commanded:
        guard state.commandCount < Self.maximumCommands else { return false }
        state.commandCount += 1
        state.queue.append(signal)
      case .blinded, .answered, .recorded, .notRecorded, .configured, .reloading, .reloaded:
        state.queue.append(signal)
      }
      return true
    }
    if isTaken { ringer.yield() }
    return isTaken
  }

  /// All that waits. The pool comes first: nothing is to be begun by what it was before.
  func takeAll() -> [Signal] {
    let waiting = state.withLock { state in
      defer { state = State(isStopping: state.isStopping) }
      return state
    }
    if waiting.isStopping { return [.stopping] }
    var signals = waiting.judgement.map { [Signal.judged($0)] } ?? []
    signals += waiting.queue
    if waiting.hasStirred { signals.append(.stirred) }
    if waiting.isTimerDue { signals.append(.timer) }
    return signals
  }

  func close() { ringer.finish() }
}

extension PoolInbox.Signal {
  /// Whether it says that nobody looks at the pool any more.
  var isBlindness: Bool { if case .blinded = self { true } else { false } }
}
