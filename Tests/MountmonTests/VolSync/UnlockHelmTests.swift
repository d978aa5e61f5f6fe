import JSONValue
import K8sClient
import MountHealthCore
import Pacing
import ResticUnlock
import Testing
import TimeText

@testable import mountmon

@Suite struct `The helm of unlocks` {
  private static let podUID = (try? UID("uid-volsync-src-prowlarr-nfs-bbbbb"))

  /// From the first word of the cluster to the record.
  private func begun(_ scene: inout UnlockScene) throws -> [String] {
    var lines = scene.take(UnlockScene.beginning())
    lines += scene.take(.timer)
    lines += scene.take(.log(UnlockScene.key, try #require(Self.podUID), UnlockScene.log))
    return lines
  }

  @Test func `reads the log of a failed mover, then the record, and tells what it found`() throws {
    var scene = UnlockScene()
    let lines = try begun(&scene)
    #expect(
      lines == [
        "log downloads/volsync-src-prowlarr-nfs-bbbbb",
        "status of ops/main: Active",
        "warn: mover failed on a lock (LockDetected on downloads/prowlarr-nfs)",
        "read record",
      ])
    #expect(scene.helm.counts.detected.values.reduce(0, +) == 1)
  }

  @Test func `decides nothing before all has been told`() {
    var scene = UnlockScene()
    for signal in UnlockScene.beginning().dropLast() {
      #expect(scene.take(signal).filter { !$0.hasPrefix("status") } == [])
    }
    #expect(scene.take(.timer) == [])
    #expect(!scene.helm.picture.isSettled)
    #expect(
      scene.take(.changed(.destinations(.synced, scope: ""))) == [
        "log downloads/volsync-src-prowlarr-nfs-bbbbb"
      ] || scene.take(.timer) == ["log downloads/volsync-src-prowlarr-nfs-bbbbb"])
  }

  @Test func `decides nothing while pods are not followed`() throws {
    var scene = UnlockScene()
    _ = try begun(&scene)
    let silence = KubernetesError(.unreachable, "watch pods", detail: "no answer")
    _ = scene.take(.changed(.pods(.interrupted(silence), scope: "")))
    let beginning = scene.take(after: .seconds(3600), .timer)
    #expect(!beginning.contains { $0.hasPrefix("create") || $0.hasPrefix("write record") })
    #expect(!scene.helm.picture.isCurrent)
    #expect(scene.helm.picture.complaints.count == 1)
  }

  @Test func `begins nothing by an answer that comes while pods are not followed`() throws {
    var scene = UnlockScene()
    try scene.makeHolderDepart()
    _ = scene.take(.changed(.pods(.added(UnlockScene.pod()), scope: ""))) + scene.take(.timer)
    let uid = try #require(Self.podUID)
    let lines = scene.take(.log(UnlockScene.key, uid, UnlockScene.log))
    #expect(lines.contains("read record"))
    let silence = KubernetesError(.unreachable, "watch pods", detail: "no answer")
    _ = scene.take(.changed(.pods(.interrupted(silence), scope: "")))
    let answered = scene.take(
      .answered(UnlockScene.key, UnlockScene.repository, 1, .record(nil, version: nil)))
    #expect(!answered.contains { $0.hasPrefix("write record") || $0.hasPrefix("create") })
    _ = scene.take(.changed(.pods(.resumed, scope: "")))
    let later = (0..<8).flatMap { _ in scene.take(after: .seconds(5), .timer) }
    #expect(later.contains { $0.hasPrefix("read record") || $0.hasPrefix("write record") })
  }

  @Test func `looks at what has come before an answer leads to anything`() throws {
    var scene = UnlockScene()
    try scene.makeHolderDepart()
    _ = scene.take(.changed(.pods(.added(UnlockScene.pod()), scope: ""))) + scene.take(.timer)
    let uid = try #require(Self.podUID)
    _ = scene.take(.log(UnlockScene.key, uid, UnlockScene.log))
    // A mover begins in the very moment in which the record is read.
    let lines = scene.take(
      after: .milliseconds(10),
      .answered(UnlockScene.key, UnlockScene.repository, 1, .record(nil, version: nil)),
      .changed(
        .pods(.added(UnlockScene.pod("volsync-src-prowlarr-nfs-ccccc", isRunning: true)), scope: "")
      ))
    #expect(!lines.contains { $0.hasPrefix("write record [\"") }, "\(lines)")
    #expect(scene.helm.picture.repositories.first?.state.word == "waiting")
  }

  @Test func `says nothing of locks before logs and records are read`() throws {
    var scene = UnlockScene()
    _ = scene.take(UnlockScene.beginning())
    _ = scene.take(.timer)
    let keeper = try #require(scene.helm.seats[UnlockScene.key]).keeper
    #expect(keeper.status.monitor.condition("LocksClear") == nil)
    #expect(keeper.status.monitor.condition("SettingsAccepted")?.isTrue == true)
  }

