import Testing

@testable import MountHealthCore

@Suite struct `Simulation of restarts in a cluster` {
  @Test(arguments: Seeds.all)
  func `never makes it worse and cures what can be cured in every world`(_ seed: UInt64) {
    let world = ClusterWorld(seed: seed)
    world.run()
    #expect(world.violation == nil, "\(world.violation ?? "")")
  }
}
