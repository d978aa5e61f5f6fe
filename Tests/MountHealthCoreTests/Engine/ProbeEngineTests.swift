import Pacing
import Testing

@testable import MountHealthCore

@Suite struct `A first round` {
  @Test func `is due at once for each mount`() throws {
    let mounts = try (1...5).map { try Mount.sample("/mnt/\($0)") }
    var bench = EngineBench(mounts)
    bench.send(.turn)
    #expect(bench.launches.map(\.order.path) == mounts.map(\.path))
    #expect(bench.launches.allSatisfy { $0.at == .zero })
    #expect(bench.alarm == bench.now + .seconds(5))
  }

  @Test func `leads from unknown to healthy`() throws {
    var bench = EngineBench([try .sample()], reply: { _ in .good })
    #expect(try bench.status().health == .unknown)
    bench.run(for: .seconds(1))
    #expect(try bench.status().health == .healthy)
    #expect(bench.engine.healthCounts == [.healthy: 1])
  }

  @Test func `does without mounts`() {
    var bench = EngineBench([])
    bench.run(for: .seconds(10))
    #expect(bench.alarm == Tick(nanoseconds: .max))
  }
}

@Suite struct `A hung mount` {
  @Test func `is told at the deadline, while the probe is out`() throws {
    var bench = EngineBench([try .sample()])
    bench.run(for: .milliseconds(4999))
    #expect(bench.changes.isEmpty)
    bench.run(for: .milliseconds(1))
    let change = try #require(bench.changes.first?.change)
    #expect(change.verdict == .hung)
    #expect(change.health == .degraded)
    #expect(change.explanation == "/mnt/a: no answer for 5s")
    #expect(bench.isOut())
    #expect(try bench.status().overdue == .seconds(5))
  }

  /// The fault of its predecessor: one more blocked thread each round.
  @Test func `gets no second probe, and counts once a round`() throws {
    var bench = EngineBench([try .sample { $0.interval = .seconds(30) }])
    bench.run(for: .seconds(3600))
    #expect(bench.launchTimes() == [0])
    let status = try bench.status()
    #expect(status.health == .unhealthy)
    #expect((120...135).contains(status.verdictCounts[.hung] ?? 0))
    #expect(status.failureCount == Int(status.verdictCounts[.hung] ?? 0))
    #expect(status.overdue.map { $0 >= .seconds(3595) } == true)
    // Degraded, unhealthy: the rounds after that are no news.
    #expect(bench.changes.count == 2)
  }

  @Test func `is confirmed within the threshold's number of rounds`() throws {
    var bench = EngineBench([try .sample { $0.interval = .seconds(30) }])
    bench.run(for: .seconds(5 + 2 * 30))
    #expect(try bench.status().health == .unhealthy)
  }

  @Test func `does not hold up the others`() throws {
    let mounts = try ["/mnt/a", "/mnt/b"].map { path in
      try Mount.sample(path) { $0.interval = .seconds(10) }
    }
    var bench = EngineBench(mounts) { $0.path.description == "/mnt/b" ? .good : nil }
    bench.run(for: .seconds(100))
    #expect(bench.launchTimes("/mnt/a").count == 1)
    #expect(bench.launchTimes("/mnt/b").count >= 10)
    #expect(try bench.status("/mnt/b").health == .healthy)
  }

  @Test func `has its FUSE queue read`() throws {
    var bench = EngineBench([try .sample()], reply: { _ in .good(at: "/mnt/a", on: 2) })
    bench.send(.table(.of("1 0 /", "2 1 /mnt/a fuse.rclone debrid:")))
    bench.run(for: .seconds(1))
    bench.reply = { _ in nil }
    bench.run(for: .seconds(310))
    #expect(bench.others.contains(.readFuseQueue(mount: 0, connection: 2)))
    bench.send(.fuseQueue(mount: 0, waiting: 7))
    #expect(try bench.status().fuseWaiting == 7)
    bench.send(.fuseQueue(mount: 99, waiting: 8))
    bench.reply = { _ in .good }
    try bench.answer(.good)
    bench.run(for: .seconds(1))
    #expect(try bench.status().fuseWaiting == nil)
  }
}

@Suite struct `A silent prober` {
  @Test func `leaves a probe unjudged until it is heard again`() throws {
    var bench = EngineBench([try .sample()])
    bench.run(for: .seconds(1))
    bench.send(.proberIsSilent(true))
    bench.run(for: .seconds(70))
    #expect(try bench.status().verdict == nil)
    bench.send(.proberIsSilent(false))
    #expect(try bench.status().verdict == .hung)
    #expect(bench.launchTimes() == [0])
  }

  @Test func `delays a round's judgement no longer than it is silent`() throws {
    var bench = EngineBench([try .sample { $0.interval = .seconds(10) }])
    bench.run(for: .seconds(6))
    #expect(try bench.status().verdict == .hung)
    for _ in 0..<200 {
      bench.send(.proberIsSilent(true))
      bench.run(for: .milliseconds(700))
      bench.send(.proberIsSilent(false))
      bench.run(for: .milliseconds(700))
      #expect(try bench.status().verdict == .hung)
    }
    let failures = try bench.status().failureCount
    #expect(failures >= 26)
  }
}

@Suite struct `A late answer` {
  @Test func `is not believed, and the mount is looked at anew at once`() throws {
    var bench = EngineBench([try .sample()])
    bench.run(for: .seconds(8))
    try bench.answer(.good)
    #expect(bench.launchTimes() == [0, 8])
    #expect(try bench.status().verdict == .hung)
    try bench.answer(.good)
    #expect(try bench.status().health == .healthy)
  }