  @Test func `keeps two monitors apart that cover one repository`() throws {
    var scene = UnlockScene()
    let two = [UnlockScene.monitor("main"), UnlockScene.monitor("second")]
    let lines = try scene.runThroughOneUnlock(monitors: two)
    #expect(lines.filter { $0.hasPrefix("create") } == ["create downloads"])
    #expect(scene.helm.picture.repositories.allSatisfy { $0.state == .idle })
  }

  @Test func `writes a status once, and again after a conflict with the object that came since`()
    throws
  {
    var scene = UnlockScene()
    var lines = scene.take(UnlockScene.beginning(monitors: [UnlockScene.monitor()]))
    #expect(lines.contains("status of ops/main: Active"))
    lines = scene.take(.statusWritten(UnlockScene.key, .conflict))
    #expect(!lines.contains { $0.hasPrefix("status") })
    lines = scene.take(after: .seconds(5), .monitor(.modified(UnlockScene.monitor(version: "2"))))
    #expect(lines.contains("status of ops/main: Active"))
    let written = try #require(scene.helm.seats[UnlockScene.key]).keeper.status.monitor
    #expect(written.metadata.resourceVersion?.description == "2")
    _ = scene.take(.statusWritten(UnlockScene.key, .written(written)))
    lines = scene.take(after: .seconds(60), .timer)
    #expect(!lines.contains { $0.hasPrefix("status") })
  }

  @Test func `does nothing by settings that are wrong, and says so`() {
    var scene = UnlockScene()
    let bad = UnlockScene.monitor(spec: ["enabled": true, "maxConcurrentUnlocks": "many"])
    let lines = scene.take(UnlockScene.beginning(monitors: [bad])) + scene.take(.timer)
    #expect(lines.contains { $0.hasPrefix("error: bad settings") })
    #expect(lines.contains("status of ops/main: Error"))
    #expect(!lines.contains { $0.hasPrefix("log") || $0.hasPrefix("read") })
    let document = VolSyncDocument(picture: scene.helm.picture, time: .now())
    #expect(document.result == .unconfigured)
  }

