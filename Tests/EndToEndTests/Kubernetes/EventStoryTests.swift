import JSONValue
import StubAPIServer
import Testing

@Suite(.serialized, .timeLimit(.minutes(3)))
struct `Events of a restart` {
  /// An event, as far as people look at it.
  private struct Told: Hashable {
    var reason: String
    var type: String
    var kind: String
    var uid: String
    var note: String
  }

  private func events(_ cluster: TestCluster) -> [Told] {
    cluster.server.withCluster { $0.all("Event", in: TestCluster.namespace) }.map { event in
      let object = event["regarding"] ?? event["involvedObject"]
      return Told(
        reason: event["reason"]?.stringValue ?? "", type: event["type"]?.stringValue ?? "",
        kind: object?["kind"]?.stringValue ?? "", uid: object?["uid"]?.stringValue ?? "",
        note: (event["note"] ?? event["message"])?.stringValue ?? "")
    }
  }

  private func uid(_ cluster: TestCluster, _ kind: String) -> String {
    let object = cluster.server.withCluster {
      $0.object(kind, TestCluster.workload, in: TestCluster.namespace)
    }
    return object?["metadata"]?["uid"]?.stringValue ?? "none"
  }

  @Test func `stand on the pod and on its owner`() async throws {
    var options = TestCluster.Options()
    options.configuration = ["failureThreshold": 2]
    try await TestCluster.with(options) { cluster in
      let pod = try await cluster.waitUntilArmed()
      try pod.breakMount()
      _ = try await cluster.waitForReplacement(of: pod)
      let objects = [("Pod", pod.uid), ("StatefulSet", uid(cluster, "StatefulSet"))]
      for (kind, uid) in objects { check(events(cluster).filter { $0.uid == uid }, kind) }
      #expect(cluster.server.violations == [])
    }
  }

  private func check(_ own: [Told], _ kind: String) {
    #expect(own.allSatisfy { $0.kind == kind && $0.type == "Warning" }, "\(own)")
    #expect(
      Set(own.map(\.reason)) == ["MountDegraded", "MountUnhealthy", "WatchdogRestart"],
      "\(kind): \(own)")
    let restart = own.first { $0.reason == "WatchdogRestart" }
    #expect(restart?.note.contains("triggering pod restart") == true)
    #expect(restart?.note.contains("library") == true)
  }

  @Test func `stand on the Deployment as well, where it can be found`() async throws {
    var options = TestCluster.Options()
    options.kind = "Deployment"
    let sets = StubRule(["get"], groups: ["apps"], resources: ["replicasets"])
    options.roles = { _ in [TestCluster.role(with: [sets])] }
    options.endsPods = false
    try await TestCluster.with(options) { cluster in
      let pod = try await cluster.waitUntilArmed()
      try pod.breakMount()
      let deployment = uid(cluster, "Deployment")
      var restarts: [Told] = []
      try await cluster.wait(for: "the events") {
        restarts = events(cluster).filter { $0.reason == "WatchdogRestart" }
        return Set(restarts.map(\.kind)) == ["Pod", "ReplicaSet", "Deployment"]
      }
      #expect(restarts.contains { $0.uid == pod.uid })
      #expect(restarts.contains { $0.uid == deployment })
    }
  }

  @Test func `tell why a restart has to wait, and that a mount came back`() async throws {
    var options = TestCluster.Options()
    options.watchdog = ["dryRun": true]
    try await TestCluster.with(options) { cluster in
      let pod = try await cluster.waitUntilArmed()
      try pod.breakMount()
      try await cluster.wait(until: pod, is: "dryRun")
      try pod.mendMount()
      try await cluster.wait(for: "the events") {
        let own = Set(events(cluster).filter { $0.uid == pod.uid }.map(\.reason))
        return own == ["MountUnhealthy", "RestartHeld", "MountRecovered"]
      }
      #expect(events(cluster).first { $0.reason == "MountRecovered" }?.type == "Normal")
      let held = events(cluster).first { $0.reason == "RestartHeld" }
      #expect(held?.note.contains("watchdog.dryRun is true") == true)
    }
  }

  @Test func `tell that a pod would not be replaced, before a mount fails`() async throws {
    var options = TestCluster.Options()
    options.kind = "Pod"
    try await TestCluster.with(options) { cluster in
      try await cluster.wait(for: "the event") {
        events(cluster).contains { $0.reason == "RestartRefused" }
      }
      let told = try #require(events(cluster).first)
      #expect(told.uid == (try cluster.pod.uid))
      #expect(told.note.contains("no controlling owner"))
      #expect(events(cluster).count == 1)
    }
  }

  @Test func `tell of repairs`() async throws {
    var options = TestCluster.Options()
    options.watchdog = ["repair": ["command": ["/bin/false"], "settle": "0s"]]
    try await TestCluster.with(options) { cluster in
      let pod = try await cluster.waitUntilArmed()
      try pod.breakMount()
      _ = try await cluster.waitForReplacement(of: pod)
      let repair = events(cluster).first { $0.reason == "MountRepaired" && $0.uid == pod.uid }
      #expect(repair?.type == "Warning")
      #expect(repair?.note.contains("exit code 1") == true)
    }
  }
}