  @Test func `that is bad is believed as little`() throws {
    var bench = EngineBench([try .sample()])
    bench.run(for: .seconds(8))
    try bench.answer(.dead)
    #expect(bench.launchTimes() == [0, 8])
    #expect(try bench.status().verdict == .hung)
    #expect(try bench.status().failureCount == 1)
  }

  /// A mount that always needs a second more than it may: each round finds it hung.
  @Test func `time and again makes a mount unhealthy as fast as silence does`() throws {
    let late = ProbeReport(finding: .seen(bytes: 1), latency: .seconds(6))
    var bench = EngineBench([try .sample { $0.interval = .seconds(30) }], reply: { _ in late })
    bench.run(for: .seconds(5 + 3 * 30))
    #expect(try bench.status().health == .unhealthy)
    bench.run(for: .seconds(900))
    #expect(try bench.status().failureCount >= 30)
  }

  @Test func `to a flight of long ago is passed over`() throws {
    var bench = EngineBench([try .sample()], reply: { _ in .good })
    bench.run(for: .seconds(1))
    #expect(bench.send(.answered(Flight(mount: 0, sequence: 77), .dead)).isEmpty)
    #expect(bench.send(.answered(Flight(mount: 9, sequence: 1), .dead)).isEmpty)
    #expect(try bench.status().health == .healthy)
  }
}

@Suite struct `A bad mount` {
  @Test func `is looked at again after 1 s, 2 s, 4 s and so on, uncounted`() throws {
    var bench = EngineBench([try .sample()], reply: { _ in .dead })
    bench.run(for: .seconds(29))
    #expect(bench.launchTimes() == [0, 1, 3, 7, 15])
    #expect(try bench.status().failureCount == 1)
    #expect(try bench.status().health == .degraded)
  }

  @Test func `is healthy again by an extra look`() throws {
    var bench = EngineBench([try .sample()], reply: { _ in .dead })
    bench.run(for: .milliseconds(500))
    bench.reply = { _ in .good }
    bench.run(for: .seconds(1))
    #expect(bench.launchTimes() == [0, 1])
    #expect(try bench.status().health == .healthy)
    bench.run(for: .seconds(20))
    #expect(bench.launchTimes() == [0, 1])
  }

  @Test func `begins with 1 s anew after a good look`() throws {
    var bench = EngineBench([try .sample { $0.interval = .seconds(86_400) }], reply: { _ in .dead })
    bench.run(for: .seconds(16))
    bench.reply = { _ in .good }
    bench.run(for: .seconds(86_400))
    let before = bench.launches.count
    bench.reply = { _ in .dead }
    bench.run(for: .seconds(86_400))
    let times = bench.launches.dropFirst(before).map(\.at.inSeconds)
    try #require(times.count >= 4)
    #expect((times[1] - times[0]).rounded() == 1)
    #expect((times[2] - times[1]).rounded() == 2)
    #expect((times[3] - times[2]).rounded() == 4)
  }

  @Test func `with a short interval is looked at in its rounds only`() throws {
    var bench = EngineBench(
      [
        try .sample {
          $0.interval = .seconds(1)
          $0.timeout = .milliseconds(500)
        }
      ], reply: { _ in .dead })
    bench.run(for: .seconds(60))
    #expect((60...70).contains(bench.launches.count))
    #expect(try bench.status().failureCount == bench.launches.count)
  }

  /// Whether a round finds the probe of an extra look out does not change that it is bad.
  @Test func `that hangs at an extra look counts as bad in the round that falls due meanwhile`()
    throws
  {
    for seed in 0..<40 as Range<UInt64> {
      var bench = EngineBench(
        [try .sample { $0.interval = .seconds(10) }], seed: seed, reply: { _ in .dead })
      bench.run(for: .milliseconds(500))
      bench.reply = { _ in nil }
      bench.run(for: .seconds(30))
      // The first round, and at least those two that fell due in 30 s.
      #expect(try bench.status().failureCount >= 3, "seed \(seed)")
    }
  }
}

@Suite struct `A prober that is unable` {
  @Test func `is asked again after a second, and nothing is said of the mount`() throws {
    var bench = EngineBench([try .sample()], reply: { _ in .unable })
    bench.run(for: .milliseconds(4500))
    #expect(bench.launchTimes() == [0, 1, 2, 3, 4])
    #expect(bench.changes.isEmpty)
    #expect(try bench.status().verdict == nil)
    #expect(try bench.status().health == .unknown)
  }

  @Test func `lets what is known lapse after an interval and a timeout`() throws {
    var bench = EngineBench([try .sample { $0.interval = .seconds(30) }], reply: { _ in .good })
    bench.run(for: .milliseconds(2500))
    let checked = try #require(try bench.status().lastCheck)
    bench.reply = { _ in .unable }
    bench.run(for: .seconds(30))
    #expect(try bench.status().health == .healthy)
    bench.run(for: .seconds(10))
    let status = try bench.status()
    #expect(status.health == .unknown)
    #expect(status.verdict == nil)
    #expect(status.since == checked + .seconds(35))
    #expect(bench.changes.last?.change.health == .unknown)
    #expect(bench.changes.count == 2)
    bench.reply = { _ in .good }
    bench.run(for: .seconds(2))
    #expect(try bench.status().health == .healthy)
  }
}
