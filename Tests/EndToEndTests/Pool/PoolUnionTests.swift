import JSONValue
import StackKit
import Testing

extension `A host whose pool may go` {
  @Suite struct `A mergerfs` {
    @Test func `that is killed is stale, and the stack is back after a remount`() async throws {
      try await TestHost.story { host in
        let before = try await host.begin()
        await host.pool.killUnion()
        try await host.untilDrained()
        try await host.untilDone("stale", "pool-degraded")
        try await host.until("it is told why") { host.monitor.log.contains("ENOTCONN") }
        await host.pool.unmount()
        try await host.until("unmounted") { try await host.monitor.state() == "unmounted" }
        try await host.pool.mount()
        try await host.untilBack(before)
        #expect(host.monitor.count(of: "resume began") == 1)
      }
    }

    @Test func `that hangs for less than the settle time costs nothing, and is counted`()
      async throws
    {
      try await TestHost.story(["drainAfter": ["unresponsive": "1m"]]) { host in
        let before = try await host.begin()
        let started = try await host.time("StartedAt", of: "sonarr")
        try await host.pool.suspendUnion()
        try await host.until("stale") { try await host.monitor.state() == "stale" }
        host.pool.wakeUnion()
        try await host.until("a flap") {
          try await host.monitor.status()["pool"]?["flaps"]?.intValue ?? 0 >= 1
        }
        try await host.untilBack(before)
        #expect(host.monitor.count(of: "drain began") == 0)
        #expect(try await host.time("StartedAt", of: "sonarr") == started)
      }
    }

    @Test func `that hangs for longer is drained, and resumed when it goes on`() async throws {
      try await TestHost.story { host in
        let before = try await host.begin()
        try await host.pool.suspendUnion()
        // Transmission waits for the pool itself: it cannot be asked.
        try await host.until("the containers are off") {
          try await host.running() == ["indexer"]
        }
        try await host.until("SABnzbd is paused") { try await host.sabnzbd.isPaused() }
        host.pool.wakeUnion()
        try await host.untilBack(before)
      }
    }

    @Test func `that is mounted anew under a running stack has dead binds mended in order`()
      async throws
    {
      try await TestHost.story(["drainAfter": ["lost": "25s"]]) { host in
        let before = try await host.begin()
        let started = try await host.time("StartedAt", of: "indexer")
        let old = try await host.time("StartedAt", of: "sonarr")
        await host.pool.unmount()
        try await host.until("unmounted") { try await host.monitor.state() == "unmounted" }
        try await host.pool.mount()
        try await host.until("restarted") {
          let sonarr = try await host.time("StartedAt", of: "sonarr")
          let jellyfin = try await host.time("StartedAt", of: "jellyfin")
          return sonarr != old && jellyfin > sonarr
        }
        try await host.until("the pool is seen in the containers") {
          for name in ["sonarr", "jellyfin"] {
            let text = try await host.docker.docker("exec", name, "cat", "/data/.canary")
            guard text == "alive" else { return false }
          }
          return true
        }
        // jellyfin needs sonarr: it went first and came last.
        let needed = try await host.time("StartedAt", of: "sonarr")
        #expect(try await host.time("StartedAt", of: "jellyfin") > needed)
        #expect(try await host.time("StartedAt", of: "indexer") == started)
        #expect(host.monitor.count(of: "drain began") == 0)
        try await host.until("containers as before") {
          try await host.running() == before.containers
        }
        try await host.untilDone("healthy", "full")
        // Once: they show the pool now.
        try await Task.sleep(for: .seconds(3))
        #expect(try await host.time("StartedAt", of: "sonarr") == needed)
      }
    }
  }
}
