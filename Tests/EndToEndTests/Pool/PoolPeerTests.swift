import JSONValue
import StackKit
import Testing

extension `A host whose pool may go` {
  /// Parts of the stack that fail while they are being drained or brought back.
  @Suite struct `A part of the stack` {
    @Test func `that is silent costs its deadline once, and holds up nobody`() async throws {
      try await TestHost.story { host in
        let before = try await host.begin()
        try await host.transmission.program.suspend()
        let start = ContinuousClock.now
        await host.pool.unmount()
        try await host.until("the others are off") {
          guard try await host.running() == ["indexer"] else { return false }
          return try await host.sabnzbd.isPaused()
        }
        print("one silent client: the others were off after \(start.duration(to: .now))")
        try await host.until("it is named") {
          host.monitor.log.contains("target=client:transmission result=unanswered")
            || host.monitor.log.contains("target=client:transmission result=unconfirmed")
        }
        // What was asked of it meanwhile happens late, or is asked again.
        host.transmission.program.wake()
        try await host.untilDrained()
        try await host.untilDone("unmounted", "pool-degraded")
        try await host.pool.mount()
        try await host.untilBack(before)
      }
    }

    @Test func `that dies in a drain and is back before the resume runs as before`() async throws {
      try await TestHost.story { host in
        let before = try await host.begin()
        await host.sabnzbd.program.kill()
        await host.pool.unmount()
        try await host.until("the others are off") {
          guard try await host.running() == ["indexer"] else { return false }
          return try await host.runningTorrents().isEmpty
        }
        try await host.sabnzbd.start()
        // Nobody had paused it: it is found running, and paused.
        try await host.untilDrained()
        try await host.pool.mount()
        try await host.untilBack(before)
      }
    }

    @Test func `that dies while it is paused is paused again, and resumed in the end`()
      async throws
    {
      try await TestHost.story { host in
        let before = try await host.begin()
        await host.pool.unmount()
        try await host.untilDrained()
        await host.sabnzbd.program.kill()
        await host.transmission.program.kill()
        try await host.sabnzbd.start()
        try await host.transmission.start()
        try await host.untilDrained()
        // In the middle of the resume another one, and it does not answer for a while.
        await host.sabnzbd.program.kill()
        try await host.pool.mount()
        try await host.until("the containers are back") {
          try await host.running() == before.containers
        }
        try await host.until("the torrent is back") {
          try await host.runningTorrents() == before.torrents
        }
        try await host.sabnzbd.start()
        try await host.untilBack(before)
      }
    }

    @Test(arguments: [false, true])
    func `that is the engine and fails in a drain has its containers stopped later`(
      _ isKilled: Bool
    ) async throws {
      try await TestHost.story { host in
        let before = try await host.begin()
        if isKilled { try await host.docker.crash() } else { try await host.docker.suspend() }
        await host.pool.unmount()
        try await host.until("clients are paused without it") {
          guard try await host.runningTorrents().isEmpty else { return false }
          return try await host.sabnzbd.isPaused()
        }
        try await host.until("it is said") {
          let status = try await host.monitor.status()
          return status["complaint"]?.stringValue?.isEmpty == false
        }
        if isKilled { try await host.docker.start() } else { host.docker.wake() }
        try await host.untilDrained()
        try await host.untilDone("unmounted", "pool-degraded")
        try await host.pool.mount()
        try await host.untilBack(before)
      }
    }

    @Test(arguments: [false, true])
    func `that is the engine and fails in a resume has its containers started later`(
      _ isKilled: Bool
    ) async throws {
      try await TestHost.story { host in
        let before = try await host.begin()
        await host.pool.unmount()
        try await host.untilDrained()
        if isKilled { try await host.docker.crash() } else { try await host.docker.suspend() }
        try await host.pool.mount()
        try await host.until("healthy") { try await host.monitor.state() == "healthy" }
        try await Task.sleep(for: .seconds(3))
        if isKilled { try await host.docker.start() } else { host.docker.wake() }
        try await host.untilBack(before)
      }
    }
  }
}
