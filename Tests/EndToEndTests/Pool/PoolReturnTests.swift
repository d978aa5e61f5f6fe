import JSONValue
import StackKit
import Testing

extension `A host whose pool may go` {
  @Suite struct `A pool that is stopped and started` {
    @Test func `has exactly what ran running again`() async throws {
      try await TestHost.story { host in
        let limits = try await host.transmission.speedLimits()
        let before = try await host.begin()
        try #require(
          before
            == .init(
              containers: ["indexer", "sonarr", "jellyfin"], torrents: ["one.bin"],
              isSABnzbdPaused: false))
        await host.pool.unmount()
        try await host.untilDrained()
        try await host.untilDone("unmounted", "pool-degraded")
        try await host.until("the files say so") {
          host.monitor.kept("stack-mode") == "pool-degraded"
            && host.monitor.kept("pool-state") == "unmounted"
        }
        try await host.pool.mount()
        try await host.untilBack(before)
        try await host.until("the files say so") {
          host.monitor.kept("stack-mode") == "full"
            && host.monitor.kept("start-method") == "auto-upgrade"
        }
        #expect(try await host.transmission.speedLimits() == limits)
        // What is seen in the containers is the pool that is there now.
        for name in ["sonarr", "jellyfin"] {
          #expect(try await host.docker.docker("exec", name, "cat", "/data/.canary") == "alive")
        }
        #expect(try await host.docker.inspect("readarr", "{{.State.Status}}") == "exited")
      }
    }

    @Test func `leaves alone what a person had paused`() async throws {
      try await TestHost.story { host in
        try await host.sabnzbd.pause()
        let before = try await host.begin()
        try #require(before.isSABnzbdPaused)
        await host.pool.unmount()
        try await host.untilDrained()
        // It forgets its pauses with its life: the person's as well as ours.
        await host.sabnzbd.program.kill()
        try await host.sabnzbd.start()
        try await host.until("the forgotten pause is renewed") {
          try await host.sabnzbd.isPaused()
        }
        try await host.pool.mount()
        try await host.untilBack(before)
        #expect(try await host.sabnzbd.isPaused())
      }
    }

    @Test func `starts nothing of what a person has started meanwhile, and keeps it`() async throws
    {
      try await TestHost.story { host in
        var before = try await host.begin()
        await host.pool.unmount()
        try await host.untilDrained()
        // It does not use the pool: nobody minds.
        try await host.docker.run("portainer")
        before.containers.insert("portainer")
        // It does: off again.
        try await host.docker.docker("start", "sonarr")
        try await host.until("what uses the pool is off again") {
          try await host.running() == ["indexer", "portainer"]
        }
        try await host.pool.mount()
        try await host.untilBack(before)
      }
    }
  }
}
