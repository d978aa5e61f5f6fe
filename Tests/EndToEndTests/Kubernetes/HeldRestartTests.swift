import JSONValue
import StubAPIServer
import Testing
import TimeText

@Suite(.serialized, .timeLimit(.minutes(3)))
struct `A restart that has to wait` {
  /// Breaks the mount of an armed pod, and waits until its restart is held.
  /// Returns what the watchdog says while it holds: between two tries it is acting.
  private func hold(
    in cluster: TestCluster, because reason: String
  ) async throws -> (pod: TestPod, told: JSONValue) {
    let pod = try await cluster.waitUntilArmed()
    try pod.breakMount()
    try await cluster.wait(until: pod, is: reason)
    try await cluster.watch(for: .milliseconds(800)) {
      #expect(cluster.removed == [])
      #expect([reason, "acting"].contains(await pod.state()))
    }
    let told = try await cluster.wait(until: pod, is: reason)
    #expect((try await pod.metric("holds_total{reason=\"\(reason)\"}") ?? 0) >= 1)
    return (pod, told)
  }

  @Test func `does so for a disruption budget, until that lets it go`() async throws {
    var options = TestCluster.Options()
    options.watchdog = ["maxRetries": 1000]
    options.prepare = { $0.create(TestCluster.disruptionBudget("plex", minAvailable: 1)) }
    try await TestCluster.with(options) { cluster in
      let (pod, told) = try await hold(in: cluster, because: "blockedByDisruptionBudget")
      #expect(Set(cluster.removals) == ["POST 429"])
      #expect(pod.restarts.count == 1)
      let text = told["explanation"]?.stringValue ?? ""
      #expect(text.contains("The disruption budget plex needs 1 healthy pods"), "\(text)")
      #expect((try await pod.metric("restarts_total{outcome=\"blocked\"}") ?? 0) >= 1)

      cluster.server.withCluster {
        $0.remove("PodDisruptionBudget", "plex", in: TestCluster.namespace)
      }
      _ = try await cluster.waitForReplacement(of: pod)
      #expect(cluster.removals.last == "POST 201")
      #expect(cluster.removed == [pod.uid])
      #expect(pod.restarts.count == 1)
    }
  }

  @Test func `does so for two budgets, and gives its place back when it is stopped`() async throws {
    var options = TestCluster.Options()
    options.watchdog = ["maxRetries": 1000]
    options.prepare = { stub in
      for name in ["plex", "all"] {
        stub.create(TestCluster.disruptionBudget(name, minAvailable: 0))
      }
    }
    try await TestCluster.with(options) { cluster in
      let pod = try await hold(in: cluster, because: "blockedByDisruptionBudget").pod
      #expect(Set(cluster.removals) == ["POST 500"])
      #expect(cluster.claims.count == 1)
      let end = try await pod.sidecar.terminate()
      #expect(end.ending == .exited(0))
      #expect(cluster.claims == [])
      #expect(cluster.history == [])
    }
  }

  @Test func `does so where the pod is going anyway`() async throws {
    var options = TestCluster.Options()
    options.endsPods = false
    try await TestCluster.with(options) { cluster in
      let pod = try await cluster.waitUntilArmed()
      cluster.server.withCluster { stub in
        let now = stub.now.rfc3339()
        stub.change("Pod", pod.name, in: TestCluster.namespace) { pod in
          pod["metadata"]?["deletionTimestamp"] = .string(now)
          pod["metadata"]?["deletionGracePeriodSeconds"] = 3600
        }
      }
      try pod.breakMount()
      try await cluster.wait(until: pod, is: "waitingForPodToGo")
      try await cluster.watch(for: .seconds(1)) {
        #expect(await pod.state() == "waitingForPodToGo")
      }
      #expect(cluster.removals == [])
    }
  }

