import Pacing
import TimeText

@testable import StackDrain

extension SmallPool {
  /// What tells worlds apart: all but the time and the way here.
  struct Key: Hashable {
    var state: LedgerState
    var durable: LedgerState
    var activity: [Int]
    var calls: [Call]
    var stray: Call?
    var units: [Bool?]
    var pool: PoolState
    var standing: Int
    var request: StackView.Request?
    var isKeeping: Bool
    var luck: Luck
  }

  var key: Key {
    var units = [queueRuns["a"], queueRuns["b"], wishes["a"], wishes["b"], boxRuns]
    units.append(isLoose)
    return Key(
      state: Self.timeless(engine.ledger.state), durable: Self.timeless(durable.state),
      activity: activity, calls: calls.map(\.call), stray: strayCall, units: units,
      pool: pool.state, standing: standing, request: engine.pendingRequest,
      isKeeping: keeping != nil, luck: luck)
  }

  private static func timeless(_ state: LedgerState) -> LedgerState {
    var state = state
    state.upgrades = []
    state.lastDrain = nil
    state.lastUpgraded = nil
    state.lastRun = 0
    state.openRun?.run = 0
    if state.hold != nil {
      state.hold?.since = Moment(boot: "", tick: .zero, wall: .init(seconds: 0))
    }
    return state
  }

  private var activity: [Int] {
    guard case .running(let running) = engine.activity else { return [engine.isLooking ? 1 : 0] }
    return running.machine.progress.sorted { $0.key < $1.key }.map { step in
      switch step.value {
      case .waiting: 2
      case .looking: 3
      case .resting: 4
      case .recording: 5
      case .acting: 6
      case .confirming: 7
      case .pondering: 8
      case .ended(let result): result.isGood ? 9 : 10
      }
    }
  }

  private var standing: Int {
    switch engine.pool.state {
    case .unknown: 0
    case .steady: 1
    case .doubtful: 2
    case .away: 3
    case .recovering: 4
    case .returning: 5
    case .held: 6
    }
  }
}
