import JSONValue
import Testing
import TimeText

@testable import K8sClient

private func answer(_ scenario: String, _ index: Int) throws -> JSONValue {
  try #require(try Transcript.named(scenario).exchanges[index].response.json)
}

@Suite struct `A pod` {
  @Test func `of a failed mover tells how it ended`() throws {
    let list = try ObjectList<Pod>(checking: answer("job-volsync-lock-failure", 2))
    let pod = try #require(list.items.first)
    #expect(pod.phase == .failed)
    #expect(pod.isFinished)
    #expect(!pod.isReady)
    #expect(!pod.isTerminating)
    #expect(pod.nodeName == "fake-node")
    #expect(pod.startTime?.description == "2026-11-21T02:21:04Z")
    let status = try #require(pod.status(of: ContainerName("restic")))
    #expect(status.termination?.exitCode == 3)
    #expect(status.termination?.reason == "Error")
    #expect(status.termination?.message == "failure locking repository")
    guard case .terminated(let end)? = status.state else {
      Issue.record("it ended")
      return
    }
    #expect(end.finishedAt?.description == "2026-11-21T02:21:05Z")
    #expect(status.lastState == nil)
    let container = try #require(pod.containers.first)
    #expect(container.image == "registry.example/volsync:0.15")
    #expect(container.command == ["/mover-restic/entry.sh"])
    #expect(container.arguments == ["backup"])
    #expect(container.variable("DATA_DIR")?.value == "/data")
    #expect(
      container.variable("RESTIC_REPOSITORY")?.source
        == .secret(name: "prowlarr-volsync-nfs", key: "RESTIC_REPOSITORY", isOptional: false))
    #expect(container.variable("nothing") == nil)
    #expect(pod.metadata.controller?.isOf(Job.type) == true)
    #expect(pod.metadata.controller?.isOf(Pod.type) == false)
  }

  @Test func `that is going has until then`() throws {
    let pod = try Pod(checking: answer("pod-delete-preconditions", 3))
    #expect(pod.isTerminating)
    #expect(pod.metadata.deletionTimestamp != nil)
    #expect(pod.metadata.deletionGracePeriod != nil)
  }

  @Test func `that crashes waits and remembers`() throws {
    let pod = try Pod(checking: answer("pod-log", 18))
    let status = try #require(pod.containerStatuses.first)
    #expect(status.restartCount > 0)
    #expect(status.lastTermination?.exitCode != nil)
    guard case .waiting(let reason, _)? = status.state else {
      Issue.record("it waits")
      return
    }
    #expect(reason == "CrashLoopBackOff")
  }

  @Test func `has an environment from everywhere`() throws {
    let container = Container(
      json: try JSONValue(
        parsing: """
          {"env":[{"name":"A"},{"name":"B","valueFrom":{"configMapKeyRef":{"name":"c","key":"k",
          "optional":true}}},{"name":"C","valueFrom":{"fieldRef":{"fieldPath":"metadata.name"}}},
          {"name":"D","valueFrom":{"resourceFieldRef":{}}},{"name":"A","value":"2"}],
          "envFrom":[{"prefix":"P_","secretRef":{"name":"s","optional":true}},
          {"configMapRef":{"name":"m"}}]}
          """))
    #expect(
      container.environment.map(\.source) == [
        .value(""), .configMap(name: "c", key: "k", isOptional: true), .field("metadata.name"),
        .other, .value("2"),
      ])
    #expect(container.variable("A")?.value == "2")
    #expect(container.environmentSources.map(\.secretName) == ["s", nil])
    #expect(container.environmentSources.map(\.configMapName) == [nil, "m"])
    #expect(container.environmentSources.map(\.prefix) == ["P_", ""])
    #expect(container.environmentSources.map(\.isOptional) == [true, false])
  }
}

@Suite struct `A Job` {
  @Test func `that failed says why`() throws {
    let first = try Job(checking: answer("job-volsync-lock-failure", 1))
    #expect(first.failed == 1)
    #expect(first.active == 0)
    #expect(first.backoffLimit == 2)
    #expect(!first.isFinished)
    #expect(first.metadata.controller?.isOf(ReplicationSource.type) == true)
    #expect(first.template.containers.first?.name == "restic")
    let last = try Job(checking: answer("job-volsync-lock-failure", 3))
    #expect(last.isFailed)
    #expect(last.isFinished)
    #expect(last.failure?.reason == "BackoffLimitExceeded")
    #expect(last.failed == 3)
  }

  @Test func `that is about to fail has not`() throws {
    let failing = try Job(checking: answer("job-failuretarget-before-failed", 1))
    #expect(failing.isFailing)
    #expect(!failing.isFailed)
    #expect(!failing.isFinished)
    #expect(failing.failure?.reason == "DeadlineExceeded")
    let failed = try Job(checking: answer("job-failuretarget-before-failed", 2))
    #expect(failed.isFailed)
    #expect(!failed.isFailing)
  }
}

@Suite struct `A workload` {
  @Test func `is rolled out when its controller says so of the last change`() throws {
    let deployment = try Deployment(checking: answer("owner-chain-and-replacement", 2))
    #expect(deployment.isRolledOut)
    #expect(deployment.replicas == 1)
    var changed = deployment
    changed.metadata.generation = (deployment.metadata.generation ?? 0) + 1
    #expect(!changed.isRolledOut)
    changed = deployment
    changed.replicas = 2
    #expect(!changed.isRolledOut)
    let replicaSet = try ReplicaSet(checking: answer("owner-chain-and-replacement", 1))
    #expect(replicaSet.isRolledOut)
    #expect(replicaSet.metadata.controller?.isOf(Deployment.type) == true)
  }

