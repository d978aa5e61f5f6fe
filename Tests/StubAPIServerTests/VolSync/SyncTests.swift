import JSONValue
import StubAPIServer
import Testing
import TimeText

@Suite struct `A backup of the stub` {
  @Test func `that fails on a lock gets a new Job every half hour, and keeps its last words`()
    throws
  {
    var cluster = Backups.locked()
    cluster.advance(by: .seconds(1))
    let first = try #require(cluster.mover)
    #expect(first["spec"]?["backoffLimit"] == 8)
    var ends: [Int] = []
    for count in 1...7 {
      ends.append(
        try cluster.advance(until: { $0.mover?["status"]?["failed"]?.intValue == count }))
    }
    // 55 s of work, and a pause of 10 s that doubles up to ten minutes.
    for (end, expected) in zip(ends, [56, 66, 76, 96, 136, 216, 376]) {
      #expect(abs(end - expected) <= 3, "\(ends)")
    }
    #expect(cluster.mover?["status"]?["conditions"] == nil)
    #expect(cluster.pods(in: "Failed").count == 7)
    let last = try cluster.advance(until: { $0.mover?.uid != first.uid })
    #expect(abs(last - 656) <= 4, "\(last)")
    try cluster.advance(until: { $0.mover != nil })
    #expect(cluster.mover?.uid != first.uid)
    #expect(cluster.pods(in: "Failed") == [])
    let past = first["metadata"]?["creationTimestamp"]?.stringValue ?? ""
    let minutes = try Timestamp(rfc3339: past).duration(to: cluster.now).components.seconds / 60
    #expect((27...29).contains(minutes))
    let status = try #require(cluster.source?["status"])
    #expect(status["latestMoverStatus"]?["result"] == "Failed")
    let logs = try #require(status["latestMoverStatus"]?["logs"]?.stringValue)
    #expect(logs == String(Backups.lockLog.suffix(1024)))
    #expect(logs.utf8.count == 1024)
    #expect(status["lastSyncTime"] == nil)
    #expect(status["lastSyncStartTime"] != nil)
    #expect(status["conditions"]?[0]?["reason"] == "SyncInProgress")
  }

  @Test func `is told to unlock, which ends the mover that runs`() throws {
    var cluster = Backups.locked()
    cluster.advance(by: .seconds(20))
    let first = try #require(cluster.mover)
    #expect(Backups.arguments(first) == ["backup"])
    #expect(cluster.pods(in: "Running").count == 1)
    cluster.edit("ReplicationSource", "app", in: "media") { $0["restic"]?["unlock"] = "u1" }
    try cluster.advance(until: { $0.pods(in: "Running") == [] }, atMost: 5)
    try cluster.advance(until: { $0.mover != nil }, atMost: 70)
    let second = try #require(cluster.mover)
    #expect(second.uid != first.uid)
    #expect(Backups.arguments(second) == ["unlock", "backup"])
    try cluster.advance(until: { $0.mover == nil }, atMost: 70)
    let status = try #require(cluster.source?["status"])
    #expect(status["restic"]?["lastUnlocked"] == "u1")
    #expect(status["latestMoverStatus"]?["result"] == "Successful")
    #expect(status["lastManualSync"] == "first")
    #expect(status["lastSyncTime"] != nil)
    #expect(status["lastSyncStartTime"] == nil)
    #expect(cluster.all("Pod", in: "media") == [])
    cluster.edit("ReplicationSource", "app", in: "media") { spec in
      spec["trigger"]?["manual"] = "second"
    }
    cluster.advance(by: .seconds(2))
    #expect(cluster.mover.map(Backups.arguments) == ["backup"])
    cluster.edit("ReplicationSource", "app", in: "media") { $0["restic"]?["unlock"] = nil }
    cluster.advance(by: .seconds(1))
    #expect(cluster.source?["spec"]?["restic"]?["unlock"] == nil)
  }

