import Pacing
import StackDrain

/// What people asked for, and what became of it.
struct CommandBook: Hashable, Sendable {
  /// Where a command stands.
  enum State: Hashable, Sendable {
    /// It is being done, or waits for what it needs. Leads to one of the others.
    case waiting
    /// It is as was asked for; that was read back.
    case done(String)
    /// It was tried to the end, and something is left over.
    case incomplete(String)
    /// It was not done.
    case refused(String)

    var isOver: Bool { self != .waiting }
  }

  struct Entry: Hashable, Sendable {
    var id: String
    var command: PoolCommand
    var since: Tick
    var state = State.waiting
    /// The entry of the ledger that has to be kept first; `nil` where a plan is waited for.
    var number: Int?
    /// How it ended, which is said once that entry is kept.
    var ending: State?
  }

  /// The newest last.
  private(set) var entries: [Entry] = []
  /// How many were added for somebody who asks for the outcome.
  private(set) var total = 0
  private var keptNumber = 0

  /// The number of what was read from a file: nobody asks for its outcome.
  static let fileID = "file"
  /// How many are remembered.
  static let maximumEntries = 64

  /// Takes a command that the engine is about to be told.
  mutating func add(_ id: String, _ command: PoolCommand, at now: Tick) {
    if entries.count >= Self.maximumEntries {
      let oldest = entries.firstIndex { $0.state.isOver } ?? 0
      entries.remove(at: oldest)
    }
    if id != Self.fileID { total += 1 }
    entries.append(Entry(id: id, command: command, since: now))
  }

  /// The ledger is kept up to this entry.
  mutating func kept(_ number: Int) { keptNumber = max(keptNumber, number) }

  /// - Parameter number: Up to which entry the ledger was kept when this began.
  init(kept number: Int = 0) { keptNumber = number }

  /// Looks what became of the commands, after the engine was told something.
  ///
  /// - Parameters:
  ///   - notices: What the engine told.
  ///   - engine: The engine afterwards.
  mutating func settle(_ notices: [PoolNotice], _ engine: PoolEngine) {
    for index in entries.indices where !entries[index].state.isOver {
      entries[index].state = state(of: &entries[index], notices, engine)
    }
  }

  private func state(
    of entry: inout Entry, _ notices: [PoolNotice], _ engine: PoolEngine
  ) -> State {
    if entry.ending == nil {
      for case .refused(entry.command, let words) in notices { return .refused(words) }
      let state: State
      switch entry.command {
      case .drain: state = outcome(.drain, .drain, notices, engine)
      case .resume: state = outcome(.resume, .resume, notices, engine)
      case .hold, .release, .forget, .choose: state = .done("written down")
      }
      switch state {
      case .waiting, .refused: return state
      case .done, .incomplete: entry.ending = state
      }
      entry.number = engine.ledger.lastNumber
    }
    guard let number = entry.number, let ending = entry.ending, number <= keptNumber
    else { return .waiting }
    return ending
  }

  private func outcome(
    _ kind: RunRecord.Kind, _ request: StackView.Request, _ notices: [PoolNotice],
    _ engine: PoolEngine
  ) -> State {
    for case .finished(let record, let isComplete, let words) in notices
    where record.kind == kind && record.isByHand {
      return isComplete ? .done("run \(record.run) is complete") : .incomplete(words)
    }
    switch engine.pendingRequest {
    case request: return .waiting
    case nil:
      return .done(
        kind == .drain ? "nothing that uses the pool runs" : "there was nothing to bring back")
    case .drain, .resume: return .refused("another command took its place")
    }
  }
}
