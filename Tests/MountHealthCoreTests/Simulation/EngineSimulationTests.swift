import SimulationKit
import Testing

@testable import MountHealthCore

@Suite struct `Simulation of the probe engine` {
  @Test(arguments: Seeds.all)
  func `tells no lies and comes to an end in every world`(_ seed: UInt64) throws {
    let world = try EngineWorld(seed: seed)
    try world.run()
    #expect(world.violation == nil, "\(world.violation ?? "")")
  }
}
