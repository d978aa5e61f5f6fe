import JSONValue
import ResticKit
import StubAPIServer
import Testing

@Suite(.serialized, .timeLimit(.minutes(4)))
struct `One pass over locked backups` {
  @Test func `is tried, told, explained, and made`() async throws {
    try await UnlockStage.with { stage in
      let dead = try await stage.failBackup()
      let locks = stage.repository.lockIDs
      #expect(locks.count == 1)
      try await tell(stage, dead)
      #expect(stage.repository.lockIDs == locks)

      let pass = try await UnlockWatch.once(stage, ["--output", "json"])
      #expect(pass.ending == .exited(0), "\(pass.errors)")
      let document = try JSONValue(parsing: pass.output)
      #expect(document["result"] == "healed")
      #expect(document["dryRun"] == false)
      // The next backup has begun, most likely, with a lock of its own.
      #expect(!stage.repository.lockIDs.contains { locks.contains($0) })
      #expect(stage.madeUnlockJobs.count == 1)
      try await stage.wait(for: "the backup is green") {
        stage.backup["latestMoverStatus"]?["result"] == "Successful"
      }
      let second = try await UnlockWatch.once(stage, [])
      #expect(second.ending == .exited(0), "\(second.output)\(second.errors)")
      #expect(stage.madeUnlockJobs.count == 1)
      #expect(stage.server.violations == [])
      try await stage.repository.check()
    }
  }

  /// What only looks sends no request that changes anything.
  private func tell(_ stage: UnlockStage, _ dead: String) async throws {
    let dry = try await UnlockWatch.once(stage, ["--dry-run"])
    #expect(dry.ending == .exited(1), "\(dry.output)\(dry.errors)")
    #expect(dry.output.contains(dead) || dry.output.contains("as-host"), "\(dry.output)")
    let json = try await UnlockWatch.once(stage, ["--dry-run", "--output", "json"])
    let document = try JSONValue(parsing: json.output)
    #expect(document["result"] == "locked")
    #expect(document["dryRun"] == true)
    let repository = try #require(document["repositories"]?[0])
    #expect(repository["state"] == "would-act")
    #expect(repository["failures"]?[0]?["object"]?.stringValue == UnlockStage.source)
    #expect(repository["plan"] != nil)
    let words = try await UnlockWatch.once(
      stage, ["\(UnlockStage.namespace)/\(UnlockStage.source)"], command: ["explain"])
    #expect(words.ending == .exited(1), "\(words.errors)")
    #expect(words.output.contains("ReplicationSource \(UnlockStage.namespace)/"))
    #expect(words.output.contains(dead), "\(words.output)")
    #expect(words.output.contains("A lock is in its way"), "\(words.output)")
    let nothing = try await UnlockWatch.once(stage, ["downloads/nobody"], command: ["explain"])
    #expect(nothing.ending == .exited(2))
    #expect(stage.writes == [])
    #expect(stage.server.violations == [])
  }

  @Test func `leaves what is held, and says so`() async throws {
    try await UnlockStage.with { stage in
      try stage.setSlow(true, UnlockStage.neighbour)
      stage.addBackup(UnlockStage.neighbour)
      let live = try await stage.runningMover(of: UnlockStage.neighbour)
      try await stage.waitForLock(of: live)
      try await stage.failBackup()
      let locks = stage.repository.lockIDs
      let pass = try await UnlockWatch.once(stage, ["--output", "json"])
      #expect(pass.ending == .exited(1), "\(pass.errors)")
      let repository = try #require(try JSONValue(parsing: pass.output)["repositories"]?[0])
      #expect(repository["state"] == "waiting")
      #expect(repository["detail"]?.stringValue?.contains("uses the repository") == true)
      #expect(stage.repository.lockIDs == locks)
      #expect(stage.madeUnlockJobs == [])
      try stage.setSlow(false, UnlockStage.neighbour)
    }
  }

  @Test func `needs somebody who says what is to be done`() async throws {
    var options = UnlockStage.Options()
    options.hasMonitorType = false
    try await UnlockStage.with(options) { stage in
      let none = try await UnlockWatch.once(stage, [])
      #expect(none.ending == .exited(3), "\(none.output)\(none.errors)")
      #expect(
        (none.output + none.errors).contains("VolSyncMonitor"), "\(none.output)\(none.errors)")
      let file = try stage.folder.write("monitor.json", #"{"spec": {"enabled": true}}"#)
      let told = try await UnlockWatch.once(stage, ["--config", file])
      #expect(told.ending == .exited(0), "\(told.output)\(told.errors)")
      let full = try await Child(
        ["sh", "-c", "exec env \"$@\" >/dev/full", "sh"] + UnlockWatch.words(stage)
          + ["--config", file]
      ).finish()
      #expect(full.ending == .exited(2), "nobody was told that nothing is to do")
      #expect(full.errors.contains("cannot write to standard output"), "\(full.errors)")
      let bad = try stage.folder.write(
        "bad.json", #"{"spec": {"enabled": "yes", "maxConcurrentUnlocks": 0}}"#)
      let wrong = try await UnlockWatch.once(stage, ["--config", bad])
      #expect(wrong.ending == .exited(3))
      #expect(wrong.errors.contains("spec.enabled"), "\(wrong.errors)")
      let misused = try await UnlockWatch.once(stage, ["--nonsense"])
      #expect(misused.ending == .exited(3))
      #expect(stage.server.violations == [])
    }
  }

  @Test func `says that the cluster does not answer`() async throws {
    try await UnlockStage.with { stage in
      try await stage.server.refuseConnections()
      let pass = try await UnlockWatch.once(stage, ["--timeout", "5s"])
      #expect(pass.ending == .exited(2), "\(pass.output)\(pass.errors)")
      #expect(!(pass.output + pass.errors).isEmpty)
    }
  }

  @Test func `works where VolSync is not installed, and says that it is not`() async throws {
    var options = UnlockStage.Options()
    options.hasVolSync = false
    try await UnlockStage.with(options) { stage in
      let pass = try await UnlockWatch.once(stage, [])
      #expect(pass.ending == .exited(2), "\(pass.output)\(pass.errors)")
      for words in ["replicationsources", "replicationdestinations", "is the CRD installed"] {
        #expect(pass.errors.contains(words), "\(pass.errors)")
      }
      #expect(stage.server.violations == [])
    }
  }
}
