import MountHealthCore
import Pacing
import Synchronization

/// What the watchdog shows to the outside: the endpoints read it from their own thread.
final class WatchdogView: Sendable {
  /// One moment of it.
  struct Snapshot: Hashable, Sendable {
    var state: RestartState
    var since: Tick
    var statistics = RestartStatistics()
    /// Calls of the API server by what came of them.
    var calls = CallCounts()
    /// Events that were not told because there were too many, or nobody took them.
    var droppedEvents: UInt64 = 0
  }

  /// Calls of the API server.
  struct CallCounts: Hashable, Sendable {
    var answered: UInt64 = 0
    var failed: UInt64 = 0
  }

  private let current: Mutex<Snapshot>

  init(at now: Tick) {
    current = Mutex(Snapshot(state: .holding(.starting), since: now))
  }

  var snapshot: Snapshot { current.withLock { $0 } }

  func show(_ machine: RestartMachine, droppedEvents: UInt64, at now: Tick) {
    current.withLock { snapshot in
      if snapshot.state != machine.state {
        // A due time that moves is no new state.
        if snapshot.state.word != machine.state.word
          || snapshot.state.reason?.word != machine.state.reason?.word
        {
          snapshot.since = now
        }
        snapshot.state = machine.state
      }
      snapshot.statistics = machine.statistics
      snapshot.droppedEvents = droppedEvents
    }
  }

  func count(_ answer: RestartAnswer) {
    current.withLock { snapshot in
      if case .failed = answer {
        snapshot.calls.failed += 1
      } else {
        snapshot.calls.answered += 1
      }
    }
  }
}
