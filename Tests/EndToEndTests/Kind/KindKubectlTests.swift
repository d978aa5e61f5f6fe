import Foundation
import JSONValue
import StubAPIServer
import Testing

/// `make kind-test` with Debian's kubectl, the stub API server over TLS, and the real sidecar beside a
/// canary: all of a cluster but the cluster. The kubelet's part is played: it asks for readiness, and
/// removes the canary when `kubectl exec` would.
@Suite(.serialized, .timeLimit(.minutes(3)))
struct `The rehearsal with a real kubectl` {
  @Test func `sees the sidecar have its pod replaced`() async throws {
    try await rehearse { outcome, old, next in
      #expect(outcome.ending == .exited(0), "\(outcome.errors)")
      let result = try outcome.result
      #expect(result["result"] == "passed")
      #expect(result["pod"]?.stringValue == old.name)
      #expect(result["replacement"]?.stringValue == next?.name)
      let events = result["events"]?.arrayValue?.compactMap(\.stringValue) ?? []
      #expect(Set(events).isSuperset(of: ["MountUnhealthy", "WatchdogRestart"]))
      // What client-go says about the variable that keeps it from HTTP/2, which the stub lacks.
      let errors = outcome.errors.split(separator: "\n").filter { !$0.contains("HTTP2") }
      #expect(errors == [])
    }
  }

  @Test func `sees that nothing is replaced, and shows why`() async throws {
    try await rehearse(watchdog: ["dryRun": true], "TEST_TIMEOUT=20") { outcome, old, next in
      #expect(outcome.ending == .exited(3), "\(outcome.errors)")
      let result = try outcome.result
      #expect(result["reason"] == "not-replaced")
      #expect(next == nil)
      // What was shown tells why: the event, in the words of kubectl.
      #expect(outcome.errors.contains("RestartHeld"), "\(outcome.errors)")
      #expect(outcome.errors.contains(old.name))
      for line in outcome.errors.split(separator: "\n") where line.hasPrefix("error:") {
        Issue.record("kubectl did not understand: \(line)")
      }
    }
  }

  /// Runs the script in a cluster with a Deployment of one pod.
  private func rehearse(
    watchdog: JSONObject = [:], _ environment: String...,
    check: (Child.Outcome, TestPod, TestPod?) throws -> Void
  ) async throws {
    var options = TestCluster.Options()
    options.kind = "Deployment"
    options.watchdog = watchdog
    options.watchdog["restartDelay"] = "1s"
    options.configuration = ["failureThreshold": 2]
    try await TestCluster.with(options) { cluster in
      let pod = try await cluster.waitUntilArmed()
      try await cluster.wait(for: "it is ready") { try await isReady(pod, in: cluster) }
      try await KindStage.with { stage in
        try prepare(stage, cluster, pod)
        let child = try Child(stage.words("test", ["DISABLE_HTTP2=1", "POLL=0.2"] + environment))
        defer { child.kill() }
        try await cluster.wait(for: "the script ends", within: .seconds(90)) {
          for pod in cluster.pods { _ = try await isReady(pod, in: cluster) }
          return !child.isRunning
        }
        let next = cluster.pods.count > 1 ? cluster.pods[1] : nil
        try check(try await child.finish(), pod, next)
        #expect(cluster.pods.count <= 2)
        #expect(stage.leftHomeAlone)
      }
    }
  }

  /// What a kubelet does for readiness: asks, and writes the answer into the pod.
  private func isReady(_ pod: TestPod, in cluster: TestCluster) async throws -> Bool {
    let isReady = (try? await pod.sidecar.readiness()) == 200
    cluster.server.withCluster { stub in
      let object = stub.object("Pod", pod.name, in: pod.namespace)
      guard object?["metadata"]?["uid"]?.stringValue == pod.uid,
        let conditions = object?["status"]?["conditions"]?.arrayValue
      else { return }
      let told = conditions.map { condition in
        guard condition["type"] == "Ready" else { return condition }
        var condition = condition
        condition["status"] = isReady ? "True" : "False"
        return condition
      }
      guard told != conditions else { return }
      stub.change("Pod", pod.name, in: pod.namespace) {
        $0["status"]?["conditions"] = .array(told)
      }
    }
    return isReady
  }

  /// In place of the stub: the real kubectl, with the names of the test's cluster, and without `exec`.
  private func prepare(_ stage: KindStage, _ cluster: TestCluster, _ pod: TestPod) throws {
    let kubectl = "/opt/mountmon-tests/kubectl/usr/bin/kubectl"
    try #require(FileManager.default.isExecutableFile(atPath: kubectl), "make setup unpacks it")
    let script = """
      #!/bin/bash
      words=()
      for word in "$@"; do
        word=${word/#mountmon-rehearsal/\(TestCluster.namespace)}
        word=${word/#app.kubernetes.io\\/name=main-app/app=\(TestCluster.workload)}
        words+=("${word/#deployment\\/main-app/deployment\\/\(TestCluster.workload)}")
        if [ "$word" = exec ]; then exec rm '\(pod.path("library"))/.health-check'; fi
      done
      exec \(kubectl) "${words[@]}"

      """
    let place = stage.folder.path + "/bin/kubectl"
    try FileManager.default.removeItem(atPath: place)
    try stage.folder.write("bin/kubectl", script)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: place)

    let account = try stage.folder.folder("account")
    let rules = [
      StubRule(
        ["get", "list", "watch"], groups: ["", "apps", "coordination.k8s.io"],
        resources: ["pods", "pods/log", "events", "deployments", "replicasets", "leases"])
    ]
    let token = cluster.server.mintToken(
      for: "developer", in: TestCluster.namespace,
      roles: [StubRole("developer", in: TestCluster.namespace, rules)])
    try cluster.server.writeServiceAccountFolder(
      to: account, token: token, namespace: TestCluster.namespace)
    let context = "kind-mountmon-rehearsal"
    let kubeconfig: JSONValue = [
      "apiVersion": "v1", "kind": "Config", "current-context": .string(context),
      "clusters": [
        [
          "name": "stub",
          "cluster": [
            "server": .string(cluster.server.url),
            "certificate-authority": .string(account + "/ca.crt"),
          ],
        ]
      ],
      "users": [["name": "developer", "user": ["tokenFile": .string(account + "/token")]]],
      "contexts": [
        ["name": .string(context), "context": ["cluster": "stub", "user": "developer"]]
      ],
    ]
    _ = try stage.folder.folder("state/mountmon-rehearsal")
    try stage.folder.write("state/mountmon-rehearsal/kubeconfig", kubeconfig.text(.pretty))
  }
}
