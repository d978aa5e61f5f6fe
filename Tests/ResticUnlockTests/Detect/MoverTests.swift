import JSONValue
import K8sClient
import Pacing
import Testing

@testable import ResticUnlock

@Suite struct `A mover` {
  private let rules = MoverRules()

  @Test func `is known by its owner, then its label, then its name`() throws {
    let owned = try #require(Mover(job: Objects.job(), rules: rules))
    #expect(owned.recognition == .owner && owned.owner?.name == "app")
    #expect(owned.owner?.kind == .source && owned.jobUID?.description == "uid-job")
    let labelled = try #require(Mover(job: Objects.job("x", owner: nil), rules: rules))
    #expect(labelled.recognition == .label && labelled.owner == nil)
    let named = try #require(Mover(job: Objects.job(owner: nil, labels: [:]), rules: rules))
    #expect(named.recognition == .name && named.owner?.name == "app" && named.owner?.uid == nil)
    #expect(Mover(job: Objects.job("other", owner: nil, labels: [:]), rules: rules) == nil)
    var own = MoverRules()
    own.namePrefix = "oth"
    #expect(Mover(job: Objects.job("other", owner: nil, labels: [:]), rules: own) != nil)
  }

  @Test func `runs restic`() {
    for name in ["rclone", "rsync-tls", "syncthing"] {
      let container: JSONValue = ["name": .string(name), "command": ["/mover-\(name)/entry.sh"]]
      #expect(Mover(job: Objects.job(container: container), rules: rules) == nil)
    }
    let other: JSONValue = ["name": "backup", "command": ["restic", "backup", "--repo=/r"]]
    #expect(Mover(job: Objects.job(container: other), rules: rules)?.container == "backup")
  }

  @Test(arguments: [
    ["homelab.rafaribe.com/monitor": "main"], ["app.kubernetes.io/component": "restic-unlock"],
    ["app.kubernetes.io/component": "volsync-unlock"], ["app": "volsync-unlock"],
  ])
  func `is no unlock Job, were it called so`(_ labels: [String: String]) {
    let all = labels.merging(["app.kubernetes.io/created-by": "volsync"]) { one, _ in one }
    #expect(Mover(job: Objects.job(labels: all), rules: rules) == nil)
    var pod = Objects.pod(exit: 11)
    pod.metadata.labels = all
    #expect(FailedMover(pod: pod, job: nil, rules: rules) == nil)
  }

  @Test(arguments: ["volsync-unlock-volsync-src-app-1700000000", "mountmon-unlock-app-1234"])
  func `is no unlock Job by its name`(_ name: String) {
    #expect(Mover(job: Objects.job(name), rules: rules) == nil)
    let pod = Objects.pod("\(name)-abcde", jobName: name, exit: 11)
    #expect(FailedMover(pod: pod, job: nil, rules: rules) == nil)
  }

  @Test func `is none of its Jobs, whatever the monitor is called`() throws {
    let tale = JobCloning(
      purpose: UnlockPurpose(
        monitor: "volsync-monitor-main",
        repository: .secret(namespace: "media", name: "s", key: "RESTIC_REPOSITORY"),
        namespace: "media", owner: nil, failedJob: "volsync-src-app",
        lockError: Logs.exclusive, attempt: 1), settings: UnlockSettings())
    let made = try #require(tale.job(from: Objects.pod(exit: 11), mode: .unlock, expected: []))
    #expect(made.job.metadata.labels[OwnJob.monitorLabel] == "volsync-monitor-main")
    #expect(Mover(job: made.job, rules: rules) == nil)
    var pod = made.job.template
    pod[text: "metadata", "name"] = "\(made.name)-abcde"
    pod[text: "metadata", "namespace"] = "media"
    pod[text: "metadata", "uid"] = "uid-own"
    pod[text: "status", "phase"] = "Failed"
    #expect(FailedMover(pod: pod, job: nil, rules: rules) == nil)
  }

  @Test func `is looked at where the rules say so`() {
    var narrow = MoverRules()
    narrow.namespaces = ["other"]
    #expect(Mover(job: Objects.job(), rules: narrow) == nil)
    narrow.namespaces = ["media"]
    narrow.labels = ["tier": "one"]
    #expect(Mover(job: Objects.job(), rules: narrow) == nil)
    let labels = ["tier": "one"]
    #expect(Mover(job: Objects.job(labels: labels), rules: narrow) != nil)
  }
}

