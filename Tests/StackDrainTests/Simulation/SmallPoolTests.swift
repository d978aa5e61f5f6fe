import SimulationKit
import Testing

@testable import StackDrain

@Suite struct `Simulation of every small world of the pool` {
  /// All that can go wrong at once goes less deep; a few things at a time go to the end.
  @Test(arguments: [
    SmallPool.Luck(),
    SmallPool.Luck(faults: 1, weather: 2, commands: 0, touches: 0, kills: 1),
    SmallPool.Luck(faults: 0, weather: 2, commands: 2, touches: 0, kills: 0),
    SmallPool.Luck(faults: 1, weather: 2, commands: 0, touches: 1, kills: 0),
  ])
  func `keeps its rules in every order of events`(_ luck: SmallPool.Luck) {
    var start = SmallPool()
    start.luck = luck
    start.luck.weather += 1
    start.make(.pool(.healthy, .none))
    start.settle()
    var exploration = Exploration<SmallPool, SmallPool.Key>()
    var ends = 0
    let fault = exploration.run(
      from: start, depth: 60, limit: 6000, key: { $0.key },
      steps: { world in
        world.moves.map { move in
          var next = world
          next.make(move)
          ends += 1
          // The end is looked at from some of the places: it takes a thousand steps.
          if next.fault == nil, ends % 40 == 0 {
            next.fault = next.end(.healthy, .none) ?? next.end(.unmounted, .lost)
          }
          return (next, next.fault)
        }
      })
    #expect(fault == nil, "\(luck)\n\(fault ?? "")")
    print("pool, \(luck): \(exploration.text), \(ends / 40) ends")
  }
}
