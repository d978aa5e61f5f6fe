import JSONValue
import StubAPIServer
import Testing

@Suite(.serialized, .timeLimit(.minutes(3)))
struct `A restart that is refused` {
  /// Breaks the mount of the only pod, and sees that nothing comes of it.
  private func expectNothing(
    of pod: TestPod, in cluster: TestCluster, because reason: String
  ) async throws {
    try await cluster.wait(until: pod, is: reason)
    try pod.breakMount()
    try await cluster.wait(for: "it is unhealthy") { await pod.health() == "UNHEALTHY" }
    try await cluster.watch(for: .seconds(1)) { #expect(await pod.state() == reason) }
    #expect(cluster.removals == [])
    #expect(cluster.removed == [])
    #expect(cluster.lease == nil)
    #expect(try await pod.metric("held{reason=\"\(reason)\"}") == 1)
    #expect(try await pod.metric("restarts_total{outcome=\"begun\"}") == 0)
    #expect(cluster.server.violations == [])
  }

  private func firstPod(of cluster: TestCluster) async throws -> TestPod {
    try await cluster.wait(for: "a pod") { await cluster.pods.first?.health() == "HEALTHY" }
    return try cluster.pod
  }

  @Test func `by the configuration: the API server is never asked`() async throws {
    var options = TestCluster.Options()
    options.watchdog = ["enabled": false]
    try await TestCluster.with(options) { cluster in
      let pod = try await firstPod(of: cluster)
      try pod.breakMount()
      try await cluster.wait(for: "it is unhealthy") { await pod.health() == "UNHEALTHY" }
      try await cluster.watch(for: .seconds(1)) { #expect(cluster.removed == []) }
      #expect(try await pod.sidecar.document()["watchdog"] == nil)
      #expect(cluster.server.log == [])
    }
  }

  @Test func `outside of a cluster`() async throws {
    var options = TestCluster.Options()
    options.access = .none
    try await TestCluster.with(options) { cluster in
      let pod = try await firstPod(of: cluster)
      try await expectNothing(of: pod, in: cluster, because: "notInCluster")
      #expect(pod.says("watchdog disabled", "reason", "notInCluster"))
      #expect(cluster.server.log == [])
    }
  }

  static let identities: [(variables: [String], reason: String, words: String)] = [
    (["POD_NAME=plex-0", "POD_NAMESPACE=media"], "identityUnknown", "set POD_UID"),
    (
      ["POD_NAME=plex-0", "POD_NAMESPACE=media", "POD_UID=$(uid)"], "podMismatch", "not $(uid)"
    ),
    (
      ["POD_NAME=plex-7", "POD_NAMESPACE=media", "POD_UID=\(otherUID)"], "podUnknown", "plex-7"
    ),
    (
      ["POD_NAME=plex-0", "POD_NAMESPACE=media", "POD_UID=\(otherUID)"], "podMismatch",
      otherUID
    ),
  ]
  static let otherUID = "2b7ffe6b-4d61-4ab2-8f7d-1f6d6b7f3a10"

  @Test(arguments: identities)
  func `where it is not known which pod this is`(
    _ variables: [String], _ reason: String, _ words: String
  ) async throws {
    var options = TestCluster.Options()
    options.identity = .variables(variables)
    try await TestCluster.with(options) { cluster in
      let pod = try await firstPod(of: cluster)
      try await expectNothing(of: pod, in: cluster, because: reason)
      let text = await pod.watchdog()["explanation"]?.stringValue ?? ""
      #expect(text.contains(words))
      #expect(pod.says("restart refused", "reason", reason))
    }
  }

  @Test func `where environment and token name two pods`() async throws {
    var options = TestCluster.Options()
    options.access = .serviceAccount
    options.identity = .both(["POD_NAME=plex-1"])
    try await TestCluster.with(options) { cluster in
      let pod = try await firstPod(of: cluster)
      try await expectNothing(of: pod, in: cluster, because: "identityUnknown")
      let text = await pod.watchdog()["explanation"]?.stringValue ?? ""
      #expect(text.contains("POD_NAME says \"plex-1\", the token says \"plex-0\""))
      #expect(cluster.server.log == [])
    }
  }

  @Test(arguments: [("Pod", "barePod"), ("Job", "unsupportedOwner")])
  func `where nothing would make a new pod`(_ kind: String, _ reason: String) async throws {
    var options = TestCluster.Options()
    options.kind = kind
    try await TestCluster.with(options) { cluster in
      let pod = try await firstPod(of: cluster)
      try await expectNothing(of: pod, in: cluster, because: reason)
      #expect(pod.says("restart refused", "reason", reason))
    }
  }

  @Test func `by the API server, for each permission; once it is granted, the watchdog is armed`()
    async throws
  {
    let permissions = ["get pods", "create pods/eviction", "get leases", "update leases"]
    var options = TestCluster.Options()
    options.replicas = permissions.count
    options.roles = { number in
      permissions.indices.contains(number)
        ? [TestCluster.role(without: permissions[number])] : [TestCluster.role()]
    }
    try await TestCluster.with(options) { cluster in
      try await cluster.wait(for: "all are refused") {
        var states: [String] = []
        for pod in cluster.pods { states.append(await pod.state()) }
        return states == [String](repeating: "accessRefused", count: permissions.count)
      }
      for (pod, permission) in zip(cluster.pods, permissions) {
        let text = await pod.watchdog()["explanation"]?.stringValue ?? ""
        let words = permission.replacing("leases", with: "leases.coordination.k8s.io")
        #expect(text.contains(words), "\(text)")
        #expect(pod.says("restart refused", "reason", "accessRefused"))
      }
      let first = cluster.pods[1]
      try first.breakMount()
      try await cluster.wait(for: "it is unhealthy") { await first.health() == "UNHEALTHY" }
      try await cluster.watch(for: .seconds(1)) {
        #expect(await first.state() == "accessRefused")
      }
      #expect(cluster.removals == [])

      for pod in cluster.pods {
        cluster.server.withCluster { $0.grant([TestCluster.role()], to: pod.token) }
      }
      // A second review may be refused as well: the pause after that is up to 20 s.
      try await cluster.wait(for: "all are armed", within: .seconds(60)) {
        cluster.removed == [first.uid] && cluster.pods.count == permissions.count + 1
          && cluster.claims == []
      }
      for pod in cluster.pods where pod !== first {
        try await cluster.wait(until: pod, is: "armed")
      }
    }
  }

  @Test func `is none for lack of a permission that is only wished for`() async throws {
    var options = TestCluster.Options()
    options.roles = { _ in [TestCluster.role(without: "create events", "create leases")] }
    options.prepare = { $0.create(TestCluster.lease()) }
    try await TestCluster.with(options) { cluster in
      let pod = try await cluster.waitUntilArmed()
      #expect(pod.says("events will not be published"))
      try pod.breakMount()
      _ = try await cluster.waitForReplacement(of: pod)
      #expect(cluster.removals == ["POST 201"])
      try await cluster.wait(for: "the claim is settled") { cluster.claims == [] }
    }
  }
}