@Suite struct `A failed mover` {
  private let rules = MoverRules()
  private func failed(_ pod: Pod, _ job: Job? = nil) -> FailedMover? {
    FailedMover(pod: pod, job: job, rules: rules)
  }

  @Test func `is known by its first failed pod`() throws {
    let job = Objects.job(failed: 1)
    let mover = try #require(failed(Objects.pod(exit: 11), job))
    #expect(mover.exitCode == 11 && mover.mover.owner?.name == "app" && mover.needsLog)
    #expect(mover.finishedAt == Objects.start)
    #expect(mover.logOptions.container?.description == "restic")
  }

  @Test func `has not run well, and does not run`() {
    #expect(failed(Objects.pod()) == nil)
    #expect(failed(Objects.pod(exit: 0)) == nil)
    #expect(failed(Objects.pod(phase: .pending)) == nil)
    #expect(failed(Objects.pod(exit: 12))?.needsLog == false)
  }

  @Test func `may have a container beside it that runs on`() {
    #expect(failed(Objects.pod(phase: .running, exit: 3))?.exitCode == 3)
  }

  @Test func `is not one in which a person looks around`() {
    var pod = Objects.pod(exit: 1)
    pod.metadata.annotations = ["volsync.backube/enable-debug-mover": "1"]
    #expect(failed(pod) == nil)
  }

  @Test func `is told from the one of the next sync, which has the same name`() {
    let job = Objects.job(uid: "uid-second", owner: "app")
    let all = FailedMover.all(
      pods: [
        Objects.pod("a", jobUID: "uid-first", exit: 11),
        Objects.pod("b", jobUID: "uid-second", exit: 11, after: 60),
      ], jobs: [job], rules: rules)
    #expect(all.map { $0.mover.recognition } == [.owner, .label])
    #expect(all.map { $0.mover.jobUID?.description } == ["uid-second", "uid-first"])
  }

  @Test func `may be a restore, of which VolSync is never asked to unlock`() throws {
    var job = Objects.job("volsync-dst-app", failed: 1)
    job[value: "metadata", "ownerReferences"] = [
      [
        "apiVersion": "volsync.backube/v1alpha1", "kind": "ReplicationDestination",
        "name": "app", "uid": "uid-rd", "controller": true,
      ]
    ]
    let pod = Objects.pod("volsync-dst-app-aaaaa", jobName: "volsync-dst-app", exit: 3)
    let restore = try #require(failed(pod, job))
    #expect(restore.mover.owner?.kind == .destination)
    var destination = ReplicationDestination(json: Objects.source().json)
    destination[text: "kind"] = "ReplicationDestination"
    destination[value: "status", "latestMoverStatus"] = [
      "result": "Failed", "logs": .string(Logs.exclusive),
    ]
    let sync = try #require(FailedSync(destination, patterns: LockPatterns(), rules: rules))
    #expect(sync.owner.kind == .destination && sync.repository == restore.mover.repository)
    // A backup of the same name is none of its business.
    var tale = UnlockTale { $0.unlock.prefersVolSync = true }
    let sign = try #require(Logs.sign(3, Logs.exclusive))
    let failure = LockFailure(restore, sign: sign, seen: tale.wall)
    tale.now = tale.now + .seconds(7200)
    tale.see { $0.failures = [failure] }
    var lease = LeaseOfTale()
    tale.serve(&lease)
    if case .ask? = tale.machine.plan?.action { #expect(Bool(false)) }
    #expect(tale.machine.plan != nil)
  }

  @Test func `is remembered by VolSync`() throws {
    let status: JSONValue = [
      "latestMoverStatus": ["result": "Failed", "logs": .string(Logs.exclusive)]
    ]
    let source = Objects.source(status: status)
    let sync = try #require(FailedSync(source, patterns: LockPatterns(), rules: rules))
    #expect(sync.sign.lock?.isExclusive == true && sync.owner.kind == .source)
    let pod = try #require(failed(Objects.pod(exit: 3)))
    #expect(sync.repository == pod.mover.repository)
    #expect(FailedSync(Objects.source(), patterns: LockPatterns(), rules: rules) == nil)
  }
}
