import MountHealthCore
import Pacing
import StackKit
import Testing

@testable import StackDrain

@Suite(.timeLimit(.minutes(5))) struct `A drain of real containers` {
  @Test func `keeps their order, names the stuck one, and goes on`() async throws {
    try await EngineRoom.with { room in
      try await room.withPool { mount in
        let bind = ["-v", "\(room.pool):/data"]
        try await room.daemon.run("db", bind)
        try await room.daemon.run("app", bind + ["-l", "mountmon.depends-on=db"])
        try await room.daemon.run(
          "front", bind + ["-l", "mountmon.depends-on=app"], script: KitImage.stubborn)
        try await room.daemon.run("bystander")
        try await room.daemon.run(
          "reader", bind, script: "while :; do cat /data/.health-check; sleep 0.2; done")
        try await mount.send("hang *")
        guard case .surveyed(let seen) = await room.act(.survey(asksClients: false)) else { return }
        let users = PoolUsers(paths: [try MountPath(room.pool)])
        let plan = DrainPlan(
          draining: StackDescription(users: users), seen: seen, owing: [:], isGone: false,
          asksSilent: false, by: Self.policy, because: "a test")
        let outcome = try #require(await room.carryOut(plan.stages))

        var ended: [String: String] = [:]
        for name in ["db", "app", "front"] {
          #expect(try await room.state(name).running.isEmpty, "\(name)")
          ended[name] = try await room.daemon.inspect(name, "{{.State.FinishedAt}}")
        }
        let order = ended.sorted { $0.value < $1.value }.map(\.key)
        #expect(order == ["front", "app", "db"])
        #expect(try await room.state("bystander").running == [TargetState.whole])
        let results = plan.steps.filter { $0.target == room.target("reader") }
          .compactMap { outcome.results[$0.number] }
        #expect(results.count == 2 && !results.contains { $0.isGood }, "\(results)")
        let isNamed = results.contains { $0.words?.contains("(cat) is in state D") == true }
        #expect(isNamed, "\(results)")
        #expect(outcome.snapshot?.containers?.count == 5)
        await mount.die()
      }
    }
  }

  private static let policy = PlanPolicy(
    settleDeadline: .seconds(10), stopGrace: .seconds(2), engineMargin: .seconds(10),
    killDeadline: .seconds(8))
}
