import SimulationKit
import Testing
import TimeText

@testable import ResticUnlock

@Suite struct `Simulation of locks` {
  @Test(arguments: Seeds.upTo(12))
  func `removes what the dead leave, and nothing of the living`(_ seed: UInt64) {
    let world = UnlockWorld(seed: seed)
    world.live()
    #expect(world.violation == nil, "\(Seeds.replay(of: seed))\n\(world.violation ?? "")")
  }

  @Test func `is no empty world`() {
    var counts: [String: Int] = [:]
    for seed in UInt64(1)...10 {
      let world = UnlockWorld(seed: seed)
      world.live()
      counts.merge(world.counts, uniquingKeysWith: +)
    }
    for word in [
      "crash", "partition", "force", "foreign", "foreign death", "inspect", "unlock", "as-host",
      "healed", "informed", "lost", "removed", "lock removed", "corruption", "remove-all", "ask",
      "failed", "asked and removed", "refused",
    ] {
      #expect(counts[word, default: 0] > 0, "no \(word): \(counts)")
    }
  }
}

/// One call at a time goes wrong, the first, the second, and so on: once, or with all after it until the
/// weather is calm.
@Suite struct `Simulation of a call for locks` {
  private func world(
    _ seed: UInt64, _ sweep: (call: Int, fate: UnlockWorld.Fate, forEver: Bool)? = nil
  ) -> UnlockWorld {
    var climate = UnlockWorld.Climate()
    climate.replicas = 1
    climate.foreigners = false
    climate.partition = 0
    climate.crash = 0
    climate.corruption = 0
    climate.kill = 0.7
    climate.skew = 60
    climate.storm = .seconds(3600)
    climate.sweep = sweep ?? (0, .fine, false)
    return UnlockWorld(seed: seed, climate: climate)
  }

  @Test(arguments: [
    (UnlockWorld.Fate.lost, false), (.late, false), (.unheard, false), (.refused, false),
    (.lost, true), (.refused, true),
  ])
  func `that goes wrong does no harm, and all is well in the end`(
    _ fate: UnlockWorld.Fate, _ forEver: Bool
  ) {
    // A world in which a dozen calls are made.
    var seed: UInt64 = 1
    var clean = world(seed)
    clean.live()
    while !(11...16).contains(clean.callCount), clean.violation == nil, seed < 100 {
      seed += 1
      clean = world(seed)
      clean.live()
    }
    #expect(clean.violation == nil && (11...16).contains(clean.callCount), "\(clean.callCount)")
    var harmed = 0
    for call in 1...clean.callCount {
      let world = world(seed, (call, fate, forEver))
      world.live()
      harmed += world.sweptCount
      #expect(
        world.violation == nil, "seed \(seed), call \(call) \(fate)\n\(world.violation ?? "")")
      if world.violation != nil { break }
    }
    #expect(harmed >= clean.callCount / 2)
  }
}
