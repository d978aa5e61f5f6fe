import Foundation
import Glibc
import JSONValue
import Testing

/// What `make kind-deploy` applies.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct `The manifests of the rehearsal` {
  private static let folder = BuiltProgram.package + "/Examples/kind"

  @Test func `fit the schemas of Kubernetes, strictly`() async throws {
    let script = BuiltProgram.package + "/scripts/validate-manifests.sh"
    let outcome = try await Child(script, Self.folder + "/manifests").finish(within: .seconds(90))
    #expect(outcome.ending == .exited(0), "\(outcome.errors)")
    #expect(outcome.errors.isEmpty)
  }

  @Test func `live in one namespace, within the restricted profile`() async throws {
    let objects = try await objects()
    let namespace = try #require(objects.first { $0.kind == "Namespace" })
    #expect(namespace.name == "mountmon-rehearsal")
    let enforced = namespace.value["metadata"]?["labels"]?["pod-security.kubernetes.io/enforce"]
    #expect(enforced == "restricted")
    for object in objects where object.kind != "Namespace" {
      #expect(object.value["metadata"]?["namespace"]?.stringValue == namespace.name, "\(object)")
      if let pod = object.pod {
        #expect(pod.excesses == [])
        for container in pod.containers { #expect(container.excesses == [], "\(container)") }
      }
    }
  }

  @Test func `grant what the manifests for use grant`() async throws {
    let role = try #require(try await objects().first { $0.kind == "Role" })
    let model = try #require(
      try await Manifests.all().first { $0.kind == "Role" && $0.file == "rbac/rbac.yaml" })
    #expect(role.permissions.map(\.unnamed).sorted() == model.permissions.map(\.unnamed).sorted())
    #expect(
      role.permissions.filter { !$0.names.isEmpty }.map(\.names)
        == [["mountmon-deployment-main-app"]])
    let budget = try #require(try await objects().first { $0.kind == "PodDisruptionBudget" })
    #expect(budget.value["spec"]?["unhealthyPodEvictionPolicy"] == "AlwaysAllow")
    #expect(budget.value["spec"]?["maxUnavailable"] == 1)
  }

  @Test func `have the names that the scripts ask for`() async throws {
    let pod = try await pod()
    #expect(pod.owner.kind == "Deployment")
    #expect(pod.owner.name == "main-app")
    #expect(pod.value["metadata"]?["labels"]?["app.kubernetes.io/name"] == "main-app")
    let names = pod.containers.map(\.name)
    #expect(names == ["canary", "mountmon", "main-app"])
    for container in pod.containers {
      #expect(container.mount(of: "test")?["mountPath"] == "/mnt/test", "\(container)")
      #expect(container.value["imagePullPolicy"] == "Never", "\(container)")
    }
    #expect(pod.spec["automountServiceAccountToken"]?.boolValue == false)
    let holders = pod.containers.filter { $0.mount(of: "kube-api-access") != nil }
    #expect(holders.map(\.name) == ["mountmon"])
    let sidecar = try #require(pod.sidecar)
    #expect(sidecar.isNativeSidecar)
    #expect(sidecar.arguments == ["sidecar", "--config", "/etc/mountmon/config.json"])
    let variables = sidecar.value["env"]?.arrayValue?.compactMap { $0["name"]?.stringValue }
    #expect(variables == ["POD_NAME", "POD_NAMESPACE", "POD_UID"])
  }

  @Test func `have a canary that mountmon finds, until it is removed`() async throws {
    let pod = try await pod()
    let map = try #require(try await objects().first { $0.kind == "ConfigMap" })
    let text = try #require(map.value["data"]?["config.json"]?.stringValue)
    try await TemporaryFolder.with { folder in
      let library = try folder.folder("test")
      let command = try command(of: "canary", in: pod, at: library)
      let made = try await Child(["busybox"] + command).finish()
      #expect(made.ending == .exited(0), "\(made.errors)")

      var configuration = try JSONValue(parsing: text.replacing("/mnt/test", with: library))
      configuration["httpAddress"] = "127.0.0.1"
      let probes = ["startupProbe", "readinessProbe", "livenessProbe"].compactMap {
        pod.sidecar?.value[$0]?["httpGet"]?["path"]?.stringValue
      }
      #expect(probes == ["/healthz/ready", "/healthz/ready", "/healthz/live"])
      try await Sidecar.with(configuration) { sidecar in
        let isReady = try await eventually(within: .seconds(30)) {
          try await sidecar.readiness() == 200
        }
        #expect(isReady, "\(sidecar.log)")
        #expect(sidecar.records("configuration").isEmpty)
        _ = try await Child("rm", library + "/.health-check").finish()
        let isNotReady = try await eventually(within: .seconds(30)) {
          try await sidecar.readiness() == 503
        }
        #expect(isNotReady, "\(sidecar.log)")
        #expect(try await sidecar.get("/healthz/live").status == 200)
      }
    }
  }

  @Test func `have an application that ends when it is asked to`() async throws {
    let command = try command(of: "main-app", in: try await pod(), at: "/tmp")
    let child = try Child(["busybox"] + command)
    defer { child.kill() }
    // Until it waits, it has not said what it does about the signal.
    let waits = await eventually(within: .seconds(30)) {
      !ProcessView(pid: child.pid).children.isEmpty
    }
    #expect(waits)
    let sleepers = ProcessView(pid: child.pid).children
    kill(child.pid, SIGTERM)
    #expect(try await child.finish().ending == .exited(0))
    for sleeper in sleepers { kill(sleeper.pid, SIGKILL) }
  }

  @Test func `are for a cluster of one node, which takes no port`() async throws {
    let cluster = try #require(try await objects(["cluster.yaml"]).first).value
    #expect(
      cluster == [
        "kind": "Cluster", "apiVersion": "kind.x-k8s.io/v1alpha4",
        "nodes": [["role": "control-plane"]],
      ])
  }

  // MARK: Reading

  private func pod() async throws -> PodTemplate {
    try #require(try await objects().compactMap(\.pod).first)
  }

  /// The words of a container that runs a shell, with another folder in place of the mount.
  private func command(
    of name: String, in pod: PodTemplate, at path: String
  ) throws -> [String] {
    let container = try #require(pod.containers.first { $0.name == name })
    let words = container.value.texts("command")
    #expect(words.prefix(2) == ["sh", "-c"])
    return words.map { $0.replacing("/mnt/test", with: path) }
  }

  private func objects(_ files: [String]? = nil) async throws -> [ManifestObject] {
    let names =
      try files
      ?? FileManager.default.contentsOfDirectory(atPath: Self.folder + "/manifests").sorted()
      .map { "manifests/" + $0 }
    return try await Manifests.read(names.map { "\(Self.folder)/\($0)" }, below: Self.folder)
  }
}
