import Foundation
import JSONValue
import StackKit
import Testing

extension `A host whose pool may go` {
  @Suite struct `A pool that hangs` {
    @Test func `hangs no command, no endpoint and no end`() async throws {
      try await TestHost.story(["drainAfter": ["unresponsive": "1h"]]) { host in
        try await host.startStack()
        try await host.monitor.start()
        try await host.untilDone("healthy", "full")
        try await host.pool.suspendUnion()
        try await host.until("stale") { try await host.monitor.state() == "stale" }
        let clock = ContinuousClock()
        var start = clock.now
        for path in ["/healthz/live", "/healthz/status", "/metrics"] {
          let answer = try await LoopbackAnswer.of(port: host.monitor.port, "GET", path)
          #expect(answer.status == 200)
        }
        let answered = start.duration(to: clock.now)
        start = clock.now
        let status = try await host.monitor.command("status")
        let shown = start.duration(to: clock.now)
        #expect(status.code == 0)
        #expect(status.output.contains("stale"))
        start = clock.now
        let check = try await host.monitor.command("check")
        let checked = start.duration(to: clock.now)
        #expect(check.code == 2)
        let ended = await host.monitor.stop()
        let end = try #require(ended)
        start = clock.now
        let files = try await host.monitor.command("status")
        let alone = start.duration(to: clock.now)
        #expect(files.code == 0)
        print(
          "hung pool: three endpoints \(answered), status \(shown), check \(checked), "
            + "SIGTERM \(end), status without a monitor \(alone)")
        #expect(answered < .seconds(30) && shown < .seconds(30) && checked < .seconds(30))
        #expect(end < .seconds(30) && alone < .seconds(30))
        // It also starts with a pool that hangs.
        try await host.monitor.start()
        try await host.until("stale") { try await host.monitor.state() == "stale" }
        host.pool.wakeUnion()
        try await host.until("healthy") { try await host.monitor.state() == "healthy" }
      }
    }

    @Test func `or goes is acted upon at once`() async throws {
      try await TestHost.story(["pollInterval": "10s"]) { host in
        let before = try await host.begin()
        let date = Date.now
        let start = ContinuousClock.now
        await host.pool.unmount()
        let unmounted = start.duration(to: .now)
        try await host.until("the first client is paused") { try await host.sabnzbd.isPaused() }
        let paused = start.duration(to: .now)
        try await host.untilDrained()
        var ends: [Date] = []
        for name in ["sonarr", "jellyfin"] {
          let text = try await host.time("FinishedAt", of: name)
          let whole = try #require(ISO8601DateFormatter().date(from: text.prefix(19) + "Z"))
          let fraction = Double("0." + text.dropFirst(20).prefix { $0.isNumber }) ?? 0
          ends.append(whole.addingTimeInterval(fraction))
        }
        let stopped = try #require(ends.min()).timeIntervalSince(date)
        print(
          "pool gone: umount took \(unmounted), first client paused after \(paused), "
            + "first container stopped after \(stopped) s, last after "
            + "\(try #require(ends.max()).timeIntervalSince(date)) s")
        #expect(paused < .seconds(30) && stopped < 30)
        try await host.pool.mount()
        try await host.untilBack(before)
      }
    }
  }
}
