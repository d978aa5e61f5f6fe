import Foundation
import JSONValue
import ResticKit
import StubAPIServer
import Testing

@Suite(.serialized, .timeLimit(.minutes(4)))
struct `A backup that was killed` {
  @Test func `is unlocked by a copy of the pod that failed, and is green a moment later`()
    async throws
  {
    try await UnlockStage.with { stage in
      try await UnlockWatch.with(stage) { watch in
        try await watch.waitUntilReady()
        let dead = try await stage.failBackup()
        try await stage.wait(for: "the lock is gone") { stage.repository.lockIDs.isEmpty }
        try await stage.wait(for: "the backup is green") {
          stage.backup["latestMoverStatus"]?["result"] == "Successful"
        }
        #expect(stage.backup["lastManualSync"] == "first")
        let made = try #require(stage.madeUnlockJobs.first)
        #expect(stage.madeUnlockJobs.count == 1)
        try check(made, dead: dead)
        try await stage.wait(for: "all is told") {
          stage.events.contains("UnlockSucceeded") && stage.events.contains("FailedJobRemoved")
        }
        #expect(stage.events.contains("LockDetected"))
        #expect(stage.events.contains("UnlockStarted"))
        try await stage.wait(for: "the status is written") {
          stage.monitor["totalUnlocksSucceeded"] == 1
            && stage.monitor["totalFailedJobsRemoved"] == 1
        }
        #expect(stage.monitor["phase"] == "Active")
        #expect(stage.monitor["totalUnlocksCreated"] == 1)
        #expect(stage.monitor["totalUnlocksFailed"]?.intValue ?? 0 == 0)
        try await LogSchema.check(watch.child.outputSoFar)
        try await check(watch)
        #expect(stage.server.violations == [])
        #expect(!stage.server.log.contains { $0.request.target.contains("/secrets") })
        try await stage.repository.check()
        #expect(try await stage.repository.snapshots().isEmpty == false)
      }
    }
  }

  /// The Job has what the pod had, and nothing that would make it a mover.
  private func check(_ job: JSONValue, dead: String) throws {
    let spec = try #require(job["spec"]?["template"]?["spec"])
    let container = try #require(spec["containers"]?[0])
    let volumes = (spec["volumes"]?.arrayValue ?? []).compactMap { $0["name"]?.stringValue }
    #expect(volumes.contains("repository"))
    #expect(!volumes.contains("data"))
    let nfs = spec["volumes"]?.arrayValue?.first { $0["nfs"] != nil }
    #expect(nfs?["nfs"]?["path"] == "/mnt/storage/volsync")
    let repository = container["env"]?.arrayValue?.first { $0["name"] == "RESTIC_REPOSITORY" }
    #expect(
      repository?["valueFrom"]?["secretKeyRef"]?["name"]?.stringValue == UnlockStage.secret)
    #expect(spec["hostname"]?.stringValue == dead)
    #expect(job["metadata"]?["labels"]?["app.kubernetes.io/created-by"] != "volsync")
    #expect(job["metadata"]?["name"]?.stringValue?.hasPrefix("volsync-") == false)
    #expect(job["spec"]?["ttlSecondsAfterFinished"] == 3600)
    #expect(job["spec"]?["backoffLimit"] == 0)
  }

  private func check(_ watch: UnlockWatch) async throws {
    let labels = ["namespace=\"downloads\"", "app=\"prowlarr\"", "object=\"prowlarr-nfs\""]
    for (name, value) in [
      ("volsync_unlock_jobs_created_total", 1.0), ("volsync_unlock_jobs_succeeded_total", 1),
      ("volsync_lock_errors_detected_total", 1), ("mountmon_volsync_leader", 1),
      ("mountmon_volsync_synced", 1),
    ] {
      #expect(try await watch.metric(name) == value, "\(name)")
    }
    for label in labels {
      #expect(try await watch.metric("volsync_unlock_jobs_created_total", label) == 1, "\(label)")
    }
    #expect(try await watch.metric("volsync_unlock_jobs_failed_total") ?? 0 == 0)
    #expect(try await watch.metric("volsync_active_unlock_jobs") ?? 0 == 0)
  }
}
