import Testing

@testable import MountHealthCore

@Suite struct `A new configuration` {
  private func settled(_ mounts: [Mount]) -> EngineBench {
    var bench = EngineBench(mounts, reply: { _ in .good })
    bench.run(for: .seconds(20))
    return bench
  }

  @Test func `keeps what is known of a path that stays`() throws {
    let mount = try Mount.sample()
    var bench = settled([mount])
    let before = try bench.status()
    var renamed = mount
    renamed.name = MountName("films")
    bench.send(.configured([try .sample("/mnt/b"), renamed]))
    let after = try bench.status("/mnt/a")
    #expect(after.health == .healthy)
    #expect(after.since == before.since)
    #expect(after.verdictCounts == before.verdictCounts)
    #expect(after.mount.label == "films")
    // The order is that of the new configuration, and only the new mount is probed.
    #expect(try bench.status().mount.path.description == "/mnt/b")
    #expect(bench.launches.count == 2)
  }

  @Test func `looks at once where the probe is another`() throws {
    var bench = settled([try .sample()])
    bench.send(.configured([try .sample { $0.probe.minimumEntries = 3 }]))
    #expect(bench.launches.count == 2)
    #expect(bench.launches.last?.order.probe.minimumEntries == 3)
  }

  @Test func `does not take an answer to the old question`() throws {
    var bench = EngineBench([try .sample()])
    bench.send(.turn)
    bench.send(.configured([try .sample { $0.probe.minimumEntries = 3 }]))
    #expect(bench.launches.count == 1)
    try bench.answer(.dead)
    #expect(try bench.status().verdict == nil)
    #expect(bench.launches.count == 2)
    try bench.answer(.good)
    #expect(try bench.status().health == .healthy)
  }

  @Test func `forgets a path that is gone`() throws {
    var bench = settled([try .sample("/mnt/a"), try .sample("/mnt/b")])
    bench.send(.configured([try .sample("/mnt/b")]))
    #expect(bench.engine.statuses(at: bench.now).map(\.mount.path.description) == ["/mnt/b"])
    bench.run(for: .seconds(1000))
    #expect(bench.launchTimes("/mnt/a").count == 1)
  }

  @Test func `gives a path that comes again no second probe while the first is out`() throws {
    var bench = EngineBench([try .sample()])
    bench.send(.turn)
    for _ in 0..<2 {
      bench.send(.configured([]))
      bench.run(for: .seconds(1))
      bench.send(.configured([try .sample()]))
      bench.run(for: .seconds(1))
    }
    #expect(bench.launchTimes() == [0])
    #expect(try bench.status().health == .unknown)
    // It is still the probe of 4 s ago that hangs.
    bench.run(for: .seconds(300))
    #expect(bench.launchTimes() == [0])
    #expect(try bench.status().verdict == .hung)
    try bench.answer(.good)
    #expect(bench.launches.count == 2)
    try bench.answer(.good)
    #expect(try bench.status().health == .healthy)
  }

  @Test func `probes a path that comes again after its answer`() throws {
    var bench = EngineBench([try .sample()])
    bench.send(.turn)
    bench.send(.configured([]))
    try bench.answer(.good)
    bench.send(.configured([try .sample()]))
    #expect(bench.launchTimes() == [0, 0])
    try bench.answer(.good)
    #expect(try bench.status().health == .healthy)
  }

  @Test func `watches a path once where it is given twice`() throws {
    let first = try Mount.sample { $0.name = MountName("first") }
    let second = try Mount.sample { $0.name = MountName("second") }
    var bench = EngineBench([first, second])
    bench.send(.turn)
    #expect(bench.launches.count == 1)
    #expect(try bench.status().mount.label == "first")
  }

  /// From once an hour to once a second: the hour is not waited for.
  @Test func `with a shorter interval takes effect within it`() throws {
    var bench = settled([try .sample { $0.interval = .seconds(3600) }])
    let configured = bench.elapsed
    bench.send(
      .configured([
        try .sample {
          $0.interval = .seconds(10)
          $0.timeout = .seconds(2)
        }
      ]))
    bench.run(for: .seconds(60))
    let times = bench.launches.map(\.at).filter { $0 >= configured }
    #expect(times.count >= 6)
    for (earlier, later) in zip(times, times.dropFirst()) {
      #expect(later - earlier <= .seconds(10))
    }
  }

  /// What was seen 20 s ago was fresh under the old interval, and a reload is no outage.
  @Test func `with a shorter interval does not make a healthy mount unknown`() throws {
    var bench = settled([try .sample()])
    let changes = bench.changes.count
    bench.reply = { _ in ProbeReport(finding: .seen(bytes: 1), latency: .milliseconds(500)) }
    bench.send(
      .configured([
        try .sample {
          $0.interval = .seconds(5)
          $0.timeout = .seconds(2)
        }
      ]))
    #expect(try bench.status().health == .healthy)
    bench.run(for: .seconds(30))
    #expect(bench.changes.count == changes)
    // What cannot be looked at after that does lapse.
    bench.reply = { _ in .unable }
    bench.run(for: .seconds(8))
    #expect(try bench.status().health == .unknown)
  }

  @Test func `with another policy judges the next outcome by it`() throws {
    var bench = EngineBench([try .sample()], reply: { _ in .dead })
    bench.run(for: .milliseconds(500))
    bench.send(.configured([try .sample { $0.policy.failureThreshold = 1 }]))
    bench.run(for: .seconds(1))
    #expect(try bench.status().health == .unhealthy)
  }
}
