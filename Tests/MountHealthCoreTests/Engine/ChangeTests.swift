import Pacing
import Testing

@testable import MountHealthCore

@Suite struct `A change` {
  @Test func `is told once, and nothing is told of repeats`() throws {
    var bench = EngineBench([try .sample { $0.interval = .seconds(30) }], reply: { _ in .good })
    bench.run(for: .seconds(600))
    #expect(bench.changes.count == 1)
    bench.reply = { _ in .dead }
    bench.run(for: .seconds(600))
    // Degraded, then unhealthy.
    #expect(bench.changes.map(\.change.health) == [.healthy, .degraded, .unhealthy])
    bench.reply = { _ in .good }
    bench.run(for: .seconds(600))
    #expect(bench.changes.map(\.change.health) == [.healthy, .degraded, .unhealthy, .healthy])
    #expect(bench.changes.map(\.change.isRecovery) == [false, false, false, true])
  }

  @Test func `of the verdict alone is told too`() throws {
    var bench = EngineBench([try .sample { $0.interval = .seconds(30) }], reply: { _ in .dead })
    bench.run(for: .seconds(120))
    bench.reply = { _ in
      ProbeReport(finding: .failed(.resolve, .noEntry), latency: .milliseconds(1))
    }
    bench.run(for: .seconds(120))
    let change = try #require(bench.changes.last?.change)
    #expect(change.previous == .unhealthy)
    #expect(change.health == .unhealthy)
    #expect(change.verdict == .absent)
    #expect(bench.changes.count == 3)
  }

  @Test func `names the mount and what was seen`() throws {
    var bench = EngineBench(
      [try .sample { $0.name = MountName("films") }], reply: { _ in .dead })
    bench.run(for: .milliseconds(10))
    let change = try #require(bench.changes.first?.change)
    #expect(change.label == "films")
    #expect(change.path.description == "/mnt/a")
    #expect(change.previous == .unknown)
    #expect(change.health == .degraded)
    #expect(
      change.explanation == "open /mnt/a: Transport endpoint is not connected (ENOTCONN)")
    #expect(change.failureCount == 1)
    #expect(change.outage == .zero)
  }

  @Test func `to healthy tells how long the outage was, from the first bad look`() throws {
    var bench = EngineBench([try .sample { $0.interval = .seconds(30) }], reply: { _ in .good })
    bench.run(for: .seconds(100))
    bench.reply = { _ in .dead }
    bench.run(for: .seconds(300))
    bench.reply = { _ in .good }
    bench.run(for: .seconds(60))
    let fell = try #require(bench.changes.first { $0.change.health == .degraded }?.at)
    let rose = try #require(bench.changes.last)
    #expect(rose.change.health == .healthy)
    #expect(rose.change.outage == rose.at - fell)
    // The next outage is a new one.
    bench.reply = { _ in .dead }
    bench.run(for: .seconds(60))
    #expect(bench.changes.last { $0.change.previous == .healthy }?.change.outage == .zero)
  }

  @Test func `in the grace tells the verdict, and health stays unknown`() throws {
    var bench = EngineBench(
      [
        try .sample {
          $0.interval = .seconds(10)
          $0.policy.startupGrace = .seconds(60)
        }
      ], reply: { _ in .dead })
    bench.run(for: .seconds(55))
    #expect(bench.changes.count == 1)
    #expect(bench.changes.first?.change.verdict == .dead)
    #expect(try bench.status().health == .unknown)
    bench.run(for: .seconds(15))
    #expect(try bench.status().health == .degraded)
  }
}

@Suite struct `A status` {
  @Test func `tells all that is known`() throws {
    var bench = EngineBench([try .sample()], reply: { _ in .good(at: "/mnt/a", on: 2) })
    bench.send(.table(.of("1 0 /", "2 1 /mnt/a fuse.rclone debrid:")))
    let before = try bench.status()
    #expect(before.verdict == nil)
    #expect(before.lastCheck == nil)
    #expect(before.latency == nil)
    // No probe has been there: what the table has at the path's text.
    #expect(before.isMountPoint == true)
    #expect(before.entry?.id == 2)
    bench.run(for: .seconds(1))
    let status = try bench.status()
    #expect(status.verdict == .ok)
    #expect(status.lastError == nil)
    #expect(status.latency == .milliseconds(1))
    #expect(status.lastCheck == status.since)
    #expect(status.entry?.fsType == "fuse.rclone")
    #expect(status.isMountPoint == true)
    #expect(status.overdue == nil)
    #expect(status.verdictCounts == [.ok: 1])
    #expect(status.transitions == [.healthy: 1])
    #expect(status.latencies.counts.reduce(0, +) == 1)
    #expect(!status.wantsRemedy)
  }

  @Test(
    arguments: [
      (.failed(.resolve, .notConnected), true), (.failed(.resolve, .noEntry), true),
      (.failed(.resolve, .accessDenied), false), (.lowSpace(free: 0, total: 1), false),
    ] as [(ProbeFinding, Bool)])
  func `wants a remedy where that helps`(finding: ProbeFinding, wants: Bool) throws {
    var bench = EngineBench([try .sample { $0.interval = .seconds(10) }]) { _ in
      ProbeReport(finding: finding, latency: .milliseconds(1))
    }
    bench.run(for: .seconds(100))
    #expect(try bench.status().wantsRemedy == wants)
  }

  @Test func `of a flapping mount says so`() throws {
    var bench = EngineBench([
      try .sample {
        $0.interval = .seconds(10)
        $0.policy.flapWindow = .seconds(600)
      }
    ])
    for _ in 0..<4 {
      bench.reply = { _ in .good }
      bench.run(for: .seconds(11))
      bench.reply = { _ in .dead }
      bench.run(for: .seconds(11))
    }
    bench.reply = { _ in .good }
    bench.run(for: .seconds(11))
    #expect(try bench.status().isFlapping)
    #expect(try bench.status().health == .degraded)
  }

  @Test func `says why nothing is known of a mount`() throws {
    var bench = EngineBench([try .sample()]) { _ in
      ProbeReport(finding: .unable("no thread for a probe"))
    }
    bench.run(for: .milliseconds(100))
    #expect(try bench.status().verdict == nil)
    #expect(try bench.status().lastError == "no thread for a probe")
  }

  @Test func `is told no longer where nothing turns the engine`() throws {
    let mount = try Mount.sample()
    var bench = EngineBench([mount]) { _ in .good }
    bench.run(for: .seconds(1))
    let long = bench.now + mount.interval + mount.timeout + MountWatch.stallPatience + .seconds(1)
    let status = try #require(bench.engine.statuses(at: long).first)
    #expect(status.health == .unknown)
    #expect(status.verdict == nil)
    #expect(status.latency == nil)
  }
}
