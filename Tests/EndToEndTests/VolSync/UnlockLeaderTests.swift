import Glibc
import JSONValue
import ResticKit
import StubAPIServer
import Testing

@Suite(.serialized, .timeLimit(.minutes(4)))
struct `Two that watch` {
  @Test func `have one leader, and the other goes on with what it had begun`() async throws {
    try await UnlockStage.with { stage in
      stage.turn { $0.holdsUnlocks = true }
      try await UnlockWatch.with(stage) { first in
        try await first.waitUntilReady()
        #expect(try await first.metric("mountmon_volsync_leader") == 1)
        try await UnlockWatch.with(stage) { second in
          try await second.waitUntilReady()
          #expect(try await second.metric("mountmon_volsync_leader") == 0)
          #expect(try await second.status()["leading"] == false)
          try await stage.failBackup()
          try await stage.wait(for: "an unlock is under way") {
            stage.pods.contains { $0.phase == "Running" && !$0.name.hasPrefix("volsync-") }
          }
          first.child.kill()
          try await stage.wait(for: "the other leads") {
            try await second.metric("mountmon_volsync_leader") == 1
          }
          #expect(!stage.repository.lockIDs.isEmpty)
          stage.turn { $0.holdsUnlocks = false }
          try await stage.wait(for: "the lock is gone") { stage.repository.lockIDs.isEmpty }
          try await stage.wait(for: "it is told") { stage.events.contains("UnlockSucceeded") }
          #expect(stage.madeUnlockJobs.count == 1)
          try await stage.wait(for: "it is counted") {
            stage.monitor["totalUnlocksSucceeded"] == 1
          }
          #expect(stage.monitor["totalUnlocksCreated"] == 1)
          try await stage.wait(for: "the failed Job is gone") {
            stage.events.contains("FailedJobRemoved")
          }
          kill(second.child.pid, SIGTERM)
          #expect(try await second.child.finish().ending == .exited(0))
        }
      }
      try await stage.wait(for: "the backup is green") {
        stage.backup["latestMoverStatus"]?["result"] == "Successful"
      }
      try await stage.repository.check()
      #expect(stage.server.violations == [])
    }
  }
}
