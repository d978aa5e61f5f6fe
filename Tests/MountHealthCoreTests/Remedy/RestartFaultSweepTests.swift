import Pacing
import Testing

@testable import MountHealthCore

@Suite struct `A restart of which the nth request fails` {
  static let faults: [RestartBench.Fate] = [
    .refused, .appliedAndFailed, .lost, .unanswered, .late,
  ]

  /// Plays a restart; requests from `first` on fail, for as long as is told.
  private func play(
    _ strategy: RestartStrategy, _ fate: RestartBench.Fate, from first: Int, for outage: Duration?
  ) throws -> RestartBench {
    var bench = try RestartBench(
      RestartPolicy(
        isEnabled: true, strategy: strategy,
        upstream: UpstreamGuard(endpoint: "tcp://provider:443")))
    if outage == nil {
      bench.fate = { number, _ in number == first ? fate : .proper }
    } else {
      bench.fate = { number, _ in number >= first ? fate : .proper }
    }
    bench.begin()
    bench.pass(.seconds(1))
    bench.set(.healthy)
    bench.pass(.seconds(1))
    bench.set(.unhealthy)
    if let outage { bench.pass(outage) }
    bench.fate = { _, _ in .proper }
    bench.pass(.seconds(1800))
    return bench
  }

  private func check(_ bench: RestartBench, _ story: String) {
    #expect(bench.removals == 1, "\(story): removed \(bench.removals) times")
    for action in bench.actions {
      switch action {
      case .evict(let name, let uid), .delete(let name, let uid):
        #expect(name == "plex-0" && uid == "uid-0", "\(story)")
      default: break
      }
    }
    #expect(bench.notices.contains { $0.reason == .watchdogRestart }, "\(story): not announced")
    #expect(bench.machine.state == .waitingForPodToGo, "\(story): \(bench.machine.state)")
    let record = bench.cluster.record
    #expect(record.claims.map(\.uid) == ["uid-0"], "\(story)")
    #expect(record.history.map(\.uid) == ["uid-0"], "\(story): remembered once")
  }

  @Test(arguments: [RestartStrategy.evict, .delete], faults)
  func `once, removes the pod once`(
    _ strategy: RestartStrategy, _ fate: RestartBench.Fate
  ) throws {
    let clean = try play(strategy, .proper, from: 0, for: nil).sent.count
    #expect(clean > 6)
    for number in 1...clean {
      let bench = try play(strategy, fate, from: number, for: nil)
      check(bench, "\(strategy), request \(number) \(fate)")
    }
  }

  @Test(arguments: [RestartStrategy.evict, .delete], faults)
  func `and all after it for ten minutes, removes the pod once`(
    _ strategy: RestartStrategy, _ fate: RestartBench.Fate
  ) throws {
    for number in 1...9 {
      let bench = try play(strategy, fate, from: number, for: .seconds(600))
      check(bench, "\(strategy), requests from \(number) on \(fate)")
      // Ten minutes in which nothing succeeds are no reason to ask without end.
      #expect(bench.sent.count < 120, "\(bench.sent.count) requests")
    }
  }

  @Test(arguments: faults)
  func `and the mount is well again, keeps no claim`(_ fate: RestartBench.Fate) throws {
    for number in 1...9 {
      var bench = try RestartBench()
      bench.cluster.blocked = "no"
      bench.fate = { count, _ in count >= number ? fate : .proper }
      bench.begin()
      bench.set(.healthy)
      bench.set(.unhealthy)
      bench.pass(.seconds(45))
      bench.set(.healthy)
      bench.fate = { _, _ in .proper }
      bench.pass(.seconds(1200))
      #expect(bench.removals == 0)
      #expect(bench.machine.state == .armed)
      #expect(bench.cluster.record == RestartRecord(), "from \(number) on \(fate)")
    }
  }

  @Test func `a former process's claim is gone on with, not doubled`() throws {
    for number in 5...9 {
      var bench = try RestartBench()
      bench.fate = { count, _ in count >= number ? .unanswered : .proper }
      bench.begin()
      bench.set(.healthy)
      bench.set(.unhealthy)
      bench.pass(.milliseconds(100))
      bench.fate = { _, _ in .proper }
      bench.restart()
      bench.pass(.seconds(120))
      bench.set(.unhealthy)
      bench.pass(.seconds(120))
      #expect(bench.removals == 1)
      #expect(bench.cluster.record.history.count == 1)
    }
  }
}
