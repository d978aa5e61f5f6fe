import Pacing
import Testing

@testable import MountHealthCore

@Suite struct `A look that is asked for` {
  private func settled() throws -> EngineBench {
    var bench = EngineBench([try .sample()]) { _ in .good(at: "/mnt/a", on: 2) }
    bench.send(.table(.of("1 0 /", "2 1 /mnt/a ext4 /dev/sda1")))
    bench.run(for: .seconds(1))
    #expect(bench.launches.count == 1)
    return bench
  }

  @Test func `is made at once, beside the rounds`() throws {
    var bench = try settled()
    bench.send(.wanted)
    #expect(bench.launches.count == 2)
    bench.run(for: .seconds(100))
    #expect(bench.launches.count == 2)
  }

  /// The answer that is on its way may be older than what made the look due.
  @Test func `is made after the probe that is out, once`() throws {
    var bench = try settled()
    bench.reply = { _ in nil }
    bench.send(.wanted)
    for _ in 0..<5 { bench.send(.wanted) }
    #expect(bench.launches.count == 2)
    bench.reply = { _ in .good(at: "/mnt/a", on: 2) }
    try bench.answer(.good(at: "/mnt/a", on: 2))
    #expect(bench.launches.count == 3)
    bench.run(for: .seconds(100))
    #expect(bench.launches.count == 3)
  }

  @Test func `does not count towards thresholds`() throws {
    var bench = try settled()
    bench.reply = { _ in .dead }
    for _ in 0..<10 {
      bench.send(.wanted)
      bench.run(for: .milliseconds(10))
    }
    #expect(try bench.status().health == .degraded)
  }

  @Test func `tells on which mount it was`() throws {
    var bench = try settled()
    #expect(try bench.status().seenOn == 2)
    bench.reply = { _ in nil }
    bench.send(.table(.of("1 0 /", "3 1 /mnt/a ext4 /dev/sda1")))
    #expect(try bench.status().seenOn == 2)
    #expect(try bench.status().entry?.id == 3)
    try bench.answer(.good(at: "/mnt/a", on: 3))
    #expect(try bench.status().seenOn == 3)
  }
}

@Suite struct `A probe that hangs on a mount that is gone` {
  private let root = "1 0 /"
  private let first = "2 1 /mnt/a fuse.mergerfs pool"
  private let second = "3 1 /mnt/a fuse.mergerfs pool"

  /// An engine whose one mount hangs, at 10 s.
  private func hung(abandons: Bool, follows: Bool = true) throws -> (ProbeEngine, Tick) {
    let mount = try Mount.sample {
      $0.requirement = .none
      $0.abandonsProbes = abandons
    }
    var engine = ProbeEngine(mounts: [mount], seed: 1, start: .zero)
    var flights = Self.flights(engine.handle(.turn, at: .zero))
    _ = engine.handle(.table(.of(root, first)), at: .zero)
    if follows {
      let flight = try #require(flights.first)
      _ = engine.handle(.answered(flight, .good(at: "/mnt/a", on: 2)), at: .zero)
      flights = Self.flights(engine.handle(.wanted, at: .zero))
      #expect(flights.count == 1)
    }
    let now = Tick.zero + .seconds(10)
    #expect(Self.flights(engine.handle(.turn, at: now)).isEmpty)
    #expect(engine.statuses(at: now).first?.verdict == .hung)
    return (engine, now)
  }

  private static func flights(_ effects: [ProbeEngine.Effect]) -> [Flight] {
    effects.compactMap { if case .probe(let order) = $0 { order.flight } else { nil } }
  }

  @Test(arguments: [true, false])
  func `is abandoned where that is asked for`(follows: Bool) throws {
    var (engine, now) = try hung(abandons: true, follows: follows)
    let flights = Self.flights(engine.handle(.table(.of(root, second)), at: now))
    #expect(flights.count == 1)
    let flight = try #require(flights.first)
    _ = engine.handle(.answered(flight, .good(at: "/mnt/a", on: 3)), at: now)
    #expect(engine.statuses(at: now).first?.verdict == .ok)
    #expect(engine.statuses(at: now).first?.seenOn == 3)
    // The former one comes back at last, and is not believed.
    let former = Flight(mount: flight.mount, sequence: flight.sequence - 1)
    _ = engine.handle(
      .answered(former, ProbeReport(finding: .failed(.read, .notConnected))), at: now)
    #expect(engine.statuses(at: now).first?.verdict == .ok)
  }

  @Test func `is waited for where that is not asked for, and while its mount is there`() throws {
    var (engine, now) = try hung(abandons: false)
    #expect(Self.flights(engine.handle(.table(.of(root, second)), at: now)).isEmpty)
    (engine, now) = try hung(abandons: true)
    let other = MountTable.of(root, first, "9 1 /mnt/b")
    #expect(Self.flights(engine.handle(.table(other), at: now)).isEmpty)
  }

  @Test func `is abandoned a few times and no more`() throws {
    var (engine, now) = try hung(abandons: true)
    var launches = 0
    for number in 3..<20 {
      launches +=
        Self.flights(
          engine.handle(.table(.of(root, "\(number) 1 /mnt/a fuse.mergerfs pool")), at: now)
        ).count
      now = now + .seconds(10)
      launches += Self.flights(engine.handle(.turn, at: now)).count
    }
    #expect(launches == MountWatch.mostAbandoned)
  }
}
