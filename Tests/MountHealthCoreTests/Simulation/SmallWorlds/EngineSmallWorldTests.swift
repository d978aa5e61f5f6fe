import SimulationKit
import Testing

@testable import MountHealthCore

@Suite struct `Simulation of every small world of the probe engine` {
  @Test(arguments: [1, 2])
  func `keeps its rules in every order of events`(_ threshold: Int) throws {
    var exploration = Exploration<EngineStory, EngineStory.Key>()
    let fault = exploration.run(
      from: try EngineStory(successThreshold: threshold), depth: 9, limit: 15_000,
      key: \.key, steps: { $0.steps() })
    #expect(fault == nil, "\(fault ?? "")")
    print("probe engine, success threshold \(threshold): \(exploration.text)")
  }
}
