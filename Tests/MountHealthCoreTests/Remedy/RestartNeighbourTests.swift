import Testing
import TimeText

@testable import MountHealthCore

@Suite struct `A pod beside one that is restarted` {
  @Test(arguments: [FakeCluster.Kind.deployment, .statefulSet])
  func `is not taken for its successor, however young it is`(_ kind: FakeCluster.Kind) throws {
    var bench = try RestartBench(kind: kind)
    let start = bench.wall
    bench.cluster.pods["uid-0"]?.created = start
    bench.begin()
    bench.set(.healthy)
    bench.pass(.seconds(1))

    bench.cluster.pods["uid-1"] = FakeCluster.Pod(
      name: "plex-1", uid: "uid-1", created: start - .seconds(3600), isTerminating: true)
    let record = RestartRecord(
      claims: [.init(pod: "plex-1", uid: "uid-1", since: start)],
      history: [.init(pod: "plex-1", uid: "uid-1", at: start)])
    let name = bench.machine.recordName
    _ = bench.cluster.carryOut(.writeRecord(name: name, record, over: nil), wall: bench.wall)
    bench.set(.unhealthy)
    bench.pass(.seconds(60))
    #expect(bench.told == ["concurrency"])
    #expect(bench.removals == 0)
    #expect(bench.cluster.record == record)
  }
}