  @Test func `is made anew by the patch that kubectl makes`() throws {
    let recorded = try Transcript.named("deployment-restart").exchanges[1].request
    let time = try Timestamp(rfc3339: "2026-01-02T03:04:05.9Z")
    let patch = Deployment.restartPatch(at: time)
    #expect(patch.json == recorded.body)
    #expect(patch.contentType == recorded.contentType)
  }

  @Test func `on every node counts nodes`() {
    var set = DaemonSet(json: ["metadata": ["generation": 2]])
    set.json["status"] = [
      "desiredNumberScheduled": 3, "currentNumberScheduled": 3, "updatedNumberScheduled": 3,
      "numberReady": 3, "numberAvailable": 2, "observedGeneration": 2,
    ]
    #expect(!set.isRolledOut)
    set[integer: "status", "numberAvailable"] = 3
    #expect(set.isRolledOut)
  }
}

@Suite struct `A Lease` {
  @Test func `is written as it was recorded`() throws {
    let recorded = try Transcript.named("lease-leader-election").exchanges[1].request
    var lease = Lease(named: try ObjectName("homelab-controller"), in: try Namespace("media"))
    let now = try Timestamp(rfc3339: "2026-01-02T03:04:05Z")
    lease.holderIdentity = "a-0"
    lease.leaseDuration = .seconds(15)
    lease.acquireTime = now
    lease.renewTime = now
    lease.leaseTransitions = 0
    #expect(lease.json.text() == recorded.body?.text())
    #expect(lease.renewTime == now)
    #expect(lease.leaseDuration == .seconds(15))
  }
}

@Suite struct `A Secret` {
  @Test func `shows its metadata and nothing that it holds`() throws {
    let json = try JSONValue(
      parsing: """
        {"apiVersion":"v1","kind":"Secret","metadata":{"name":"s","namespace":"n",
        "annotations":{"kubectl.kubernetes.io/last-applied-configuration":"hunter2","a":"b"},
        "managedFields":[{"x":"hunter2"}]},"data":{"p":"hunter2"},"stringData":{"p":"hunter2"},
        "type":"Opaque"}
        """)
    var secret = try SecretMetadata(checking: json)
    #expect(secret.metadata.name?.description == "s")
    #expect(secret.metadata.annotations == ["a": "b"])
    secret.json["data"] = ["p": "hunter2"]
    secret[text: "stringData", "p"] = "hunter2"
    #expect(!secret.json.text().contains("hunter2"))
    #expect(!"\(secret)".contains("hunter2"))
    #expect(SecretMetadata(json: "hunter2").json == [:])
    let partial: JSONValue = [
      "kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1", "metadata": ["name": "s"],
    ]
    #expect(try SecretMetadata(checking: partial).json == partial)
  }
}

@Suite struct `What VolSync has` {
  @Test func `is read`() throws {
    let source = try ReplicationSource(checking: answer("replicationsource-unlock-patch", 5))
    #expect(source.sourcePVC == "prowlarr")
    #expect(source.usesRestic)
    #expect(source.repositorySecretName == "prowlarr-volsync-nfs")
    #expect(source.unlock == "unlock-1735787045")
    #expect(source.lastUnlocked == source.unlock)
    #expect(source.schedule == "0 3 * * *")
    #expect(source.lastSyncTime?.description == "2026-01-02T03:04:05Z")
    #expect(source.lastSyncStartTime == nil)
    #expect(source.latestMoverStatus?.result == "Successful")
    #expect(source.latestMoverStatus?.isFailed == false)
    #expect(source.condition("Synchronizing")?.isTrue == false)
    #expect(source.condition("Synchronizing")?.reason == "WaitingForSchedule")
  }

  @Test func `is unlocked by the patches that were recorded`() throws {
    let exchanges = try Transcript.named("replicationsource-unlock-patch").exchanges
    #expect(
      ReplicationSource.unlockPatch("unlock-1735787045").json == exchanges[4].request.body)
    #expect(ReplicationSource.unlockPatch(nil).json == exchanges[6].request.body)
    let tied = ReplicationSource.unlockPatch("x", onlyIf: try ResourceVersion("7"))
    #expect(tied.isTiedToObject)
    #expect(!ReplicationSource.unlockPatch("x").isTiedToObject)
  }

  @Test func `is looked after as a monitor says`() throws {
    var monitor = try VolSyncMonitor(checking: answer("custom-resource-lifecycle", 7))
    #expect(monitor.phase == .active)
    #expect(monitor.unlockJobTemplate?.image == "registry.example/restic:0.17")
    #expect(monitor.unlockJobTemplate?.arguments == ["unlock"])
    #expect(monitor[.unlocksCreated] == 0)
    monitor[.unlocksCreated] += 1
    monitor.phase = .paused
    let time = try Timestamp(rfc3339: "2026-01-02T03:04:05Z")
    monitor.processedJobs.append(
      ProcessedJob(
        jobName: "j", namespace: try Namespace("media"), processedTime: time,
        unlockJobName: "u", isRemoved: false, lockError: "locked"))
    monitor.activeUnlocks = [
      ActiveUnlock(
        appName: "a", namespace: try Namespace("media"), objectName: "o", jobName: "u",
        startTime: time)
    ]
    #expect(monitor.json["status"]?["totalUnlocksCreated"] == 1)
    #expect(monitor.processedJobs.first?.processedTime == time)
    #expect(monitor.activeUnlocks.first?.jobName == "u")
    #expect(throws: Never.self) { try VolSyncMonitor(checking: monitor.json) }
  }
}
