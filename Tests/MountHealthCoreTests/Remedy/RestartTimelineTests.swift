import Testing

@testable import MountHealthCore

@Suite struct `A restart` {
  private static func policy(_ change: (inout RestartPolicy) -> Void) -> RestartPolicy {
    var policy = RestartPolicy(isEnabled: true)
    change(&policy)
    return policy
  }

  private func play(_ policy: RestartPolicy, _ story: String) throws -> String {
    var bench = try RestartBench(policy)
    bench.begin()
    return bench.play(story)
  }

  @Test(arguments: [
    // A healthy mount asks for nothing, one that is confirmed bad has the pod removed.
    ("+...", "aaaa"),
    ("+.x.", "aaWw"),
    // A process that begins while the mount is bad.
    ("x..", "Www"),
    // The pod goes on going; nothing is asked twice.
    ("+x..........", "aWwwwwwwwwww"),
    // Access that was refused is asked for again, and given at last.
    ("A+x......a.....", "hhhhhhhhhhWwwww"),
    // A disruption budget: waits, goes on when it allows, forgets it when the mount is well again.
    ("+Bx......b....", "aahhhhhhhhhhWw"),
    ("+Bx....+....", "aahhhhhaaaaa"),
    // Another pod of the workload is down: one after the other.
    ("+Cx....c..", "aahhhhhhWw"),
    ("+Cx..+.c.x.", "aahhhaaaaWw"),
    // Somebody else removes the pod: nothing is to be done.
    ("+T....", "aaaaaa"),
    ("+.TBx...", "aaaawwww"),
    // The process is asked to end, before and while a restart is called for.
    ("+S.x.", "ahhhh"),
    ("+BxS...", "aahhhhh"),
    // The sidecar's process is another one: what its predecessor asked for is known.
    ("+xK....", "aWwwwww"),
  ])
  func `goes its way`(_ story: String, _ states: String) throws {
    let result = try play(RestartPolicy(isEnabled: true), story)
    #expect(result == states)
  }

  @Test(arguments: [
    // Acts at the due time, if it is still needed then.
    ("+x.....", "appcWww"),
    ("+xx.+...", "apppaaaa"),
    ("+x..+x....", "appcappcWw"),
  ])
  func `waits for its due time`(_ story: String, _ states: String) throws {
    let result = try play(Self.policy { $0.restartDelay = .seconds(30) }, story)
    #expect(result == states)
  }

  @Test(arguments: [
    ("+x.", "aWw"),
    // While the provider is down, and for a moment after that, nothing is done.
    ("+Ux.....u......", "aahhhhhhhhhWwww"),
    // The mount comes back with its provider.
    ("+Ux...u.+...", "aahhhhhhaaaa"),
  ])
  func `asks the provider of the mounts`(_ story: String, _ states: String) throws {
    let upstream = UpstreamGuard(endpoint: "tcp://provider:443")
    let result = try play(Self.policy { $0.upstream = upstream }, story)
    #expect(result == states)
  }

  @Test(arguments: [
    // An eviction that is refused becomes a deletion.
    ("+x.", "aWw"), ("+Bx.", "aaWw"), ("A+x.", "aaWw"),
  ])
  func `deletes where that is the strategy`(_ story: String, _ states: String) throws {
    #expect(try play(Self.policy { $0.strategy = .delete }, story) == states)
  }

  @Test(arguments: [
    ("+x.", "aEw"),
    // The containers run again and the mount is well: the restart is over, the next one has to
    // keep its distance.
    ("+xK+........x.", "aEhaaaaaaaaahh"),
    // It is no better: the next try has to keep its distance as well.
    ("+xK.x....", "aEhhhhhhh"),
  ])
  func `ends the process where that is the strategy`(_ story: String, _ states: String) throws {
    let result = try play(Self.policy { $0.strategy = .exit }, story)
    #expect(result == states)
  }

  @Test func `is asked for again where the pod stays although the server agreed`() throws {
    var bench = try RestartBench()
    bench.begin()
    bench.set(.healthy)
    bench.pass(.seconds(10))
    bench.set(.unhealthy)
    bench.pass(.seconds(1))
    #expect(bench.actions.count == 1 && bench.removals == 1)
    // Somebody has changed their mind.
    bench.cluster.pods[RestartBench.pod.uid]?.isTerminating = false
    bench.pass(.seconds(60))
    #expect(bench.actions.count > 1 && bench.removals == 2)
    let words = "the API server agreed to remove the pod, and it stays"
    #expect(bench.lines.count { $0.message == words } == 1)
    #expect(bench.machine.state == .waitingForPodToGo)
    #expect(bench.cluster.record.history.count == 1)
  }

  @Test func `does nothing where it is not asked for`() throws {
    #expect(try play(RestartPolicy(), "+x.") == "ddd")
    #expect(try play(Self.policy { $0.dryRun = true }, "+x....") == "ahhhhh")
  }
}
