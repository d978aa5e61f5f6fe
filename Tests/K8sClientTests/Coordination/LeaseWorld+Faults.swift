import JSONValue
import Pacing
import SimulationKit
import Testing
import TimeText

@testable import K8sClient

// What goes wrong, and what must hold all the same.
extension LeaseWorld {
  mutating func fault() throws {
    guard now < calm else { return }
    let index = random.number(0...candidates.count - 1)
    switch random.number(0...9) {
    case 0, 1:
      candidates[index].pausedUntil = max(
        candidates[index].pausedUntil, now + random.time(1000...60_000))
    case 2:
      candidates[index].isAlive = false
      candidates[index].isTold = false
    case 3:
      deliver(.stop, to: index)
    case 4:
      lease = nil
    case 5:
      edit { $0.holderIdentity = nil }
    case 6:
      let odd: [JSONValue] = [.null, -5, 0, 100_000_000_000]
      let duration = odd[random.number(0...odd.count - 1)]
      edit {
        $0.holderIdentity = "human"
        $0.json["spec"]?["leaseDurationSeconds"] = duration
        $0.json["spec"]?["renewTime"] = .null
      }
    case 7:
      // Somebody who knows nothing of us marks it.
      edit { $0.metadata.labels["seen"] = "yes" }
    default:
      outage = now + random.time(1000...40_000)
    }
    for index in candidates.indices where !candidates[index].isAlive && random.chance(0.5) {
      try begin(index)
    }
  }

  mutating func begin(_ index: Int) throws {
    candidates[index].machine = try Self.machine(index, seed: random.next())
    candidates[index].isAlive = true
    candidates[index].token += 1
    plan(.deliver(to: index, token: candidates[index].token, .tick), in: .zero)
  }

  /// A shell is sequential: it cancels what is out, tells of that, then of the stop.
  mutating func deliver(_ stop: LeaseMachine.Event, to index: Int) {
    guard candidates[index].isAlive, candidates[index].pausedUntil <= now else { return }
    let cancelled = KubernetesError(.cancelled, "call", mayHaveHappened: true)
    switch candidates[index].machine.state {
    case .reading: deliver(.readFailed(cancelled), to: index, candidates[index].token)
    case .writing: deliver(.writeFailed(cancelled), to: index, candidates[index].token)
    case .idle, .waiting, .releasing, .finished: break
    }
    deliver(stop, to: index, candidates[index].token)
  }

  mutating func edit(_ change: (inout Lease) -> Void) {
    guard var edited = lease else { return }
    change(&edited)
    version += 1
    edited[text: "metadata", "resourceVersion"] = String(version)
    lease = edited
  }

  mutating func check() {
    let leaders = candidates.indices.filter { index in
      let candidate = candidates[index]
      guard candidate.isAlive, let until = candidate.machine.leadsUntil else { return false }
      return candidate.local(now) < until
    }
    if leaders.count > 1 { violations.append("at \(now): \(leaders) lead") }
    // Who is awake has told of the end of its leading in time.
    for index in candidates.indices where candidates[index].isAlive && candidates[index].isTold {
      let candidate = candidates[index]
      guard candidate.pausedUntil + .milliseconds(10) <= now,
        let until = candidate.machine.leadsUntil
      else { continue }
      if candidate.local(now) > until + .milliseconds(10) {
        violations.append("\(index) has not noticed that it leads no longer")
      }
    }
  }

  mutating func checkEnd() {
    let alive = candidates.indices.filter { candidates[$0].isAlive }
    let leaders = alive.filter { candidates[$0].machine.leadsUntil != nil }
    if !alive.isEmpty, leaders.count != 1, violations.isEmpty {
      violations.append("\(leaders.count) of \(alive.count) lead in the end")
    }
    if let last = changes.last, last.tick > calm + .seconds(4300) {
      violations.append("\(last) in the calm")
    }
  }
}

@Suite struct `Simulation of an election` {
  @Test(arguments: Seeds.upTo(25))
  func `has one leader at most, and one in the end`(_ seed: UInt64) throws {
    var world = try LeaseWorld(seed: seed)
    try world.run()
    #expect(world.violations.isEmpty, "seed \(seed): \(world.violations.prefix(3))")
  }
}
