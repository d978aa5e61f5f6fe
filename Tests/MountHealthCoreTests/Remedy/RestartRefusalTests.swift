import Pacing
import Testing
import TimeText

@testable import MountHealthCore

@Suite struct `A restart is refused or held` {
  private func bench(
    policy change: (inout RestartPolicy) -> Void = { _ in },
    kind: FakeCluster.Kind = .statefulSet, prepare: (inout RestartBench) -> Void = { _ in }
  ) throws -> RestartBench {
    var policy = RestartPolicy(isEnabled: true)
    change(&policy)
    var bench = try RestartBench(policy, kind: kind)
    prepare(&bench)
    bench.begin()
    bench.pass(.seconds(1))
    bench.set(.healthy)
    bench.pass(.seconds(1))
    bench.set(.unhealthy)
    bench.pass(.seconds(120))
    return bench
  }

  /// Nothing was done, and the reason was told once, in the log and as an event.
  private func expect(
    _ bench: RestartBench, says word: String, as reason: RestartNotice.Reason
  ) {
    #expect(bench.removals == 0)
    #expect(bench.actions.isEmpty)
    #expect(bench.machine.state.reason?.word == word)
    #expect(bench.told.count { $0 == word } == 1, "\(bench.told)")
    #expect(bench.notices.count { $0.reason == reason } == 1, "\(bench.notices)")
    #expect(bench.machine.statistics.holds[word] ?? 0 > 0)
  }

  @Test func `for a bare pod`() throws {
    expect(try self.bench(kind: .bare), says: "barePod", as: .restartRefused)
  }

  @Test func `for a pod of a Job`() throws {
    var bench = try RestartBench()
    bench.feed(.identified(.pod(RestartBench.pod)))
    bench.out = []
    let facts = PodFacts(
      name: "plex-0", uid: "uid-0", created: FakeCluster.dawn,
      owner: PodOwner(kind: "Job", name: "plex", uid: "owner"))
    bench.feed(.answered(1, .pod(facts)))
    #expect(bench.machine.state == .holding(.unsupportedOwner(kind: "Job")))
    #expect(bench.notices.map(\.reason) == [.restartRefused])
  }

  @Test func `where the pod has another uid`() throws {
    let bench = try self.bench(prepare: { $0.cluster.pods["uid-0"]?.uid = "uid-9" })
    expect(bench, says: "podMismatch", as: .restartRefused)
  }

  @Test func `where there is no pod of that name`() throws {
    let bench = try self.bench(prepare: { $0.cluster.pods = [:] })
    expect(bench, says: "podUnknown", as: .restartRefused)
  }

  @Test(arguments: [
    RestartPermission.evict(pod: "plex-0"), .readPods,
    .readRecord(name: "mountmon-statefulset-plex"),
    .updateRecord(name: "mountmon-statefulset-plex"),
  ])
  func `where something is not allowed`(_ permission: RestartPermission) throws {
    let bench = try self.bench(prepare: { $0.cluster.refused = [permission] })
    expect(bench, says: "accessRefused", as: .restartRefused)
    let said = bench.notices.first { $0.reason == .restartRefused }?.message ?? ""
    #expect(said.contains(permission.text))
  }

  @Test func `in a dry run, which says what it would do and writes nothing`() throws {
    let bench = try self.bench(policy: { $0.dryRun = true })
    expect(bench, says: "dryRun", as: .restartHeld)
    #expect(bench.cluster.lease == nil)
  }

  @Test func `while the provider is down, which is asked again and again`() throws {
    let bench = try self.bench(
      policy: { $0.upstream = UpstreamGuard(endpoint: "tcp://provider:443") },
      prepare: { $0.cluster.upstreamIsUp = false })
    expect(bench, says: "upstreamDown", as: .restartHeld)
    let asked = bench.sent.count { if case .checkUpstream = $0 { true } else { false } }
    #expect(asked == 4)
    #expect(bench.cluster.lease == nil)
  }

  /// Restarts of another pod, so many seconds ago.
  private func remember(_ ages: [Int], in bench: inout RestartBench) {
    let record = RestartRecord(
      history: ages.map { age in
        .init(pod: "plex-1", uid: "uid-\(age)", at: bench.wall - .seconds(age))
      })
    _ = bench.cluster.carryOut(.writeRecord(name: "", record, over: nil), wall: bench.wall)
  }

  @Test func `while the budget is used up, until the window has moved on`() throws {
    var bench = try self.bench(
      policy: { $0.budget = RestartBudget(restarts: 2, spacing: .zero) },
      prepare: { remember([3000, 600], in: &$0) })
    #expect(bench.machine.state == .spent(until: Tick.zero + .seconds(600)))
    expect(bench, says: "budgetExhausted", as: .restartHeld)
    #expect(bench.machine.statistics.budgetLeft == 0)
    bench.pass(.seconds(470))
    #expect(bench.removals == 0)
    bench.pass(.seconds(20))
    #expect(bench.removals == 1)
  }

  @Test func `a mount that was never healthy takes the room of two`() throws {
    var bench = try RestartBench(
      RestartPolicy(isEnabled: true, budget: RestartBudget(restarts: 2, spacing: .zero)))
    bench.mounts[0].wasEverHealthy = false
    remember([600], in: &bench)
    bench.begin()
    bench.set(.unhealthy)
    bench.pass(.seconds(60))
    #expect(bench.machine.state == .spent(until: Tick.zero + .seconds(3000)))
    bench.pass(.seconds(3000))
    #expect(bench.removals == 1)
    #expect(bench.cluster.record.history.last?.weight == 2)
  }

  @Test(arguments: [([60], 240), ([900, 60], 540), ([901, 301], 299)])
  func `after the last one too soon, longer with each`(_ ages: [Int], _ wait: Int) throws {
    var bench = try self.bench(
      policy: { $0.budget = RestartBudget(restarts: 5) },
      prepare: { remember(ages, in: &$0) })
    expect(bench, says: "spacing", as: .restartHeld)
    bench.pass(Tick.zero + .seconds(wait - 1) - bench.now)
    #expect(bench.removals == 0)
    bench.pass(.seconds(3))
    #expect(bench.removals == 1)
  }

  @Test func `while what is remembered makes no sense, for a window`() throws {
    var bench = try self.bench(prepare: { bench in
      bench.cluster.lease = .init(
        version: 1, annotations: [RestartRecord.historyKey: "what is this?"])
    })
    expect(bench, says: "recordUnreadable", as: .restartHeld)
    bench.pass(.seconds(3400))
    #expect(bench.removals == 0)
    bench.pass(.seconds(400))
    #expect(bench.removals == 1)
    #expect(bench.cluster.record.history.count == 1)
  }

  @Test func `while it is not known which pod this is`() throws {
    for (known, word) in [
      (PodSelf.unknown, "starting"), (.notInCluster, "notInCluster"),
      (.fault("POD_NAME is not set"), "identityUnknown"),
    ] {
      var bench = try RestartBench()
      bench.feed(.identified(known))
      bench.set(.unhealthy)
      bench.pass(.seconds(600))
      #expect(bench.machine.state.reason?.word == word)
      #expect(bench.sent.isEmpty)
    }
  }
}
