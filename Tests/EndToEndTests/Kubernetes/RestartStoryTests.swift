import JSONValue
import StubAPIServer
import Testing

@Suite(.serialized, .timeLimit(.minutes(3)))
struct `A pod whose mount is lost` {
  @Test func `is evicted by its uid, and its replacement is well`() async throws {
    try await TestCluster.with { cluster in
      let pod = try await cluster.waitUntilArmed()
      #expect(cluster.removals == [])
      #expect(cluster.lease == nil)
      #expect(try await pod.metric("state{state=\"armed\"}") == 1)

      try pod.breakMount()
      let next = try await cluster.waitForReplacement(of: pod)
      #expect(next.name == pod.name)
      #expect(next.uid != pod.uid)
      #expect(cluster.removals == ["POST 201"])
      #expect(cluster.removed == [pod.uid])
      try check(try #require(cluster.evictions.first), of: pod)
      try check(pod)

      try await cluster.wait(for: "the claim is settled") { cluster.claims == [] }
      let entry = try #require(cluster.history.first).split(separator: " ")
      #expect(cluster.history.count == 1)
      #expect(entry.dropFirst() == ["plex-0", pod.uid[...], "1", next.uid[...]])
      try await cluster.wait(for: "it says so") {
        next.says("this pod is well: the restart that made it is over")
      }
      try await LogSchema.check(pod.sidecar.log, next.sidecar.log)
      let labels = cluster.lease?["metadata"]?["labels"]
      #expect(labels?["app.kubernetes.io/managed-by"]?.stringValue == "mountmon")
      #expect(cluster.server.violations == [])
    }
  }

  private func check(_ eviction: StubRequest, of pod: TestPod) throws {
    let body = try JSONValue(parsing: String(decoding: eviction.body, as: UTF8.self))
    #expect(body["kind"]?.stringValue == "Eviction")
    #expect(body["metadata"]?["name"]?.stringValue == pod.name)
    #expect(body["deleteOptions"]?["preconditions"]?["uid"]?.stringValue == pod.uid)
    #expect(eviction.header("User-Agent")?.hasPrefix("mountmon/") == true)
  }

  private func check(_ pod: TestPod) throws {
    let line = try #require(pod.restarts.first)
    #expect(pod.restarts.count == 1)
    #expect(line["level"]?.stringValue == "WARN")
    #expect(line["mount"]?.stringValue == pod.path("library"))
    #expect(line["name"]?.stringValue == "library")
    #expect((line["failureCount"]?.intValue ?? 0) >= 1)
    #expect(line["unhealthyDuration"]?.stringValue?.isEmpty == false)
    #expect(line["uid"]?.stringValue == pod.uid)
    #expect(line["strategy"]?.stringValue == "evict")
    #expect(pod.says("the pod is going"))
    #expect(pod.sidecar.child.ending == .exited(0))
  }

  @Test func `holds a claim in the Lease until its replacement is well`() async throws {
    var options = TestCluster.Options()
    options.isBroken = { $0 == 1 }
    options.watchdog = ["restartDelay": "1h"]
    try await TestCluster.with(options) { cluster in
      let pod = try await cluster.waitUntilArmed()
      try pod.breakMount()
      try await cluster.wait(until: pod, is: "pending")
      try pod.reconfigure { $0["watchdog"]?["restartDelay"] = "0s" }
      try await cluster.wait(for: "the next pod") { cluster.pods.count == 2 }
      let next = try cluster.pod
      try await cluster.wait(for: "it is not well") { await next.health() == "UNHEALTHY" }
      try await cluster.watch(for: .milliseconds(500)) {
        #expect(cluster.claims.map { $0.hasPrefix("plex-0 \(pod.uid) ") } == [true])
      }
      try next.mendMount()
      try await cluster.wait(for: "the claim is settled") { cluster.claims == [] }
      #expect(cluster.removed == [pod.uid])
    }
  }

  @Test(arguments: ["Deployment", "DaemonSet"])
  func `is replaced by its owner`(_ kind: String) async throws {
    var options = TestCluster.Options()
    options.kind = kind
    try await TestCluster.with(options) { cluster in
      let pod = try await cluster.waitUntilArmed()
      try pod.breakMount()
      try await cluster.wait(for: "a replacement") { cluster.pods.count == 2 }
      let next = try cluster.pod
      #expect(next.name != pod.name)
      try await cluster.wait(for: "the claim is settled") {
        cluster.lease != nil && cluster.claims == []
      }
      #expect(cluster.removed == [pod.uid])
      #expect(cluster.removals == ["POST 201"])
      try await cluster.wait(until: next, is: "armed")
    }
  }

  @Test func `knows itself by the token of its service account alone`() async throws {
    var options = TestCluster.Options()
    options.access = .serviceAccount
    options.identity = .token
    try await TestCluster.with(options) { cluster in
      let pod = try await cluster.waitUntilArmed()
      try pod.breakMount()
      let next = try await cluster.waitForReplacement(of: pod)
      #expect(cluster.removed == [pod.uid])
      #expect(next.name == pod.name)
      #expect(cluster.server.violations == [])
    }
  }

  @Test func `stays when it recovers before the delay is over`() async throws {
    var options = TestCluster.Options()
    options.watchdog = ["restartDelay": "1h"]
    try await TestCluster.with(options) { cluster in
      let pod = try await cluster.waitUntilArmed()
      try pod.breakMount()
      let watchdog = try await cluster.wait(until: pod, is: "pending")
      #expect(watchdog["mounts"] == ["library"])
      #expect(watchdog["due"]?.stringValue?.isEmpty == false)
      try pod.mendMount()
      try await cluster.wait(until: pod, is: "armed")
      #expect(pod.says("restart pending"))
      try await cluster.wait(for: "it says so") { pod.says("restart cancelled") }
      try await LogSchema.check(pod.sidecar.log)
      try await cluster.watch(for: .seconds(2)) { #expect(await pod.state() == "armed") }
      #expect(cluster.removals == [])
      #expect(cluster.lease == nil)
      #expect(try await pod.metric("restarts_total{outcome=\"begun\"}") == 0)
    }
  }

  @Test func `stays through a fault that is shorter than the threshold`() async throws {
    var options = TestCluster.Options()
    options.configuration = ["failureThreshold": 1000]
    try await TestCluster.with(options) { cluster in
      let pod = try await cluster.waitUntilArmed()
      for _ in 1...2 {
        try pod.breakMount()
        try await cluster.wait(for: "two bad rounds") {
          try await pod.sidecar.status(of: "library")["failureCount"]?.intValue ?? 0 >= 2
        }
        #expect(await pod.health() == "DEGRADED")
        #expect(try await pod.sidecar.readiness() == 503)
        #expect(await pod.state() == "armed")
        try pod.mendMount()
        try await cluster.wait(for: "it is well") { await pod.health() == "HEALTHY" }
        #expect(try await pod.sidecar.status(of: "library")["failureCount"]?.intValue == 0)
      }
      #expect(cluster.removals == [])
      #expect(cluster.lease == nil)
      #expect(pod.restarts.isEmpty)
    }
  }

  @Test func `stays when the watchdog is switched off before the delay is over`() async throws {
    var options = TestCluster.Options()
    options.watchdog = ["restartDelay": "1h"]
    try await TestCluster.with(options) { cluster in
      let pod = try await cluster.waitUntilArmed()
      try pod.breakMount()
      try await cluster.wait(until: pod, is: "pending")
      try pod.reconfigure { configuration in
        configuration["watchdog"]?["restartDelay"] = "0s"
        configuration["watchdog"]?["enabled"] = false
      }
      try await cluster.wait(until: pod, is: "notEnabled")
      try await cluster.watch(for: .seconds(1)) { #expect(await pod.state() == "notEnabled") }
      #expect(cluster.removals == [])
      try pod.reconfigure { $0["watchdog"]?["enabled"] = true }
      _ = try await cluster.waitForReplacement(of: pod)
    }
  }

  @Test func `goes for the mount that stays lost, though another one came back`() async throws {
    var options = TestCluster.Options()
    options.mounts = ["library", "music"]
    options.watchdog = ["restartDelay": "1h"]
    try await TestCluster.with(options) { cluster in
      let pod = try await cluster.waitUntilArmed()
      try pod.breakMount("library")
      try pod.breakMount("music")
      try await cluster.wait(for: "both are pending") {
        await pod.watchdog()["mounts"]?.arrayValue?.count == 2
      }
      try pod.mendMount("library")
      try await cluster.wait(for: "one is pending") {
        await pod.watchdog()["mounts"] == ["music"]
      }
      try pod.reconfigure { $0["watchdog"]?["restartDelay"] = "0s" }
      _ = try await cluster.waitForReplacement(of: pod)
      #expect(pod.restarts.map { $0["name"]?.stringValue } == ["music"])
    }
  }

  @Test func `counts twice where its mount was never well`() async throws {
    var options = TestCluster.Options()
    options.isBroken = { $0 == 0 }
    try await TestCluster.with(options) { cluster in
      try await cluster.wait(for: "two pods") { cluster.pods.count == 2 }
      try await cluster.wait(for: "the claim is settled") {
        cluster.lease != nil && cluster.claims == []
      }
      let words = cluster.history.first?.split(separator: " ") ?? []
      #expect(words.count == 5 && words[3] == "2")
      let next = try cluster.pod
      try await cluster.wait(for: "what is left of the budget") {
        try await next.metric("budget_left") == 1
      }
    }
  }
}

@Suite(.serialized, .needsMounts, .timeLimit(.minutes(1)))
struct `A pod whose mount hangs` {
  @Test func `is evicted, and ends at once`() async throws {
    try await FaultFileSystem.with { system in
      var options = TestCluster.Options()
      options.mountPaths = { $0 == 0 ? system.mountpoint : nil }
      try await TestCluster.with(options) { cluster in
        let pod = try await cluster.waitUntilArmed()
        try await system.send("hang READ")
        let next = try await cluster.waitForReplacement(of: pod)
        #expect(cluster.removed == [pod.uid])
        #expect(pod.sidecar.child.ending == .exited(0))
        #expect(pod.restarts.count == 1)
        try await system.send("clear")
        try await cluster.wait(until: next, is: "armed")
      }
    }
  }
}
