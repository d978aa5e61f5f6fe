import Foundation
import Glibc
import JSONValue
import StubAPIServer
import Testing

@Suite(.serialized, .timeLimit(.minutes(3)))
struct `An API server that fails` {
  private static let evictions = StubFault.requests("POST", containing: "/eviction")

  /// Sees that probes and endpoints go on as if nothing were.
  private func expectProbesAndAnswers(of pod: TestPod, in cluster: TestCluster) async throws {
    let first = try await pod.sidecar.status(of: "library")["lastCheck"]
    var slowest = Duration.zero
    try await cluster.wait(for: "another probe") {
      let start = ContinuousClock.now
      #expect(try await pod.sidecar.get("/healthz/live").status == 200)
      let next = try await pod.sidecar.status(of: "library")["lastCheck"]
      slowest = max(slowest, start.duration(to: .now))
      return next != first
    }
    // A call waits ten seconds for its answer: whoever waited for one would be slower than this.
    #expect(slowest < .seconds(3))
  }

  @Test func `and is silent from the start delays nothing but the watchdog`() async throws {
    var options = TestCluster.Options()
    options.setUp = { $0.setSilent(true) }
    try await TestCluster.with(options) { cluster in
      try await cluster.wait(for: "it is well") {
        await cluster.pods.first?.health() == "HEALTHY"
      }
      let pod = try cluster.pod
      #expect(try await pod.sidecar.readiness() == 200)
      #expect(await pod.state() != "armed")
      try await expectProbesAndAnswers(of: pod, in: cluster)
      try pod.breakMount()
      try await cluster.wait(for: "it is unhealthy") { await pod.health() == "UNHEALTHY" }
      #expect(try await pod.sidecar.readiness() == 503)
      cluster.server.setSilent(false)
      try await cluster.wait(for: "its removal", within: .seconds(30)) {
        cluster.removed == [pod.uid]
      }
      #expect(cluster.removals == ["POST 201"])
    }
  }

  @Test func `while a pod is to be removed delays neither probes nor HTTP nor the end`()
    async throws
  {
    try await TestCluster.with { cluster in
      let pod = try await cluster.waitUntilArmed()
      cluster.server.inject(StubFault(.silence, where: Self.evictions))
      try pod.breakMount()
      try await cluster.wait(for: "an eviction") { cluster.removals == ["POST 0"] }
      #expect(await pod.state() == "acting")
      try await expectProbesAndAnswers(of: pod, in: cluster)
      let end = try await pod.sidecar.terminate()
      #expect(end.ending == .exited(0))
      // It takes about half a second: the rest is for a machine that is busy.
      #expect(end.elapsed < .seconds(3))
      // What was asked for may yet happen: the claim stays.
      #expect(cluster.claims.count == 1)
    }
  }

  @Test func `and a sidecar that is killed over it: the next one goes on, and the pod goes once`()
    async throws
  {
    var options = TestCluster.Options()
    options.restartsContainers = true
    try await TestCluster.with(options) { cluster in
      let pod = try await cluster.waitUntilArmed()
      cluster.server.inject(StubFault(.silence, count: 1, where: Self.evictions))
      try pod.breakMount()
      try await cluster.wait(for: "an eviction") { cluster.removals == ["POST 0"] }
      #expect(cluster.claims.count == 1)
      pod.sidecar.child.kill()
      _ = try await cluster.waitForReplacement(of: pod)
      #expect(pod.endings == [.signalled(SIGKILL)])
      #expect(pod.starts == 2)
      #expect(cluster.removed == [pod.uid])
      #expect(cluster.removals == ["POST 0", "POST 201"])
      try await cluster.wait(for: "the claim is settled") { cluster.claims == [] }
      #expect(cluster.history.count == 1)
    }
  }

  @Test func `and evicts all the same is not asked twice`() async throws {
    try await TestCluster.with { cluster in
      let pod = try await cluster.waitUntilArmed()
      cluster.server.inject(
        StubFault(.answerAfterApplying(.gatewayTimeout), where: Self.evictions))
      try pod.breakMount()
      _ = try await cluster.waitForReplacement(of: pod)
      #expect(cluster.removals.count == 1)
      #expect(cluster.removed == [pod.uid])
    }
  }

  // MARK: Credentials

  @Test func `for the token, which was rotated meanwhile, is asked with the new one`()
    async throws
  {
    try await TestCluster.with { cluster in
      let pod = try await cluster.waitUntilArmed()
      try rotate(pod, in: cluster)
      cluster.server.withCluster { $0.revoke(pod.token) }
      try pod.breakMount()
      _ = try await cluster.waitForReplacement(of: pod)
      #expect(cluster.removals == ["POST 201"])
    }
  }

  @Test func `for the token is asked again once there is another one`() async throws {
    var options = TestCluster.Options()
    options.watchdog = ["maxRetries": 1000]
    try await TestCluster.with(options) { cluster in
      let pod = try await cluster.waitUntilArmed()
      cluster.server.withCluster { $0.revoke(pod.token) }
      try pod.breakMount()
      try await cluster.wait(for: "refusals") {
        cluster.server.log.filter { $0.status == 401 }.count > 2
      }
      #expect(cluster.removed == [])
      try rotate(pod, in: cluster)
      _ = try await cluster.waitForReplacement(of: pod)
      #expect(cluster.removals == ["POST 201"])
    }
  }

  @Test func `for its certificate is asked again once its authority is known`() async throws {
    var options = TestCluster.Options()
    let other = try StubCertificates().authorityPEM
    options.preparePod = { try $0.write("account/..data/ca.crt", other) }
    try await TestCluster.with(options) { cluster in
      try await cluster.wait(for: "the fault") {
        await cluster.pods.first?.state() == "accessUnknown"
      }
      let pod = try cluster.pod
      let text = await pod.watchdog()["explanation"]?.stringValue ?? ""
      #expect(text.contains("certificate"), "\(text)")
      #expect(cluster.server.log == [])
      try rotate(pod, in: cluster)
      try await cluster.wait(until: pod, is: "armed", within: .seconds(20))
    }
  }

  /// Gives a pod another token, as the kubelet does; the old one goes on being let in.
  private func rotate(_ pod: TestPod, in cluster: TestCluster) throws {
    let token = cluster.server.mintToken(
      for: TestCluster.workload, in: TestCluster.namespace,
      pod: StubPodIdentity(pod.name, uid: pod.uid), roles: [TestCluster.role()])
    try cluster.server.writeServiceAccountFolder(
      to: pod.path("account"), token: token, namespace: TestCluster.namespace)
  }
}
