import SimulationKit
import Testing

@testable import ResticUnlock

@Suite struct `Simulation of every small world of locks` {
  /// All that can go wrong at once goes less deep than one thing at a time.
  @Test(arguments: [
    (SmallRepository.Luck(), 0), (SmallRepository.Luck(), 3),
    (SmallRepository.Luck(faults: 2, movers: 0, kills: 0), 2),
    (SmallRepository.Luck(faults: 0, movers: 1, kills: 1), 4),
  ])
  func `keeps its rules in every order of events`(_ luck: SmallRepository.Luck, _ head: Int) {
    // The first steps of the first controller go well, so that the rest goes deeper.
    var start = SmallRepository(luck: luck)
    for _ in 0..<head { start.make(start.machines[0].call == nil ? .look(0) : .carriedOut(0)) }
    var exploration = Exploration<SmallRepository, SmallRepository.Key>()
    var ends = 0
    let fault = exploration.run(
      from: start, depth: 40, limit: 2000, key: \.key,
      steps: { world in
        world.moves.map { move in
          var next = world
          next.make(move)
          ends += 1
          // The end is looked at from some of the places: it takes a hundred steps.
          if next.fault == nil, ends % 300 == 0 { next.fault = next.end() }
          return (next, next.fault)
        }
      })
    #expect(fault == nil, "\(luck)\n\(fault ?? "")")
    print("locks, \(luck), \(head) steps on: \(exploration.text), \(ends / 300) ends")
  }
}
