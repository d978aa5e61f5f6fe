import JSONValue
import StackKit
import Testing

extension `A host whose pool may go` {
  @Suite struct `A drive` {
    @Test func `that is gone makes the pool degraded, and two of three have it drained`()
      async throws
    {
      try await TestHost.story(sealsBranches: false) { host in
        let before = try await host.begin()
        await host.pool.pull(1)
        try await host.until("degraded") { try await host.monitor.state() == "degraded" }
        // Its branch is away for longer than two would be allowed to be.
        try await host.remains(before, "one drive of three is away", for: .seconds(4))
        await host.pool.pull(2)
        try await host.untilDrained()
        try await host.untilDone("degraded", "pool-degraded")
        #expect(host.monitor.count(of: "drain began") == 1)
        try await host.pool.plug(2)
        try await host.pool.plug(1)
        try await host.untilBack(before)
        #expect(host.monitor.count(of: "resume began") == 1)
      }
    }

    @Test func `that comes back alone does not have the stack back, and all of them do`()
      async throws
    {
      try await TestHost.story { host in
        let before = try await host.begin()
        for number in LoopPool.numbers { await host.pool.pull(number) }
        // mergerfs is alive, and a union of nothing.
        try await host.untilDrained()
        try await host.untilDone("stale", "pool-degraded")
        #expect(host.pool.isUnionAlive)
        try await host.pool.plug(3)
        try await host.until("degraded") { try await host.monitor.state() == "degraded" }
        try await host.remains(TestHost.drained, "one drive of three is there")
        try await host.pool.plug(1)
        try await host.pool.plug(2)
        try await host.untilBack(before)
      }
    }

    @Test func `whose label is gone while its mount lingers counts as gone`() async throws {
      try await TestHost.story { host in
        let before = try await host.begin()
        for number in LoopPool.numbers { await host.pool.pull(number, lingers: true) }
        try await host.untilDrained()
        try await host.until("stale") { try await host.monitor.state() == "stale" }
        for number in LoopPool.numbers { try await host.pool.relabel(number) }
        try await host.untilBack(before)
      }
    }
  }
}
