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
