import SimulationKit
import Testing

@testable import MountHealthCore

@Suite struct `Simulation of restarts in a cluster` {
  @Test(arguments: Seeds.all)
  func `never makes it worse and cures what can be cured in every world`(_ seed: UInt64) {
    let world = ClusterWorld(seed: seed)
    world.run()
    #expect(world.violation == nil, "\(world.violation ?? "")")
  }

  /// A world in which nothing happens would keep every rule.
  @Test func `comes across every reason to wait and every way to act`() {
    var holds: Set<String> = []
    var outcomes: Set<RestartStatistics.Outcome> = []
    var removals = 0
    var ends: Set<String> = []
    for seed: UInt64 in 1...60 {
      let world = ClusterWorld(seed: seed)
      world.run()
      holds.formUnion(world.holds)
      outcomes.formUnion(world.outcomes)
      removals += world.removals.count
      ends.formUnion(world.actions)
    }
    let elsewhere: Set = [
      "notEnabled", "notInCluster", "starting", "identityUnknown", "unsupportedOwner",
      "podUnknown", "podMismatch", "recordUnreadable", "stopping",
    ]
    #expect(holds.union(elsewhere) == Set(RestartReason.words))
    #expect(outcomes == Set(RestartStatistics.Outcome.allCases))
    #expect(ends == ["evict", "delete", "exit"])
    #expect(removals > 200)
    print("60 clusters: \(removals) restarts")
  }
}
