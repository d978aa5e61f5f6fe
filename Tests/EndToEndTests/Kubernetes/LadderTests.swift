import Foundation
import JSONValue
import StackKit
import StubAPIServer
import Testing

@Suite(.serialized, .timeLimit(.minutes(3)))
struct `The steps of a restart` {
  // MARK: Repairs

  @Test func `begin with a repair by HTTP, after which nothing more is done`() async throws {
    try await TemporaryFolder.with { folder in
      let secret = "Basic bW91bnRtb246aHVudGVyMg=="
      let server = try LoopbackServer { request in
        guard let path = try? JSONValue(parsing: request.body)["fs"]?.stringValue else {
          return 400
        }
        let file = URL(filePath: path + "/.health-check")
        return (try? Data("ok\n".utf8).write(to: file)) == nil ? 500 : 204
      }
      defer { server.stop() }
      var options = TestCluster.Options()
      options.watchdog = [
        "repair": [
          "url": .string(server.url + "/mount/refresh?again=true"),
          "body": "{\"fs\": \"{path}\", \"label\": \"{name}\"}",
          "headers": ["Content-Type": "application/json"], "settle": "20s",
          "authorizationFile": .string(try folder.write("secret", secret + "\n")),
        ]
      ]
      try await TestCluster.with(options) { cluster in
        let pod = try await cluster.waitUntilArmed()
        try pod.breakMount()
        try await cluster.wait(for: "a repair") { pod.says("mount repaired") }
        try await cluster.wait(until: pod, is: "armed")
        try await cluster.watch(for: .seconds(1)) { #expect(await pod.state() == "armed") }
        #expect(cluster.removals == [])
        #expect(cluster.lease == nil)
        #expect(try await pod.metric("repairs_total{result=\"succeeded\"}") == 1)
        let request = try #require(server.requests.first)
        #expect(server.requests.count == 1)
        #expect(request.method == "POST")
        #expect(request.target == "/mount/refresh?again=true")
        #expect(request.headers["authorization"] == secret)
        #expect(request.headers["content-type"] == "application/json")
        #expect(request.body == "{\"fs\": \"\(pod.path("library"))\", \"label\": \"library\"}")
        #expect(!pod.sidecar.log.contains("bW91bnRtb246"))
        try await LogSchema.check(pod.sidecar.log)
        #expect(try await !pod.sidecar.document().text().contains("bW91bnRtb246"))
      }
    }
  }

  @Test func `begin with a repair by a program`() async throws {
    var options = TestCluster.Options()
    options.watchdog = [
      "repair": [
        "command": ["/bin/sh", "-c", "echo ok > \"$1/.health-check\"", "sh", "{path}"],
        "settle": "20s",
      ]
    ]
    try await TestCluster.with(options) { cluster in
      let pod = try await cluster.waitUntilArmed()
      try pod.breakMount()
      try await cluster.wait(for: "a repair") { pod.says("mount repaired") }
      try await cluster.wait(until: pod, is: "armed")
      try await cluster.watch(for: .seconds(1)) { #expect(cluster.removals == []) }
    }
  }

  @Test func `go on where no repair helps`() async throws {
    let server = try LoopbackServer { _ in nil }
    defer { server.stop() }
    // Which of the clocks that run to the same end is heard first is chance.
    let silence = ["no answer in time", "not done within 300ms", "no byte for 300ms"]
    let program: JSONObject = ["command": ["/bin/false"]]
    let request: JSONObject = ["url": .string(server.url), "timeout": "300ms"]
    for (repair, details) in [
      (program, ["/bin/false ended with exit code 1"]), (request, silence),
    ] {
      var repair = repair
      repair["settle"] = "0s"
      repair["attempts"] = 2
      var options = TestCluster.Options()
      options.watchdog = ["repair": .object(repair)]
      try await TestCluster.with(options) { cluster in
        let pod = try await cluster.waitUntilArmed()
        try pod.breakMount()
        _ = try await cluster.waitForReplacement(of: pod)
        let failures = pod.sidecar.records("repair failed")
        #expect(failures.count == 2)
        for failure in failures {
          let said = failure["detail"]?.stringValue ?? ""
          #expect(details.contains { said.contains($0) }, "\(failure)")
        }
        #expect(cluster.removals == ["POST 201"])
      }
    }
  }

  // MARK: Strategies

  @Test func `end with a deletion where an eviction is refused and that is the strategy`()
    async throws
  {
    var options = TestCluster.Options()
    options.watchdog = ["strategy": "delete", "maxRetries": 2]
    options.roles = { _ in [TestCluster.role(with: [TestCluster.deletion])] }
    options.prepare = { $0.create(TestCluster.disruptionBudget("plex", minAvailable: 1)) }
    try await TestCluster.with(options) { cluster in
      let pod = try await cluster.waitUntilArmed()
      try pod.breakMount()
      _ = try await cluster.waitForReplacement(of: pod)
      #expect(cluster.removals == ["POST 429", "POST 429", "DELETE 200"])
      #expect(cluster.removed == [pod.uid])
      #expect(pod.says("the pod cannot be evicted, it will be deleted"))
      let request = try #require(cluster.server.log.last { $0.request.method == "DELETE" }).request
      let body = try JSONValue(parsing: String(decoding: request.body, as: UTF8.self))
      #expect(body["preconditions"]?["uid"]?.stringValue == pod.uid)
    }
  }

  @Test func `are a deletion alone where the account may not evict`() async throws {
    var options = TestCluster.Options()
    options.watchdog = ["strategy": "delete"]
    options.roles = { _ in
      [TestCluster.role(without: "create pods/eviction", with: [TestCluster.deletion])]
    }
    try await TestCluster.with(options) { cluster in
      let pod = try await cluster.waitUntilArmed()
      try pod.breakMount()
      _ = try await cluster.waitForReplacement(of: pod)
      #expect(cluster.removals == ["DELETE 200"])
      #expect(cluster.removed == [pod.uid])
    }
  }

  @Test func `are the end of the process where that is the strategy`() async throws {
    var options = TestCluster.Options()
    options.watchdog = ["strategy": "exit"]
    options.restartsContainers = true
    options.roles = { _ in [TestCluster.role(without: "create pods/eviction")] }
    try await TestCluster.with(options) { cluster in
      let pod = try await cluster.waitUntilArmed()
      let first = pod.sidecar
      try pod.breakMount()
      // Mended before the kubelet of the test starts it again.
      let hasEnded = await eventually(within: .seconds(30)) { !first.child.isRunning }
      #expect(hasEnded)
      try pod.mendMount()
      try await cluster.wait(for: "its end") { !pod.endings.isEmpty }
      #expect(pod.endings == [.exited(86)])
      let records = first.records("mount unhealthy, triggering pod restart")
      #expect(records.map { $0["strategy"]?.stringValue } == ["exit"])
      try await cluster.wait(for: "it is well again") { await pod.health() == "HEALTHY" }
      try await cluster.watch(for: .seconds(1)) { #expect(pod.endings.count == 1) }
      #expect(cluster.removals == [])
      #expect(cluster.removed == [])
      #expect(cluster.history.count == 1)
    }
  }

  // MARK: The provider of the mounts

  @Test(arguments: ["tcp", "http", "silent"])
  func `wait for the provider of the mounts`(_ kind: String) async throws {
    let port = try FreePort.take()
    let scheme = kind == "tcp" ? "tcp" : "http"
    let broken: LoopbackServer? =
      kind == "tcp" ? nil : try LoopbackServer(port: port) { _ in kind == "http" ? 500 : nil }
    var options = TestCluster.Options()
    options.watchdog = [
      "upstream": [
        "url": .string("\(scheme)://127.0.0.1:\(port)"), "interval": "1s", "timeout": "400ms",
      ]
    ]
    try await TestCluster.with(options) { cluster in
      defer { broken?.stop() }
      let pod = try await cluster.waitUntilArmed()
      try pod.breakMount()
      try await cluster.wait(until: pod, is: "upstreamDown")
      try await cluster.watch(for: .milliseconds(1500)) { #expect(cluster.removed == []) }
      #expect(pod.says("restart held", "reason", "upstreamDown"))
      #expect(cluster.lease == nil)

      let server = try broken ?? LoopbackServer(port: port) { _ in 404 }
      server.answer { _ in 404 }
      defer { server.stop() }
      try await cluster.wait(until: pod, is: "upstreamSettling")
      try pod.reconfigure { $0["watchdog"]?["upstream"] = nil }
      _ = try await cluster.waitForReplacement(of: pod)
      #expect(cluster.removals == ["POST 201"])
    }
  }
}
