import Pacing
import Testing

@testable import MountHealthCore

@Suite struct `A schedule` {
  @Test(arguments: [1, 30, 3600])
  func `has rounds 90 to 100 percent of the interval apart`(interval: Int) throws {
    let mount = try Mount.sample {
      $0.interval = .seconds(interval)
      $0.timeout = .milliseconds(500)
    }
    var bench = EngineBench([mount], reply: { _ in .good })
    bench.run(for: .seconds(interval * 200))
    let times = bench.launches.map(\.at.inSeconds)
    #expect((199...225).contains(times.count))
    let periods = zip(times, times.dropFirst()).map { $1 - $0 }
    // Only the first is shorter: it spreads mounts that began together.
    let first = try #require(periods.first)
    #expect(first <= Double(interval) && first >= Double(interval) / 10 - 0.011)
    for period in periods.dropFirst() {
      // The grid of 10 ms takes up to that from it, and a wake-up up to nothing.
      #expect(period <= Double(interval) + 1e-9)
      #expect(period >= Double(interval) * 0.9 - 0.011)
    }
    let longest = try #require(periods.dropFirst().max())
    let shortest = try #require(periods.dropFirst().min())
    #expect(longest - shortest > Double(interval) * 0.05, "there is no jitter")
  }

  @Test func `is the same for the same seed`() throws {
    let mounts = try (0..<5).map { try Mount.sample("/mnt/\($0)") { $0.interval = .seconds(10) } }
    func times(seed: UInt64) -> [Duration] {
      var bench = EngineBench(mounts, seed: seed, reply: { _ in .good })
      bench.run(for: .seconds(600))
      return bench.launches.map(\.at)
    }
    #expect(times(seed: 7) == times(seed: 7))
    #expect(times(seed: 7) != times(seed: 8))
  }

  @Test func `spreads mounts that begin together`() throws {
    let mounts = try (0..<100).map { try Mount.sample("/mnt/\($0)") { $0.interval = .seconds(30) } }
    var bench = EngineBench(mounts, reply: { _ in .good })
    bench.run(for: .seconds(29))
    let second = Dictionary(grouping: bench.launches.dropFirst(100)) { Int($0.at.inSeconds) }
    #expect(second.count > 15)
    #expect(second.values.allSatisfy { $0.count < 20 })
  }

  @Test func `lets rounds share wake-ups`() throws {
    let mounts = try (0..<50).map { try Mount.sample("/mnt/\($0)") { $0.interval = .seconds(1) } }
    var bench = EngineBench(
      mounts.map { mount in
        var mount = mount
        mount.timeout = .milliseconds(500)
        return mount
      }, reply: { _ in .good })
    bench.run(for: .seconds(5))
    let grid = Tick(nanoseconds: 77_000_000_001).nanoseconds % Schedule.grid
    let onGrid = bench.launches.dropFirst(50).allSatisfy {
      ($0.at.clampedNanoseconds + grid) % Schedule.grid == 0
    }
    #expect(onGrid)
  }

  @Test func `catches up once after a pause, not for each round that was missed`() throws {
    var bench = EngineBench([try .sample { $0.interval = .seconds(10) }], reply: { _ in .good })
    bench.run(for: .seconds(5))
    let before = bench.launches.count
    // The process was stopped for an hour.
    var engine = bench.engine
    let effects = engine.handle(.turn, at: bench.now + .seconds(3600))
    let probes = effects.filter { if case .probe = $0 { true } else { false } }
    #expect(probes.count == 1)
    #expect(before <= 2)
  }

  @Test func `serves 1000 mounts`() throws {
    let mounts = try (0..<1000).map { number in
      try Mount.sample("/mnt/\(number)") { $0.interval = .seconds(60) }
    }
    var bench = EngineBench(mounts) { $0.flight.mount % 100 == 0 ? nil : .good }
    bench.run(for: .seconds(130))
    #expect(bench.engine.healthCounts == [.healthy: 990, .unhealthy: 10])
    #expect(bench.launches.count >= 990 * 3 + 10)
  }

  @Test func `copes with senseless times`() throws {
    let mounts = try [Duration.zero, .seconds(-5), .nanoseconds(1), .seconds(Int64.max)]
      .enumerated()
      .map { index, duration in
        try Mount.sample("/mnt/\(index)") {
          $0.interval = duration
          $0.timeout = .milliseconds(1)
        }
      }
    var bench = EngineBench(mounts, reply: { _ in .good })
    bench.run(for: .seconds(1))
    #expect(bench.launches.count < 1000)
  }
}

@Suite struct `A tick` {
  @Test func `is moved by durations`() {
    #expect(Tick.zero + .seconds(2) == Tick(nanoseconds: 2_000_000_000))
    #expect(Tick(nanoseconds: 5) - Tick(nanoseconds: 2) == .nanoseconds(3))
    #expect(Tick(nanoseconds: 2) - Tick(nanoseconds: 5) == .nanoseconds(-3))
    #expect(Tick.zero < Tick.zero + .nanoseconds(1))
  }

  @Test func `stops at its farthest`() {
    #expect(Tick(nanoseconds: .max) + .seconds(1) == Tick(nanoseconds: .max))
    #expect(Tick.zero + .seconds(Int64.max) == Tick(nanoseconds: .max))
    #expect(Tick(nanoseconds: .min) + .seconds(-1) == Tick(nanoseconds: .min))
  }
}

@Suite struct `A latency histogram` {
  @Test func `counts each duration in its bucket`() {
    var histogram = LatencyHistogram()
    for milliseconds in [0, 1, 2, 60, 1000, 10_000, 10_001, 99_999] {
      histogram.record(.milliseconds(milliseconds))
    }
    //                          0.5 1  5  10 50 100 500 1s 5s 10s more
    #expect(histogram.counts == [1, 1, 1, 0, 0, 1, 0, 1, 0, 1, 2])
    #expect(abs(histogram.sum - 121.063) < 1e-9)
    #expect(histogram.counts.count == LatencyHistogram.bounds.count + 1)
  }
}
