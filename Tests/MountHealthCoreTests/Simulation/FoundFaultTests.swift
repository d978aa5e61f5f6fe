import Pacing
import Testing

@testable import MountHealthCore

/// One mount and its engine, told step by step.
struct Bench {
  var engine: ProbeEngine
  var now = Tick.zero
  var wake = Tick.zero
  var probes: [ProbeOrder] = []
  let mount: Mount

  init(_ mount: Mount, table: MountTable = .empty) {
    self.mount = mount
    engine = ProbeEngine(mounts: [mount], seed: 7, start: .zero)
    feed(.table(table))
  }

  var health: Health? { engine.statuses(at: now).first?.health }
  var verdict: Verdict? { engine.statuses(at: now).first?.verdict }

  mutating func feed(_ event: ProbeEngine.Event) {
    for effect in engine.handle(event, at: now) {
      if case .probe(let order) = effect { probes.append(order) }
      if case .wake(let tick) = effect { wake = tick }
    }
  }

  mutating func pass(_ time: Duration) {
    let end = now + time
    while wake <= end {
      now = max(now, wake)
      feed(.turn)
    }
    now = end
  }

  mutating func answer(_ finding: ProbeFinding, at id: UInt64? = nil, after time: Duration = .zero)
  {
    guard let flight = probes.last?.flight else { return }
    pass(time)
    feed(
      .answered(
        flight,
        ProbeReport(
          finding: finding,
          sighting: id.map { MountSighting(path: mount.path.description, mountID: $0) },
          latency: time)))
  }

  /// A table of the root and of mounts at `/watched`, each on top of the one before.
  static func table(_ types: [(id: UInt64, fsType: String)]) -> MountTable {
    var entries: [MountEntry] = []
    for (id, fsType) in [(UInt64(1), "ext4")] + types {
      entries.append(
        MountEntry(
          id: id, parentID: entries.last?.id ?? 1, deviceMajor: 0, deviceMinor: UInt32(id),
          root: "/", isRootDeleted: false, mountPoint: entries.isEmpty ? "/" : "/watched",
          options: [], propagation: .shared, fsType: fsType, source: "it", superOptions: []))
    }
    return MountTable(entries)
  }
}

/// What the simulations found, each as a story of its own.
@Suite struct `Simulation found that` {
  private func mount(
    _ requirement: MountRequirement = .none, grace: Duration = .zero
  ) throws -> Mount {
    Mount(
      path: try MountPath("/watched"), probe: Probe(.directory), requirement: requirement,
      interval: .seconds(30), timeout: .seconds(5),
      policy: HealthPolicy(startupGrace: grace, flapWindow: .zero))
  }

  @Test func `a verdict lapses while the health is unknown`() throws {
    var bench = Bench(try mount(grace: .seconds(600)))
    bench.answer(.failed(.read, .inputOutput))
    #expect(bench.verdict == .dead)
    for _ in 0..<60 {
      bench.pass(.seconds(1))
      bench.answer(.unable("no worker"))
    }
    #expect(bench.verdict == nil)
  }

  @Test func `a mount that is always late becomes unhealthy, with pauses between its probes`()
    throws
  {
    var bench = Bench(try mount())
    bench.answer(.seen(bytes: 0))
    bench.pass(.seconds(30))
    let before = bench.probes.count
    for _ in 0..<600 where bench.health != .unhealthy {
      let flight = bench.probes.last?.flight
      bench.answer(.seen(bytes: 0), after: .seconds(6))
      while bench.probes.last?.flight == flight { bench.pass(.milliseconds(100)) }
    }
    #expect(bench.health == .unhealthy)
    #expect(bench.now < Tick.zero + .seconds(125), "three rounds, and a timeout")
    #expect(bench.probes.count - before <= 12)
  }

  @Test func `a mount that was not seen is not remembered`() throws {
    var bench = Bench(try mount(.remembered), table: Bench.table([(2, "fuse.right")]))
    bench.answer(.seen(bytes: 0), at: 2)
    #expect(bench.health == .healthy)
    bench.feed(.table(Bench.table([(3, "fuse.wrong")])))
    #expect(bench.verdict == .absent)
    bench.pass(.seconds(1))
    bench.answer(.failed(.resolve, .accessDenied))
    bench.pass(.seconds(3))
    bench.answer(.seen(bytes: 0), at: 3)
    #expect(bench.verdict == .absent)
  }

  @Test(arguments: [true, false])
  func `a probe of a mount that was hidden meanwhile is not believed`(_ isFirst: Bool) throws {
    let requirement = MountRequirement.matching(fsType: "fuse.right", source: nil)
    var bench = Bench(try mount(requirement), table: Bench.table([(2, "fuse.right")]))
    if !isFirst {
      bench.answer(.seen(bytes: 0), at: 2)
      bench.pass(.seconds(30))
    }
    bench.feed(.table(Bench.table([(2, "fuse.right"), (3, "fuse.wrong")])))
    let sent = bench.probes.count
    bench.answer(.seen(bytes: 0), at: 2)
    #expect(bench.health != .healthy)
    #expect(bench.probes.count == sent + 1, "it is looked at anew at once")
  }

  @Test func `a killed worker's last report is no sign of life of the next`() {
    var machine = WorkerMachine(start: .zero)
    let flight = Flight(mount: 1, sequence: 1)
    func at(_ seconds: Int) -> Tick { .zero + .seconds(seconds) }
    _ = machine.handle(.turn, at: at(0))
    _ = machine.handle(.started(pid: 1), at: at(0))
    _ = machine.handle(.sent([flight]), at: at(0))
    _ = machine.handle(.broke("nonsense"), at: at(1))
    _ = machine.handle(.turn, at: at(2))
    _ = machine.handle(.started(pid: 2), at: at(2))
    _ = machine.handle(.reported(flight), at: at(6))
    let effects = machine.handle(.turn, at: at(7))
    #expect(effects.contains(.ping), "nothing was heard of the second worker")
    #expect(
      machine.handle(.exited(pid: 1, "killed"), at: at(7)).allSatisfy {
        if case .lost = $0 { false } else { true }
      })
  }

  @Test func `a hung mount that comes back is healthy within one look`() throws {
    var bench = Bench(try mount())
    bench.answer(.seen(bytes: 0))
    bench.pass(.seconds(3600))
    #expect(bench.health == .unhealthy)
    #expect(bench.probes.count == 2, "one probe hangs, and no other is sent")
    bench.answer(.seen(bytes: 0))
    #expect(bench.health == .unhealthy, "a late answer is not believed")
    bench.answer(.seen(bytes: 0))
    #expect(bench.health == .healthy)
  }

  @Test func `a machine that slept for a day knows nothing, and looks`() throws {
    var bench = Bench(try mount())
    bench.answer(.seen(bytes: 0))
    bench.now = .zero + .seconds(86_400)
    bench.feed(.turn)
    #expect(bench.health == .unknown)
    #expect(bench.probes.count == 2)
    bench.feed(.turn)
    #expect(bench.probes.count == 2)
    bench.answer(.seen(bytes: 0))
    #expect(bench.health == .healthy)
  }
}
