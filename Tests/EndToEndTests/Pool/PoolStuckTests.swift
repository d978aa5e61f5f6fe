import JSONValue
import StackKit
import Testing

extension `A host whose pool may go` {
  @Suite struct `A container` {
    @Test func `that takes no notice of being stopped is killed, and runs again`() async throws {
      try await TestHost.story { host in
        try await host.docker.run(
          "stubborn", ["-v", "\(host.pool.path):/data"], script: KitImage.stubborn)
        let before = try await host.begin()
        await host.pool.unmount()
        try await host.untilDrained()
        #expect(try await host.docker.inspect("stubborn", "{{.State.ExitCode}}") == "137")
        try await host.pool.mount()
        try await host.untilBack(before)
      }
    }

    @Test func `that cannot be killed is named, holds up nobody, and is off once it is let go`()
      async throws
    {
      try await TestHost.story { host in
        let place = try host.folder.folder("hanging")
        let mount = try await FaultMount.mount(
          at: place, log: host.folder, type: "fuse.other", source: "other")
        do {
          try await tell(host, place, mount)
          await mount.remove()
        } catch {
          await mount.remove()
          throw error
        }
      }
    }

    private func tell(_ host: TestHost, _ place: String, _ mount: FaultMount) async throws {
      let reading = "trap '' TERM; while :; do cat /hanging/.health-check; sleep 0.2; done"
      try await host.docker.run(
        "stuck", ["-v", "\(host.pool.path):/data", "-v", "\(place):/hanging"], script: reading)
      let before = try await host.begin()
      let number = try await host.docker.inspect("stuck", "{{.Id}}")
      try await mount.send("hang *")
      let start = ContinuousClock.now
      await host.pool.unmount()
      try await host.until("the others are off") {
        try await host.running() == ["indexer", "stuck"]
      }
      print("one container in state D: the others were off after \(start.duration(to: .now))")
      try await host.until("it is named, with what it waits on") {
        let stuck = ProcessTable.inControlGroup(of: number)
          .first { ProcessTable.state(of: $0) == "D" }
        let said = try await host.monitor.status().text() + host.monitor.log
        return stuck.map { said.contains("process \($0) (cat)") } ?? false
          && said.contains("container stuck cannot be killed")
          && said.contains("request_wait_answer")
      }
      try await host.until("the clients are paused") {
        guard try await host.sabnzbd.isPaused() else { return false }
        return try await host.runningTorrents().isEmpty
      }
      #expect(try await host.running().contains("stuck"))
      await mount.die()
      try await host.untilDrained()
      try await host.untilDone("unmounted", "pool-degraded")
      // What it hung on is gone for good: it starts, and finds an empty folder.
      await mount.remove()
      try await host.pool.mount()
      try await host.untilBack(before)
    }
  }
}
