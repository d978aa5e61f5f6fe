import Pacing
import Testing

@testable import MountHealthCore

/// A worker machine on a fake clock.
struct WorkerBench {
  private(set) var machine: WorkerMachine
  private(set) var now: Tick
  private(set) var wake: Tick
  private let start: Tick

  init() {
    start = Tick(nanoseconds: 5_000_000_007)
    now = start
    wake = start
    machine = WorkerMachine(start: start)
  }

  /// A machine whose worker 1 runs.
  static func running() -> WorkerBench {
    var bench = WorkerBench()
    bench.send(.turn)
    bench.send(.started(pid: 1))
    return bench
  }

  var elapsed: Duration { now - start }

  /// Sends an event; gives what follows, without the wake.
  @discardableResult
  mutating func send(_ event: WorkerMachine.Event) -> [WorkerMachine.Effect] {
    var effects = machine.handle(event, at: now)
    guard case .wake(let tick)? = effects.popLast() else {
      Issue.record("the last effect is no wake")
      return effects
    }
    #expect(tick > now, "the machine asks to be woken in the past")
    #expect(!effects.contains { if case .wake = $0 { true } else { false } })
    wake = tick
    return effects
  }

  /// Lets time pass, turning the machine when it asks for it; gives what followed, and when.
  mutating func run(
    for duration: Duration
  ) -> [(at: Duration, effect: WorkerMachine.Effect)] {
    let end = now + duration
    var all: [(at: Duration, effect: WorkerMachine.Effect)] = []
    while wake <= end {
      now = wake
      for effect in send(.turn) { all.append((elapsed, effect)) }
    }
    now = end
    return all
  }

  /// As `run`, with each start failing or each ping answered.
  mutating func run(
    for duration: Duration, answering: (WorkerMachine.Effect) -> WorkerMachine.Event?
  ) -> [(at: Duration, effect: WorkerMachine.Effect)] {
    let end = now + duration
    var all: [(at: Duration, effect: WorkerMachine.Effect)] = []
    while wake <= end {
      now = wake
      var queue = send(.turn)
      while !queue.isEmpty {
        let effect = queue.removeFirst()
        all.append((elapsed, effect))
        if let event = answering(effect) { queue += send(event) }
      }
    }
    now = end
    return all
  }
}