  @Test func `begins when its schedule says so, prunes once a week, and leaves no Job`() throws {
    var cluster = Backups.locked(manual: nil, schedule: "30 */12 * * *")
    cluster.podScript = { _ in StubPodEnd(0, log: "snapshot 1a2b3c4d saved\n", after: .seconds(5)) }
    cluster.advance(by: .seconds(30))
    let first = try #require(cluster.source?["status"]?["lastSyncTime"]?.stringValue)
    #expect(cluster.mover == nil)
    let next = try #require(cluster.source?["status"]?["nextSyncTime"]?.stringValue)
    #expect(next.hasSuffix("T12:30:00Z"))
    cluster.advance(by: .seconds(86_400))
    #expect(cluster.source?["status"]?["lastSyncTime"]?.stringValue != first)
    #expect(cluster.source?["status"]?["restic"]?["lastPruned"] == nil)
    #expect(cluster.source?["status"]?["conditions"]?[0]?["reason"] == "WaitingForSchedule")
    cluster.advance(by: .seconds(8 * 86_400))
    let pruned = try #require(cluster.source?["status"]?["restic"]?["lastPruned"]?.stringValue)
    cluster.advance(by: .seconds(86_400))
    #expect(cluster.source?["status"]?["restic"]?["lastPruned"]?.stringValue == pruned)
  }

  @Test func `that is paused has a Job without a pod`() throws {
    var cluster = Backups.locked()
    cluster.advance(by: .seconds(20))
    let job = try #require(cluster.mover)
    cluster.edit("ReplicationSource", "app", in: "media") { $0["paused"] = true }
    cluster.advance(by: .seconds(5))
    #expect(cluster.mover?.uid == job.uid)
    #expect(cluster.mover?["spec"]?["parallelism"] == 0)
    #expect(cluster.all("Pod", in: "media") == [])
    #expect(cluster.mover?["status"]?["failed"] == nil)
    cluster.edit("ReplicationSource", "app", in: "media") { $0["paused"] = nil }
    cluster.advance(by: .seconds(20))
    #expect(cluster.pods(in: "Running").count == 1)
  }

  @Test func `has a mover as VolSync makes it`() throws {
    var cluster = Backups.locked()
    cluster.advance(by: .seconds(1))
    let job = try #require(cluster.mover)
    let owner = try #require(job["metadata"]?["ownerReferences"]?[0])
    #expect(owner["kind"] == "ReplicationSource")
    #expect(owner["controller"] == true)
    #expect(owner["uid"]?.stringValue == cluster.source?.uid)
    let labels = job["metadata"]?["labels"]
    #expect(labels?["app.kubernetes.io/created-by"] == "volsync")
    #expect(labels?["volsync.backube/cleanup"]?.stringValue == cluster.source?.uid)
    let spec = try #require(job["spec"]?["template"]?["spec"])
    #expect(
      (spec["volumes"]?.arrayValue ?? []).compactMap { $0["name"]?.stringValue }
        == ["data", "cache", "tempdir"])
    let container = try #require(spec["containers"]?[0])
    #expect(container["name"] == "restic")
    #expect(container["command"] == ["/mover-restic/entry.sh"])
    let repository = container["env"]?.arrayValue?.first { $0["name"] == "RESTIC_REPOSITORY" }
    #expect(
      repository?["valueFrom"]?["secretKeyRef"]
        == ["name": "app-volsync", "key": "RESTIC_REPOSITORY", "optional": false])
  }

  @Test func `with a long name has a Job with a checksum for a name`() {
    var cluster = Backups.locked()
    let name = String(repeating: "long-", count: 11) + "name"
    cluster.addReplicationSource(name, in: "media", secret: "app-volsync", manual: "first")
    cluster.advance(by: .seconds(2))
    let names = cluster.all("Job", in: "media").map(\.name).filter { $0 != "volsync-src-app" }
    #expect(names.count == 1)
    #expect(names.first?.utf8.count == "volsync-src-".utf8.count + 8)
    let middle = String(repeating: "mid-", count: 12) + "abc"
    cluster.addReplicationSource(middle, in: "media", secret: "app-volsync", manual: "first")
    cluster.advance(by: .seconds(2))
    let pods = cluster.all("Pod", in: "media").map(\.name)
    #expect(pods.allSatisfy { $0.utf8.count <= 63 })
    #expect(pods.count == 3)
  }

  @Test func `that restores has a mover of its own and knows no unlock`() {
    var cluster = Backups.locked()
    cluster.addReplicationDestination("app", in: "media", secret: "app-volsync") {
      $0["spec"]?["restic"]?["unlock"] = "u1"
    }
    cluster.advance(by: .seconds(2))
    let job = cluster.object("Job", "volsync-dst-app", in: "media")
    #expect(job.map(Backups.arguments) == ["restore"])
  }
}
