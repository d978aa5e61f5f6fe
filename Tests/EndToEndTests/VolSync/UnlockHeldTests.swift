import JSONValue
import ResticKit
import StubAPIServer
import Testing

@Suite(.serialized, .timeLimit(.minutes(4)))
struct `A lock that may be held` {
  @Test func `stays while another backup works, and goes when that has ended`() async throws {
    try await UnlockStage.with { stage in
      try stage.setSlow(true, UnlockStage.neighbour)
      stage.addBackup(UnlockStage.neighbour)
      let live = try await stage.runningMover(of: UnlockStage.neighbour)
      try await stage.waitForLock(of: live)
      try await UnlockWatch.with(stage) { watch in
        try await watch.waitUntilReady()
        try await stage.failBackup()
        let locks = stage.repository.lockIDs
        try await stage.wait(for: "it is told") { stage.events.contains("UnlockHeld") }
        let repository = try await watch.status()["repositories"]?[0]
        #expect(repository?["state"] == "waiting")
        #expect(repository?["detail"]?.stringValue?.contains("uses the repository") == true)
        try await stage.watch(for: .seconds(3)) {
          #expect(stage.repository.lockIDs == locks)
          #expect(stage.madeUnlockJobs == [])
        }
        #expect(try await watch.metric("mountmon_volsync_repositories", "waiting") == 1)
        try stage.setSlow(false, UnlockStage.neighbour)
        try await stage.wait(for: "all locks are gone") { stage.repository.lockIDs.isEmpty }
        #expect(stage.madeUnlockJobs.count == 1)
      }
      try await stage.repository.check()
      #expect(stage.server.violations == [])
    }
  }

  @Test func `stays where its node is cut off, whatever became of the pod`() async throws {
    try await UnlockStage.with { stage in
      try await UnlockWatch.with(stage) { watch in
        try await watch.waitUntilReady()
        stage.turn { $0.failures = 5 }
        try stage.setSlow(true)
        stage.addBackup()
        let pod = try await stage.runningMover()
        try await stage.waitForLock(of: pod)
        stage.server.withCluster { cluster in
          cluster.setNode("fake-node", .partitioned)
          cluster.setNode("second")
          // A person, or the clean-up of the cluster, forgets the pod.
          cluster.remove("Pod", pod, in: UnlockStage.namespace)
        }
        try stage.setQuick()
        try await stage.wait(for: "its next run fails") {
          stage.pods.contains { $0.phase == "Failed" }
        }
        try await stage.wait(for: "it says that the node is in doubt") {
          let detail = try await watch.status()["repositories"]?[0]?["detail"]?.stringValue
          return detail?.contains("fake-node") == true
        }
        try await stage.wait(for: "the event") { stage.events.contains("UnlockHeld") }
        try await stage.watch(for: .seconds(4)) {
          let locks = try await stage.repository.locks()
          #expect(locks.contains { $0.host == pod })
        }
        #expect(
          stage.madeUnlockJobs.allSatisfy {
            $0["metadata"]?["annotations"]?["homelab.rafaribe.com/mode"] == "inspect"
          })
        #expect(stage.server.runningPods == 1)
      }
      #expect(stage.server.violations == [])
    }
  }
}
