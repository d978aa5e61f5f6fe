import Pacing
import Testing
import TimeText

@testable import MountHealthCore

/// What the simulation found, each as a story of its own.
@Suite struct `The simulation of restarts found that` {
  private func bench(_ policy: RestartPolicy) throws -> RestartBench {
    var bench = try RestartBench(policy)
    bench.begin()
    bench.set(.healthy)
    bench.pass(.seconds(5))
    return bench
  }

  @Test func `a pod whose containers were ended is down until it is well`() throws {
    var bench = try bench(RestartPolicy(isEnabled: true, strategy: .exit))
    bench.set(.unhealthy)
    bench.pass(.seconds(5))
    #expect(bench.exits == [RestartPolicy.exitCode])
    // It is no better, and the next try has to wait: its place is not given away.
    bench.restart()
    bench.pass(.seconds(120))
    #expect(bench.machine.state.reason?.word == "spacing")
    #expect(bench.cluster.record.claims.map(\.uid) == ["uid-0"])
    bench.set(.healthy)
    bench.pass(.seconds(5))
    #expect(bench.cluster.record.claims.isEmpty)
    #expect(bench.cluster.record.history.count == 1)
  }

  @Test func `an answer is as old as its question`() throws {
    let upstream = UpstreamGuard(endpoint: "tcp://provider:443")
    var bench = try bench(RestartPolicy(isEnabled: true, upstream: upstream))
    bench.set(.unhealthy)
    bench.pass(.milliseconds(15))
    let request = try #require(bench.out.first?.request)
    #expect(request.call == .checkUpstream(upstream))
    // The process was not scheduled for a while: what the provider said is history.
    bench.out = []
    bench.now = bench.now + .seconds(45)
    bench.feed(.answered(request.id, .upstream(isUp: true, detail: "")))
    #expect(bench.out.first?.request.call == .checkUpstream(upstream))
    #expect(bench.removals == 0)
  }

  @Test func `tries of one burst rest on the same facts`() throws {
    var bench = try bench(RestartPolicy(isEnabled: true, maxRetries: 4))
    bench.cluster.blocked = "no"
    let before = bench.sent.count
    bench.set(.unhealthy)
    bench.pass(.seconds(4))
    let sent = bench.sent.dropFirst(before).map { $0.text }
    #expect(
      sent == [
        "read pod plex-0", "read lease mountmon-statefulset-plex",
        "write lease mountmon-statefulset-plex", "evict pod plex-0", "evict pod plex-0",
        "evict pod plex-0", "evict pod plex-0", "write lease mountmon-statefulset-plex",
      ])
  }

  @Test func `a deletion that is refused counts towards the longer pauses`() throws {
    var bench = try bench(RestartPolicy(isEnabled: true, strategy: .delete))
    bench.cluster.refused = [.delete(pod: "plex-0")]
    bench.cluster.blocked = "no"
    bench.set(.unhealthy)
    bench.pass(.seconds(3600))
    // Pauses grow to five minutes: some dozen attempts in an hour, each of three tries.
    #expect(bench.actions.count < 80, "\(bench.actions.count)")
    #expect(bench.actions.count > 20, "\(bench.actions.count)")
  }
}
