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
    for seed in UInt64(1)...6 {
      let world = UnlockWorld(seed: seed)
      world.live()
      counts.merge(world.counts, uniquingKeysWith: +)
    }
    for word in [
      "crash", "partition", "force", "foreign", "foreign death", "inspect", "unlock", "as-host",
      "healed", "informed", "lost", "removed", "lock removed",
    ] {
      #expect(counts[word, default: 0] > 0, "no \(word): \(counts)")
    }
  }
}
