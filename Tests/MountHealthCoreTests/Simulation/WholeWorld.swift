import Pacing
import SimulationKit

@testable import MountHealthCore

/// A world in which a `ProbeEngine` probes by a `WorkerMachine`, as a `MountMonitor` does.
///
/// The mounts of the worker's world hang and heal; no two threads may ever be on one of them.
final class WholeWorld: WorkerWorld {
  private var engine: ProbeEngine
  private let watched: [Mount]
  private var engineAlarm = 0

  init(of seed: UInt64) throws {
    var random = SeededGenerator(seed: seed &+ 0x5EED)
    watched = try (0..<random.number(1...20)).map { number in
      Mount(
        path: try MountPath("/watched/\(number)"), probe: Probe(.directory), requirement: .none,
        interval: random.time(1_000...20_000), timeout: random.time(2_500...6_000),
        policy: HealthPolicy(
          failureThreshold: random.number(1...3), successThreshold: random.number(1...2),
          startupGrace: .zero, flapWindow: .zero))
    }
    engine = ProbeEngine(mounts: watched, seed: seed, start: .zero)
    super.init(seed: seed, mounts: UInt32(watched.count))
  }

  override func begin() {
    feed(.turn)
    feed(engine: .turn)
  }

  override func happen(_ item: Item) {
    switch item {
    case .engineAlarm(let number):
      if number == engineAlarm { feed(engine: .turn) }
    case .lateReport(let flight):
      feed(engine: .answered(flight, ProbeReport(finding: .unable("no worker runs"))))
    case .send:
      break
    default:
      super.happen(item)
    }
  }

  override func tell(_ flight: Flight, isLost: Bool) {
    let finding: ProbeFinding = isLost ? .unable("lost") : .seen(bytes: 0)
    feed(engine: .answered(flight, ProbeReport(finding: finding)))
  }

  private func feed(engine event: ProbeEngine.Event) {
    var flights: [Flight] = []
    for effect in engine.handle(event, at: now) {
      switch effect {
      case .probe(let order):
        if out[order.flight] != nil { fail("\(order.flight.text) is sent twice") }
        if watched[Int(order.flight.mount)].path != order.path { fail("\(order) is amiss") }
        if machine.isRunning { flights.append(order.flight) } else { refuse(order.flight) }
      case .announce(let change):
        journal.note("   \(change.path) is \(change.health)", at: now)
      case .readTable, .readFuseQueue:
        break
      case .wake(let tick):
        if tick <= now { fail("the engine wants to be called again at once") }
        engineAlarm += 1
        plan(.engineAlarm(engineAlarm), in: tick - now + random.time(0...2))
      }
    }
    if !flights.isEmpty { hand(flights) }
  }

  /// As the live shell does where no worker runs, only a moment later.
  private func refuse(_ flight: Flight) {
    plan(.lateReport(flight), in: .microseconds(random.number(0...5)))
  }

  override func checkEnd() {
    super.checkEnd()
    // The worker has been back for as long as it takes to see each mount good twice.
    live(until: now + .seconds(60))
    for status in engine.statuses(at: now) where status.health != .healthy {
      fail("\(status.mount.path) is \(status.health) in the end: \(status.lastError ?? "-")")
    }
  }
}
