import SimulationKit
import Testing

@testable import StackDrain

@Suite struct `Simulation of pool and stack` {
  @Test(arguments: Seeds.all)
  func `loses nothing and comes to an end in every world`(_ seed: UInt64) {
    let world = PoolWorld(seed: seed)
    world.live()
    #expect(world.violation == nil, "\(Seeds.replay(of: seed))\n\(world.violation ?? "")")
  }
}

@Suite struct `Simulation of a world` {
  @Test func `is not an empty one`() {
    var counts: [String: Int] = [:]
    for seed in UInt64(1)...6 {
      let world = PoolWorld(seed: seed)
      world.live()
      counts.merge(world.counts, uniquingKeysWith: +)
      counts["calls", default: 0] += world.callCount
    }
    for word in [
      "crash", "reboot", "drain", "resume", "flap", "abandoned", "human", "full disk",
      "meddling", "command",
    ] {
      #expect(counts[word, default: 0] > 0, "no \(word)")
    }
  }
}

/// One bad pool and one good one, and a single thing that goes wrong, for every place where it can.
@Suite struct `Simulation of a fault at every place` {
  private func world(_ change: (inout PoolWorld.Climate) -> Void) -> PoolWorld {
    var climate = PoolWorld.Climate()
    climate.humans = false
    climate.crashPerEffect = 0
    climate.diskFull = 0
    change(&climate)
    let world = PoolWorld(seed: 7, climate: climate)
    world.beginEngine()
    world.run(for: .seconds(60))
    world.become(.stale, .unresponsive)
    world.run(for: .seconds(50))
    world.become(.unmounted, .lost)
    world.judgeSoon()
    world.run(for: .seconds(200))
    world.become(.healthy, .none)
    world.run(for: .seconds(300))
    return world
  }

  private func calm(_ climate: inout PoolWorld.Climate) {
    climate.sweep = (Int.max, .fine, false)
  }

  @Test func `is none without a fault`() {
    let world = world(calm)
    #expect(world.violation == nil, "\(world.violation ?? "")")
    #expect(world.engine?.ledger.state.mode == .full)
    #expect(world.engine?.ledger.debts.isEmpty == true)
  }

  @Test(arguments: [PoolWorld.Fate.lost, .late, .slowAnswer, .refused, .lie], [false, true])
  func `of a call loses nothing`(_ fate: PoolWorld.Fate, _ forEver: Bool) {
    let calls = world(calm).callCount
    #expect(calls > 60)
    for call in stride(from: 1, through: calls, by: forEver ? 13 : 3) {
      let world = world { $0.sweep = (call, fate, forEver) }
      world.endWell()
      #expect(world.violation == nil, "call \(call) \(fate)\n\(world.violation ?? "")")
    }
  }

  @Test func `of the engine, killed before any of its effects, loses nothing`() {
    let effects = world(calm).effectCount
    #expect(effects > 150)
    for effect in 1...effects {
      let world = world {
        calm(&$0)
        $0.crashAt = effect
      }
      #expect(world.counts["crash"] == 1)
      world.endWell()
      #expect(world.violation == nil, "effect \(effect)\n\(world.violation ?? "")")
    }
  }
}
