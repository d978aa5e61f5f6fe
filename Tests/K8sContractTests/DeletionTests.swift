import JSONValue
import K8sClient
import StubAPIServer
import Testing

@Suite(.timeLimit(.minutes(5))) struct `Deleting` {
  @Test func `hits only the object that is meant`() async throws {
    try await Arena.with { arena in
      let maps = try arena.resource(ConfigMap.self)
      let old = try await maps.create(arena.configMap("one"))
      let oldUID = try #require(old.metadata.uid)
      try await maps.delete("one", onlyIf: .uid(oldUID))
      let new = try await maps.create(arena.configMap("one"))
      #expect(new.metadata.uid != oldUID)
      let error = try await failure { try await maps.delete("one", onlyIf: .uid(oldUID)) }
      #expect(error.code == .conflict)

      let stale = try #require(new.metadata.resourceVersion)
      let changed = try await maps.patch("one", .merge(["data": ["a": "1"]]))
      let late = try await failure {
        try await maps.delete("one", onlyIf: .resourceVersion(stale))
      }
      #expect(late.code == .conflict)
      #expect(try await maps.get("one") == changed)
      let version = try #require(changed.metadata.resourceVersion)
      let uid = try #require(new.metadata.uid)
      try await maps.delete(
        "one", onlyIf: .init(uid: uid, resourceVersion: version))
      #expect(try await maps.find("one") == nil)
      let gone = try await failure { try await maps.delete("one", onlyIf: .uid(uid)) }
      #expect(gone.code == .notFound)
    }
  }

  @Test func `gives a pod its grace, and names the time`() async throws {
    try await Arena.with { arena in
      let pods = try arena.resource(Pod.self)
      let pod = try await arena.runningPod(try arena.pod("graceful", runs: "exec sleep 3600"))
      let uid = try #require(pod.metadata.uid)
      let deletion = try await pods.delete("graceful", onlyIf: .uid(uid), gracePeriod: .seconds(1))
      guard case .going(let going) = deletion else {
        Issue.record("a pod is shown while it goes: \(deletion)")
        return
      }
      #expect(going.isTerminating)
      #expect(going.metadata.uid == uid)
      #expect(going.metadata.deletionGracePeriod == .seconds(1))
      let isGone = try await eventually(within: .seconds(60)) {
        try await pods.find("graceful")?.metadata.uid != uid
      }
      #expect(isGone)
    }
  }

  @Test func `removes a pod at once with a grace of zero`() async throws {
    try await Arena.with { arena in
      let pods = try arena.resource(Pod.self)
      _ = try await arena.runningPod(try arena.pod("sudden"))
      try await pods.delete("sudden", onlyIf: nil, gracePeriod: .zero)
      #expect(try await pods.find("sudden") == nil)
    }
  }

  @Test func `leaves what an object owns behind, or takes it along`() async throws {
    try await Arena.with { arena in
      let jobs = try arena.resource(Job.self)
      let pods = try arena.resource(Pod.self)
      for (name, propagation) in [
        ("orphaning", DeleteOptions.Propagation.orphan), ("sweeping", .background),
      ] {
        var job = Job(named: try ObjectName(name), in: arena.namespace)
        let template = try arena.pod("any", exitsAfter: 600).json["spec"] ?? .null
        job.json["spec"] = ["template": ["spec": template]]
        _ = try await jobs.create(job)
        let mine = try LabelSelector.label("batch.kubernetes.io/job-name", name)
        let hasPod = try await eventually { try await pods.list(matching: mine).items.count == 1 }
        #expect(hasPod)
        try await jobs.delete(name, onlyIf: nil, propagation: propagation)
        let isGone = try await eventually { try await jobs.find(name) == nil }
        #expect(isGone)
        if propagation == .orphan {
          let owners = try await pods.list(matching: mine).items.map(\.metadata.ownerReferences)
          #expect(owners == [[]])
        } else {
          let isSwept = try await eventually(within: .seconds(60)) {
            try await pods.list(matching: mine).items.allSatisfy(\.isTerminating)
          }
          #expect(isSwept)
        }
      }
    }
  }

  @Test func `evicts a pod unless its budget forbids it`() async throws {
    try await Arena.with { arena in
      let pods = try arena.resource(Pod.self)
      let budgets = try arena.resource(DisruptionBudget.self)
      let pod = try await arena.runningPod(try arena.pod("guarded", labels: ["app": "guarded"]))
      let uid = try #require(pod.metadata.uid)
      var budget = DisruptionBudget(named: try ObjectName("all"), in: arena.namespace)
      budget.json["spec"] = ["minAvailable": 1, "selector": ["matchLabels": ["app": "guarded"]]]
      _ = try await budgets.create(budget)
      let isCounted = try await eventually {
        let budget = try await budgets.get("all")
        return budget.isObserved && budget.healthyPods == 1
      }
      #expect(isCounted)

      let blocked = try await failure { try await pods.evict("guarded", onlyIf: .uid(uid)) }
      #expect(blocked.isBlockedByDisruptionBudget)
      #expect(blocked.code == .tooManyRequests)
      #expect(blocked.description.contains("disruption budget"), "\(blocked)")
      #expect(try await !pods.get("guarded").isTerminating)
      // A budget that forbids is an answer; nobody knocks again on his own.
      if let stub = arena.stub {
        #expect(stub.log.filter { $0.line.hasSuffix("/eviction") }.map(\.status) == [429])
      }

      try await budgets.delete("all", onlyIf: nil)
      let stranger = try UID("00000000-0000-4000-8000-000000000000")
      let wrong = try await failure { try await pods.evict("guarded", onlyIf: .uid(stranger)) }
      #expect(wrong.code == .conflict)
      try await pods.evict("guarded", onlyIf: .uid(uid), isDryRun: true)
      #expect(try await !pods.get("guarded").isTerminating)
      try await pods.evict("guarded", onlyIf: .uid(uid))
      let isGone = try await eventually(within: .seconds(60)) {
        try await pods.find("guarded") == nil
      }
      #expect(isGone)
    }
  }
}