  @Test func `names a type that the cluster lacks, once, and goes on when it comes`() {
    var scene = UnlockScene()
    let missing = KubernetesError(.notFound, "list volsyncmonitors in all namespaces")
    let beginning = UnlockScene.beginning(monitors: []).map { signal -> UnlockHelm.Signal in
      if case .monitor(.synced) = signal { .monitor(.interrupted(missing)) } else { signal }
    }
    var lines = scene.take(beginning) + scene.take(.timer)
    #expect(lines == ["warn: cannot read all of the cluster"])
    #expect(scene.helm.picture.isSettled)
    #expect(VolSyncDocument(picture: scene.helm.picture, time: .now()).result == .unconfigured)
    #expect(
      scene.helm.picture.complaints.first?.hasPrefix("the cluster has no VolSyncMonitor") == true)
    lines = scene.take(.monitor(.added(UnlockScene.monitor())), .monitor(.synced))
    lines += scene.take(.timer)
    #expect(lines.contains("log downloads/volsync-src-prowlarr-nfs-bbbbb"))
    #expect(scene.helm.picture.complaints == [])
  }

  @Test func `looks with the usual settings where a dry run finds no monitor, and changes nothing`()
    throws
  {
    var scene = UnlockScene(isDryRun: true)
    let begun = scene.take(UnlockScene.beginning(monitors: [])) + scene.take(.timer)
    let key = MonitorKey(namespace: "", name: "usual settings", isObject: false)
    #expect(begun == ["log downloads/volsync-src-prowlarr-nfs-bbbbb"])
    _ = scene.take(.log(key, try #require(Self.podUID), UnlockScene.log))
    let name = UnlockScene.repository
    let lines = scene.take(
      .answered(key, name, 1, .record(nil, version: nil)))
    #expect(lines.filter { !$0.hasPrefix("info") } == [])
    #expect(scene.helm.picture.isSettled)
    let repository = try #require(scene.helm.picture.repositories.first)
    #expect(repository.name == name)
    #expect(repository.plan != nil)
    #expect(
      VolSyncDocument(picture: scene.helm.picture, isDryRun: true, time: .now()).result == .locked)
  }

  @Test func `forgets a monitor that is deleted`() throws {
    var scene = UnlockScene()
    _ = try begun(&scene)
    let gone = WatchChange<VolSyncMonitor>.Departed(
      key: ObjectKey(namespace: "ops", name: "main"), uid: "uid-main", last: nil)
    #expect(scene.take(.monitor(.deleted(gone))) == [])
    #expect(scene.take(after: .seconds(600), .timer) == [])
    #expect(scene.helm.picture.repositories.isEmpty)
  }

  @Test func `drops the counts of a monitor that is deleted, also while another one led`() throws {
    var scene = UnlockScene()
    _ = try begun(&scene)
    #expect(scene.helm.counts.turns.count == 1)
    let counts = scene.helm.counts
    let gone = WatchChange<VolSyncMonitor>.Departed(
      key: ObjectKey(namespace: "ops", name: "main"), uid: "uid-main", last: nil)
    _ = scene.take(.monitor(.deleted(gone)))
    #expect(scene.helm.counts.turns.isEmpty)

    var later = UnlockScene()
    later.helm.counts = counts
    _ = later.take(UnlockScene.beginning(monitors: [UnlockScene.monitor("other")]))
    #expect(later.helm.counts.turns.keys.allSatisfy { $0.name == "other" })
  }

  @Test func `knows an object once, by its latest uid, and only so many repositories`() throws {
    var scene = UnlockScene()
    _ = try begun(&scene)
    #expect(scene.helm.owners[UnlockScene.repository]?.map(\.uid?.description) == ["uid-rs"])
    let known = try #require(scene.helm.seats[UnlockScene.key]).monitor.machines.values.first
    var failure = try #require(known?.failures.first)
    func detect(_ owner: Mover.Owner?, at repository: RepositoryIdentity) {
      failure.owner = owner
      var deeds: [UnlockHelm.Deed] = []
      scene.helm.carry(
        [.tell(repository, .detected(failure))], of: UnlockScene.key, at: scene.now,
        wall: scene.wall, &deeds)
    }
    var owner = try #require(failure.owner)
    owner.uid = nil
    detect(owner, at: UnlockScene.repository)
    #expect(scene.helm.owners[UnlockScene.repository]?.map(\.uid?.description) == ["uid-rs"])
    owner.uid = try UID("uid-anew")
    detect(owner, at: UnlockScene.repository)
    #expect(scene.helm.owners[UnlockScene.repository]?.map(\.uid?.description) == ["uid-anew"])
    for number in 0..<1000 {
      detect(owner, at: .secret(namespace: "downloads", name: "s\(number)", key: "KEY"))
    }
    #expect(scene.helm.owners.count <= UnlockHelm.ownersLimit)
    #expect(scene.helm.owners[UnlockScene.repository] != nil)
  }

  @Test func `counts failures of Jobs that belong to nobody without their names`() throws {
    var scene = UnlockScene()
    _ = try begun(&scene)
    let known = try #require(scene.helm.seats[UnlockScene.key]).monitor.machines.values.first
    var failure = try #require(known?.failures.first)
    failure.owner = nil
    for number in 1...3 {
      failure.jobUID = try UID("uid-\(number)")
      failure.jobName = "restic-\(number)"
      var deeds: [UnlockHelm.Deed] = []
      scene.helm.carry(
        [.tell(UnlockScene.repository, .detected(failure))], of: UnlockScene.key, at: scene.now,
        wall: scene.wall, &deeds)
    }
    let nameless = scene.helm.counts.detected.filter { $0.key.subject.object.isEmpty }
    #expect(nameless.values.map { $0 } == [3])
    #expect(scene.helm.counts.detected.count == 2)
  }

  @Test func `tells what another life has told only to itself`() throws {
    var scene = UnlockScene()
    _ = try begun(&scene)
    let status = try #require(scene.helm.seats[UnlockScene.key]).keeper.status.monitor
    var later = UnlockScene()
    var lines = later.take(UnlockScene.beginning(monitors: [status])) + later.take(.timer)
    lines += later.take(.log(UnlockScene.key, try #require(Self.podUID), UnlockScene.log))
    #expect(lines.filter { $0.hasPrefix("warn") } == [])
    #expect(later.helm.counts.detected.isEmpty)
  }

  @Test func `tells of lock rot once`() {
    var scene = UnlockScene()
    var beginning = UnlockScene.beginning()
    beginning += [
      .changed(
        .sources(
          .modified(
            UnlockScene.source(status: [
              "lastSyncTime": "2027-01-15T07:00:00Z",
              "restic": ["lastPruned": "2026-12-01T00:00:00Z"],
            ])), scope: ""))
    ]
    var lines = scene.take(beginning) + scene.take(.timer)
    #expect(lines.contains("warn: lock rot (LockRot on downloads/prowlarr-nfs)"))
    lines = scene.take(after: .seconds(60), .timer)
    #expect(!lines.contains { $0.hasPrefix("warn: lock rot") })
    #expect(scene.helm.picture.rot.map(\.kind) == [.prune])
  }
}
