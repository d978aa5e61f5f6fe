import JSONValue
import StubAPIServer
import Testing

@Suite(.serialized, .timeLimit(.minutes(2)))
struct `A pod whose mount is lost` {
  @Test func `is evicted, and its replacement is well`() async throws {
    try await TestCluster.with { cluster in
      let pod = try await cluster.waitUntilArmed()
      #expect(cluster.removals == [])

      try pod.breakMount()
      let next = try await cluster.waitForReplacement(of: pod)
      #expect(next.name == pod.name)
      #expect(next.uid != pod.uid)
      #expect(cluster.removals == ["POST 201"])
      #expect(cluster.removed == [pod.uid])
      #expect(cluster.server.violations == [])
    }
  }
}
