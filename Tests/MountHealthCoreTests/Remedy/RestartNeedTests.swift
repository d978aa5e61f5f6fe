import Pacing
import Testing
import TimeText

@testable import MountHealthCore

@Suite struct `A restart machine` {
  private let plan = RepairPlan(
    .call(method: "POST", url: "http://localhost:5572/mount/unmountall", body: nil))

  private func bench(
    _ policy: RestartPolicy = RestartPolicy(isEnabled: true), mounts: [String] = ["/media"],
    repair: RepairPlan? = nil
  ) throws -> RestartBench {
    var bench = try RestartBench(policy, mounts: mounts, repair: repair)
    bench.begin()
    for index in mounts.indices { bench.set(.healthy, mount: index) }
    bench.pass(.seconds(5))
    return bench
  }

  // MARK: Needs

  @Test func `forgets no mount because another one recovers`() throws {
    var bench = try bench(
      RestartPolicy(isEnabled: true, restartDelay: .seconds(6)), mounts: ["/a", "/b"])
    bench.set(.unhealthy, mount: 0)
    bench.pass(.seconds(3))
    bench.set(.unhealthy, mount: 1)
    bench.pass(.seconds(1))
    bench.set(.healthy, mount: 0)
    bench.pass(.seconds(2))
    #expect(bench.removals == 0)
    bench.pass(.seconds(4))
    #expect(bench.removals == 1)
    let line = bench.lines.first { $0.message == "mount unhealthy, triggering pod restart" }
    #expect(line?.fields.first { $0.name == "mount" }?.value == .text("/b"))
    #expect(line?.fields.first { $0.name == "failureCount" }?.value == .number(3))
    guard
      case .duration(let time)? = line?.fields.first(where: { $0.name == "unhealthyDuration" })?
        .value
    else { return #expect(Bool(false), "no duration") }
    #expect(time >= .seconds(6) && time < .seconds(7))
  }

  @Test func `takes nothing as allowed that was not asked`() throws {
    // The API server is silent at first: that costs nothing but the watchdog being armed.
    var bench = try RestartBench()
    bench.fate = { _, _ in .lost }
    bench.begin()
    bench.set(.healthy)
    bench.pass(.seconds(300))
    #expect(bench.machine.state.reason?.word == "accessUnknown")
    bench.fate = { _, _ in .proper }
    bench.pass(.seconds(300))
    #expect(bench.machine.state == .armed)
  }

  @Test func `asks for what its strategy needs, each by its name`() throws {
    for (strategy, wanted) in [
      (RestartStrategy.evict, ["create pods/eviction (plex-0)"]),
      (.delete, ["create pods/eviction (plex-0)", "delete pods (plex-0)"]), (.exit, []),
    ] {
      let bench = try bench(RestartPolicy(isEnabled: true, strategy: strategy))
      let asked = bench.sent.compactMap { call in
        if case .reviewAccess(let permissions) = call { permissions.map(\.text) } else { nil }
      }
      let always = [
        "get pods", "get leases.coordination.k8s.io (mountmon-statefulset-plex)",
        "create leases.coordination.k8s.io",
        "update leases.coordination.k8s.io (mountmon-statefulset-plex)",
        "create events.events.k8s.io",
      ]
      #expect(asked == [always + wanted])
    }
  }

  @Test func `does without events, and says so`() throws {
    var bench = try RestartBench()
    bench.cluster.refused = [.createEvents]
    bench.begin()
    bench.set(.unhealthy)
    bench.pass(.seconds(5))
    #expect(bench.removals == 1)
    #expect(bench.lines.contains { $0.message == "events will not be published" })
  }

  @Test func `claims before it acts, and says so before it acts`() throws {
    var bench = try bench()
    bench.set(.unhealthy)
    bench.pass(.seconds(5))
    let order = bench.sent.suffix(5).map { call in
      switch call {
      case .readPod: "pod"
      case .readRecord: "record"
      case .writeRecord(_, let record, _): "claim \(record.claims.count) \(record.history.count)"
      case .evict: "evict"
      default: "\(call)"
      }
    }
    #expect(order == ["pod", "record", "claim 1 1", "evict", "pod"])
    let effects = bench.notices.map(\.reason)
    #expect(effects == [.mountUnhealthy, .watchdogRestart])
    #expect(bench.notices.last?.owner == PodOwner(kind: "StatefulSet", name: "plex", uid: "owner"))
  }

  @Test func `ignores answers to older requests, and those that make no sense`() throws {
    var bench = try bench()
    let before = bench.machine.state
    for id: UInt64 in [0, 1, 2, 99] { bench.feed(.answered(id, .pod(nil))) }
    #expect(bench.machine.state == before)
    bench.set(.unhealthy)
    let id = bench.out.first?.request.id ?? 0
    bench.feed(.answered(id, .removed))
    bench.out = []
    bench.pass(.seconds(60))
    #expect(bench.removals == 1)
  }

  @Test func `does not wait for ever for an answer`() throws {
    var bench = try bench()
    bench.set(.unhealthy)
    bench.out = []
    bench.pass(.seconds(60))
    #expect(bench.removals == 1)
  }

  @Test func `takes a claim back that is not needed any more`() throws {
    var bench = try bench()
    bench.cluster.blocked = "no"
    bench.set(.unhealthy)
    bench.pass(.milliseconds(45))
    #expect(bench.cluster.record.claims.count == 1)
    bench.set(.healthy)
    bench.pass(.seconds(5))
    #expect(bench.cluster.record == RestartRecord())
    #expect(bench.machine.state == .armed)
    #expect(bench.lines.contains { $0.message == "restart withdrawn" })
  }

  @Test func `tells each change of a mount once`() throws {
    var bench = try bench()
    bench.cluster.blocked = "no"
    for health in [Health.degraded, .degraded, .unhealthy, .unhealthy, .healthy, .healthy] {
      bench.set(health)
      bench.pass(.seconds(1))
    }
    let reasons = bench.notices.map(\.reason).filter {
      $0 != .restartHeld && $0 != .watchdogRestart
    }
    #expect(reasons == [.mountDegraded, .mountUnhealthy, .mountRecovered])
  }

  @Test func `takes a new policy at once`() throws {
    var bench = try bench(RestartPolicy())
    bench.set(.unhealthy)
    bench.pass(.seconds(60))
    #expect(bench.removals == 0)
    bench.feed(.configured(RestartPolicy(isEnabled: true)))
    bench.pass(.seconds(5))
    #expect(bench.removals == 1)
  }

  @Test func `honours how long the server wants to be left alone`() throws {
    var bench = try bench()
    bench.set(.unhealthy)
    for _ in 0..<3 where !bench.out.isEmpty {
      let (_, request, _) = bench.out.removeFirst()
      let fault = CallFault(.transient, "429", retryAfter: .seconds(90))
      bench.feed(.answered(request.id, .failed(fault)))
      let sent = bench.sent.count
      bench.pass(.seconds(89))
      #expect(bench.sent.count == sent)
      bench.pass(.milliseconds(1_005))
      #expect(bench.sent.count == sent + 1)
    }
  }

  // MARK: Repairs

  @Test func `repairs first, and looks again before it replaces`() throws {
    var bench = try bench(repair: plan)
    bench.set(.unhealthy)
    bench.pass(.seconds(29))
    #expect(bench.sent.last == .repair(path: bench.mounts[0].path, plan))
    #expect(bench.machine.state == .acting(.repairing))
    bench.set(.healthy)
    bench.pass(.seconds(60))
    #expect(bench.removals == 0)
    #expect(bench.machine.state == .armed)
    // Once for each outage; when it does not help, the pod is replaced.
    bench.set(.unhealthy)
    bench.pass(.seconds(29))
    #expect(bench.removals == 0)
    bench.pass(.seconds(5))
    #expect(bench.removals == 1)
    #expect(bench.sent.count { if case .repair = $0 { true } else { false } } == 2)
    #expect(bench.notices.count { $0.reason == .mountRepaired } == 2)
  }

  @Test func `waits for no repair where another mount has none`() throws {
    var bench = try bench(mounts: ["/a", "/b"], repair: plan)
    bench.mounts[1].repair = nil
    bench.set(.unhealthy, mount: 0)
    bench.pass(.seconds(2))
    #expect(bench.removals == 0)
    bench.set(.unhealthy, mount: 1)
    bench.pass(.seconds(2))
    #expect(bench.removals == 1)
  }

  @Test func `repairs also where there is no cluster`() throws {
    var bench = try RestartBench(repair: plan)
    bench.feed(.identified(.notInCluster))
    bench.set(.unhealthy)
    bench.pass(.seconds(60))
    #expect(bench.sent == [.repair(path: bench.mounts[0].path, plan)])
  }

  // MARK: Predecessors

  /// A pod that came in the place of another, which is claimed.
  private func successor(_ policy: RestartPolicy, past: Duration) throws -> RestartBench {
    var bench = try RestartBench(policy)
    let since = bench.wall - past
    bench.cluster.pods["uid-0"]?.created = since + .seconds(40)
    let record = RestartRecord(
      claims: [.init(pod: "plex-0", uid: "uid-former", since: since)],
      history: [.init(pod: "plex-0", uid: "uid-former", at: since)])
    _ = bench.cluster.carryOut(.writeRecord(name: "", record, over: nil), wall: bench.wall)
    bench.begin()
    bench.pass(.seconds(1))
    return bench
  }

  @Test func `ends the claim of the pod whose place it took, once it is well`() throws {
    var bench = try successor(RestartPolicy(isEnabled: true), past: .seconds(60))
    #expect(bench.cluster.record.claims.count == 1)
    bench.set(.healthy)
    bench.pass(.seconds(1))
    #expect(bench.cluster.record.claims.isEmpty)
    #expect(bench.cluster.record.history.map(\.successor) == ["uid-0"])
    // Another claim of that name is not its to end.
    var record = bench.cluster.record
    record.claims = [.init(pod: "plex-0", uid: "uid-other", since: bench.wall)]
    let version = bench.cluster.lease.map { "\($0.version)" }
    _ = bench.cluster.carryOut(.writeRecord(name: "", record, over: version), wall: bench.wall)
    bench.restart()
    bench.set(.healthy)
    bench.pass(.seconds(120))
    #expect(bench.cluster.record.claims.count == 1)
  }

  @Test func `takes over the place of its predecessor when it is no better`() throws {
    var bench = try successor(RestartPolicy(isEnabled: true), past: .seconds(600))
    bench.set(.unhealthy)
    bench.pass(.seconds(10))
    #expect(bench.removals == 1)
    #expect(bench.cluster.record.claims.map(\.uid) == ["uid-0"])
    #expect(bench.cluster.record.history.map(\.successor) == ["uid-0", nil])
  }

  @Test func `does not let a claim that nothing comes of stand in the way for ever`() throws {
    for (standing, wait): (FakeCluster.Pod?, Int?) in [
      (nil, 900), (.init(name: "plex-1", uid: "uid-1", created: FakeCluster.dawn), 900),
      (.init(name: "plex-1", uid: "uid-new", created: FakeCluster.dawn), 900),
      // A pod that is still going is down.
      (.init(name: "plex-1", uid: "uid-1", created: FakeCluster.dawn, isTerminating: true), nil),
    ] {
      var bench = try RestartBench()
      bench.cluster.pods["other"] = standing
      let record = RestartRecord(
        claims: [.init(pod: "plex-1", uid: "uid-1", since: bench.wall)],
        history: [.init(pod: "plex-1", uid: "uid-1", at: bench.wall)])
      _ = bench.cluster.carryOut(.writeRecord(name: "", record, over: nil), wall: bench.wall)
      bench.begin()
      bench.set(.unhealthy)
      bench.pass(.seconds(wait ?? 7200))
      #expect(bench.removals == 0)
      bench.pass(.seconds(60))
      #expect(bench.removals == (wait == nil ? 0 : 1))
    }
  }
}
