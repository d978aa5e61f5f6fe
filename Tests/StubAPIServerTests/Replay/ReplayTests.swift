import JSONValue
import Testing

@Suite struct `The recordings` {
  @Test(arguments: Transcript.names)
  func `are what the stub answers`(name: String) throws {
    for outcome in try Replay.run(name) {
      let exceptions = Exceptions.all.filter { $0.scenario == name && $0.index == outcome.index }
      let left = outcome.differences.filter { difference in
        !exceptions.contains { $0.covers(difference) }
      }
      for difference in left {
        Issue.record("\(name)[\(outcome.index)] \(difference)")
      }
      for exception in exceptions
      where !outcome.differences.contains(where: { exception.covers($0) }) {
        Issue.record("\(name)[\(outcome.index)] needs no exception for \(exception.field)")
      }
    }
  }

  @Test func `are compared one and all`() throws {
    var exact = 0
    var excepted = 0
    for name in Transcript.names {
      for outcome in try Replay.run(name) {
        if outcome.differences.isEmpty { exact += 1 } else { excepted += 1 }
      }
    }
    print("replay: \(exact) exchanges exact, \(excepted) with documented exceptions")
    #expect(exact + excepted == 435)
    #expect(excepted == Set(Exceptions.all.map { "\($0.scenario)[\($0.index)]" }).count)
  }
}
