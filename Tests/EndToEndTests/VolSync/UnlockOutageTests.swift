import JSONValue
import ResticKit
import StubAPIServer
import Testing

@Suite(.serialized, .timeLimit(.minutes(4)))
struct `An unlock while the cluster is not well` {
  @Test func `is made after a new token, broken connections and lost history`() async throws {
    try await UnlockStage.with { stage in
      try await UnlockWatch.with(stage) { watch in
        try await watch.waitUntilReady()
        try stage.rotateToken()
        stage.server.withCluster {
          $0.expire()
          $0.expireOpenWatches()
        }
        stage.server.cutConnections()
        try await stage.failBackup()
        try await stage.wait(for: "the lock is gone") { stage.repository.lockIDs.isEmpty }
        #expect(stage.madeUnlockJobs.count == 1)
        try await stage.wait(for: "it is told") { stage.events.contains("UnlockSucceeded") }
      }
      #expect(stage.server.violations == [])
    }
  }

  @Test func `is made after the server was away`() async throws {
    try await UnlockStage.with { stage in
      try await UnlockWatch.with(stage) { watch in
        try await watch.waitUntilReady()
        try await stage.killBackup()
        try await stage.server.refuseConnections()
        stage.server.cutConnections()
        try await stage.wait(for: "a failure by the lock") {
          stage.pods.filter { $0.phase == "Failed" }.count == 2
        }
        #expect(stage.repository.lockIDs.count == 1)
        try await stage.server.acceptConnections()
        try await stage.wait(for: "the lock is gone", within: .seconds(100)) {
          stage.repository.lockIDs.isEmpty
        }
        #expect(stage.madeUnlockJobs.count == 1)
        #expect(watch.child.isRunning)
      }
      #expect(stage.server.violations == [])
    }
  }

  @Test func `begins once a silent server speaks`() async throws {
    try await UnlockStage.with { stage in
      stage.server.setSilent(true)
      try await UnlockWatch.with(stage) { watch in
        try await stage.wait(for: "it serves") {
          (try? await watch.get("/healthz/live").status) == 200
        }
        #expect(try await watch.get("/healthz/ready").status == 503)
        try await stage.failBackup()
        stage.server.setSilent(false)
        stage.server.cutConnections()
        try await stage.wait(for: "the lock is gone", within: .seconds(100)) {
          stage.repository.lockIDs.isEmpty
        }
        #expect(await watch.isReady())
      }
    }
  }

  @Test func `waits for a type that is missing, and says which`() async throws {
    var options = UnlockStage.Options()
    options.hasMonitorType = false
    try await UnlockStage.with(options) { stage in
      try await UnlockWatch.with(stage) { watch in
        try await stage.wait(for: "it is told") {
          watch.log.contains("volsyncmonitors") || watch.log.contains("VolSyncMonitor")
        }
        try await stage.watch(for: .seconds(1)) { #expect(watch.child.isRunning) }
        #expect(try await watch.get("/healthz/live").status == 200)
      }
      #expect(stage.server.violations == [])
    }
  }

  @Test func `is not made any more when too many did not help`() async throws {
    try await UnlockStage.with { stage in
      stage.turn { $0.failsUnlocks = true }
      try await UnlockWatch.with(stage) { watch in
        try await watch.waitUntilReady()
        try await stage.failBackup()
        try await stage.wait(for: "a try has failed") { stage.events.contains("UnlockFailed") }
        try await stage.wait(for: "it is counted") {
          stage.monitor["totalUnlocksFailed"]?.intValue ?? 0 >= 1
        }
        #expect(stage.repository.lockIDs.count == 1)
      }
      try stage.multiplyTries(to: 10)
      let made = stage.madeUnlockJobs.count
      try await UnlockWatch.with(stage) { watch in
        try await stage.wait(for: "it has given up") {
          stage.events.contains("UnlockGivenUp")
        }
        #expect(try await watch.metric("mountmon_volsync_given_up") == 1)
        try await stage.wait(for: "the condition says so") {
          (stage.monitor["conditions"]?.arrayValue ?? []).contains {
            $0["type"] == "LocksClear" && $0["reason"] == "GivenUp"
          }
        }
        #expect(stage.madeUnlockJobs.count == made)
        #expect(stage.monitor["totalUnlocksFailed"]?.intValue ?? 0 >= 1)
      }
      #expect(stage.server.violations == [])
    }
  }
}
