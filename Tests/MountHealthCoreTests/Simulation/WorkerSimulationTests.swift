import SimulationKit
import Testing

@testable import MountHealthCore

@Suite struct `Simulation of the probe worker` {
  @Test(arguments: Seeds.all)
  func `keeps one worker alive and loses no probe in every world`(_ seed: UInt64) {
    let world = WorkerWorld(seed: seed)
    world.run()
    #expect(world.violation == nil, "\(world.violation ?? "")")
  }

  @Test(arguments: Seeds.all)
  func `never has two threads on one mount in every world with an engine`(_ seed: UInt64) throws {
    let world = try WholeWorld(of: seed)
    world.run()
    #expect(world.violation == nil, "\(world.violation ?? "")")
  }
}