  @Test(arguments: [(false, "POST 409"), (true, "POST 401")])
  func `does not touch the pod that took its name meanwhile`(
    _ bindsTokens: Bool, _ answer: String
  ) async throws {
    var options = TestCluster.Options()
    options.bindsTokens = bindsTokens
    options.endsPods = false
    options.setUp = { server in
      server.inject(
        StubFault(
          .delay(.seconds(3)), where: StubFault.requests("POST", containing: "/eviction")))
    }
    try await TestCluster.with(options) { cluster in
      let pod = try await cluster.waitUntilArmed()
      try pod.breakMount()
      try await cluster.wait(for: "it asks to be evicted") { pod.restarts.count == 1 }
      cluster.server.withCluster { $0.remove("Pod", pod.name, in: TestCluster.namespace) }
      try await cluster.wait(for: "the next pod") { cluster.pods.count == 2 }
      try await cluster.wait(for: "the answer") { !cluster.removals.isEmpty }
      try await cluster.wait(for: "it sees that it is gone") {
        ["waitingForPodToGo", "podMismatch", "apiUnavailable"].contains(await pod.state())
      }
      try await cluster.watch(for: .seconds(1)) { #expect(cluster.removed == [pod.uid]) }
      #expect(Set(cluster.removals) == [answer])
      #expect(try cluster.pod.uid != pod.uid)
    }
  }

  @Test func `does so where the budget is used up, and goes on with a larger one`() async throws {
    var options = TestCluster.Options()
    options.watchdog = ["budget": ["restarts": 2, "per": "1h", "spacing": "0s"]]
    options.prepare = { stub in
      let ages: [Duration] = [.seconds(600), .seconds(60)]
      let history = ages.map { "\((stub.now - $0).rfc3339()) plex-0 \(RefusedUID.any) 1" }
      stub.create(TestCluster.lease(history: history))
    }
    try await TestCluster.with(options) { cluster in
      let (pod, told) = try await hold(in: cluster, because: "budgetExhausted")
      #expect(told["state"]?.stringValue == "spent")
      #expect(told["until"]?.stringValue?.isEmpty == false)
      #expect(pod.says("restart held", "reason", "budgetExhausted"))
      #expect(try await pod.metric("budget_left") == 0)
      #expect(cluster.removals == [])
      #expect(cluster.history.count == 2)

      try pod.reconfigure { $0["watchdog"]?["budget"]?["restarts"] = 5 }
      _ = try await cluster.waitForReplacement(of: pod)
      try await cluster.wait(for: "the claim is settled") { cluster.claims == [] }
      #expect(cluster.history.count == 3)
    }
  }

  @Test func `does so soon after the last one`() async throws {
    var options = TestCluster.Options()
    options.watchdog = ["budget": ["spacing": "15s"]]
    try await TestCluster.with(options) { cluster in
      // The time runs from here: it must not be over before the mount is seen to be broken.
      try await cluster.waitUntilArmed()
      cluster.server.withCluster { stub in
        let line = "\(stub.now.rfc3339(fractionDigits: 3)) plex-0 \(RefusedUID.any) 1"
        stub.create(TestCluster.lease(history: [line]))
      }
      let pod = try await hold(in: cluster, because: "spacing").pod
      _ = try await cluster.waitForReplacement(of: pod)
      #expect(cluster.removed == [pod.uid])
    }
  }

  @Test func `does so where what is remembered cannot be read`() async throws {
    var options = TestCluster.Options()
    options.prepare = { $0.create(TestCluster.lease(history: ["yesterday, I think"])) }
    try await TestCluster.with(options) { cluster in
      let pod = try await hold(in: cluster, because: "recordUnreadable").pod
      #expect(pod.says("restart held", "reason", "recordUnreadable"))
      #expect(cluster.history == ["yesterday, I think"])
    }
  }

  @Test func `goes after the one of another pod`() async throws {
    var options = TestCluster.Options()
    options.replicas = 2
    try await TestCluster.with(options) { cluster in
      try await cluster.waitUntilArmed(2)
      let both = cluster.pods
      for pod in both { try pod.breakMount() }
      var most = 0
      // The second may meet the first one's claim twice, with 10 to 20 s between two looks.
      try await cluster.wait(for: "two replacements", within: .seconds(90)) {
        let alive = Set(cluster.pods.filter { $0.end == nil }.map(\.name))
        most = max(most, 2 - alive.count)
        return cluster.pods.count == 4 && cluster.claims == []
      }
      #expect(most == 1)
      #expect(Set(cluster.removed) == Set(both.map(\.uid)))
      #expect(cluster.removals == ["POST 201", "POST 201"])
      let second = try #require(both.first { $0.uid == cluster.removed.last })
      #expect(second.says("restart held", "reason", "concurrency"))
      try await cluster.waitUntilArmed(2)
    }
  }

  @Test func `says only what it would do in a dry run`() async throws {
    var options = TestCluster.Options()
    options.watchdog = ["dryRun": true]
    try await TestCluster.with(options) { cluster in
      let pod = try await hold(in: cluster, because: "dryRun").pod
      #expect(pod.says("restart held", "reason", "dryRun"))
      #expect(pod.restarts.isEmpty)
      #expect(cluster.lease == nil)
      #expect(cluster.removals == [])

      try pod.reconfigure { $0["watchdog"]?["dryRun"] = false }
      _ = try await cluster.waitForReplacement(of: pod)
      #expect(cluster.removed == [pod.uid])
    }
  }
}

/// A uid that no pod of a test has.
enum RefusedUID {
  static let any = "0c1b1f2e-8f63-4c75-9d0c-5a4a5c1c6f00"
}
