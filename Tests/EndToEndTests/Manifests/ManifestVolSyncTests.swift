import Foundation
import JSONValue
import Testing

@Suite struct `The manifests about restic locks` {
  @Test func `grant what mountmon volsync asks for, and nothing else`() async throws {
    for file in ["volsync/rbac.yaml", "volsync/options/one-namespace.yaml"] {
      let roles = try await Manifests.ofUnlocks().filter { $0.file == file && $0.isRole }
      var granted: [String: Set<String>] = [:]
      for permission in roles.flatMap(\.permissions) {
        #expect(permission.names.isEmpty, "\(file): \(permission)")
        granted["\(permission.group) \(permission.resource)", default: []]
          .formUnion(permission.verbs)
      }
      #expect(granted == Self.asked, "\(file)")
    }
  }

  /// What the watches of `mountmon volsync`, `UnlockCall`, `explain`, the election, the events and the
  /// status send.
  private static let asked: [String: Set<String>] = [
    "core pods": ["list", "watch"],
    "core pods/log": ["get"],
    "batch jobs": ["list", "watch", "create", "delete"],
    "core nodes": ["list", "watch"],
    "volsync.backube replicationsources": ["get", "list", "watch", "patch"],
    "volsync.backube replicationdestinations": ["get", "list", "watch"],
    "homelab.rafaribe.com volsyncmonitors": ["list", "watch"],
    "homelab.rafaribe.com volsyncmonitors/status": ["update"],
    "coordination.k8s.io leases": ["get", "create", "update"],
    "events.k8s.io events": ["create", "patch"],
    "core events": ["create", "patch"],
  ]

  @Test func `have their permissions explained`() async throws {
    let explained = try Permission.explained(by: "docs/volsync.md")
    let roles = try await Manifests.ofUnlocks().filter { $0.file == "volsync/rbac.yaml" }
    let granted = Set(roles.flatMap(\.permissions))
    #expect(Set(explained.keys) == ["volsync/rbac.yaml"])
    let told = explained["volsync/rbac.yaml"] ?? []
    for permission in granted.subtracting(told) {
      Issue.record("docs/volsync.md does not explain \(permission)")
    }
    for permission in told.subtracting(granted) {
      Issue.record("docs/volsync.md explains \(permission), which nothing grants")
    }
  }

  @Test func `never grant Secrets, or everything of anything`() async throws {
    for object in try await Manifests.ofUnlocks() {
      for permission in object.permissions {
        #expect(permission.resource != "secrets", "\(object)")
        #expect(!([permission.group, permission.resource] + permission.verbs).contains("*"))
        #expect(!permission.verbs.contains("deletecollection"), "\(object)")
      }
    }
  }

  @Test func `bind to the account of the pods, and to nobody else`() async throws {
    let objects = try await Manifests.ofUnlocks()
    for file in ["volsync/rbac.yaml", "volsync/options/one-namespace.yaml"] {
      let own = objects.filter { $0.file == file }
      let bindings = own.filter { $0.kind.hasSuffix("Binding") }
      #expect(
        Set(bindings.map(\.roleText)) == Set(own.filter(\.isRole).map(\.identity)), "\(file)")
      for binding in bindings {
        let subjects = binding.value["subjects"]?.arrayValue ?? []
        #expect(
          subjects == [
            ["kind": "ServiceAccount", "name": "mountmon-volsync", "namespace": "mountmon"]
          ], "\(binding)")
      }
      #expect(own.filter { $0.kind == "ServiceAccount" }.map(\.name) == ["mountmon-volsync"])
    }
  }

  @Test func `run mountmon within the restricted profile, with a token of its own`() async throws {
    let pods = try await Manifests.ofUnlocks().compactMap(\.pod)
    #expect(pods.map(\.owner.kind).sorted() == ["CronJob", "Deployment"])
    for pod in pods {
      #expect(pod.excesses.isEmpty, "\(pod)")
      #expect(pod.spec["serviceAccountName"] == "mountmon-volsync")
      #expect(pod.spec["automountServiceAccountToken"] == false)
      #expect(pod.owner.value["metadata"]?["namespace"] == "mountmon")
      let container = try #require(pod.containers.first)
      #expect(pod.containers.count == 1 && pod.mountmons.count == 1, "\(pod)")
      #expect(container.excesses.isEmpty, "\(container)")
      #expect(container.security["readOnlyRootFilesystem"] == true)
      #expect(container.value["resources"]?["limits"]?.objectValue?.keys == ["memory"])
      for mount in container.mounts { #expect(mount["readOnly"] == true, "\(container)") }
      let paths = (container.value["env"]?.arrayValue ?? []).map {
        "\($0["name"]?.stringValue ?? "")=\($0["valueFrom"]?["fieldRef"]?["fieldPath"] ?? .null)"
      }
      #expect(paths == ["POD_NAME=\"metadata.name\"", "POD_NAMESPACE=\"metadata.namespace\""])
    }
  }

  @Test func `watch with two replicas, of which one survives a drain`() async throws {
    let objects = try await Manifests.ofUnlocks()
    let deployment = try #require(objects.first { $0.kind == "Deployment" })
    #expect(deployment.value["spec"]?["replicas"] == 2)
    let pod = try #require(deployment.pod)
    let container = try #require(pod.containers.first)
    #expect(container.arguments == ["volsync", "--watch"])
    let labels = pod.value["metadata"]?["labels"]
    #expect(deployment.value["spec"]?["selector"]?["matchLabels"] == labels)
    let budget = try #require(objects.first { $0.kind == "PodDisruptionBudget" })
    #expect(budget.value["spec"]?["maxUnavailable"] == 1)
    #expect(budget.value["spec"]?["selector"]?["matchLabels"] == labels)
    let ports = container.value["ports"]?.arrayValue ?? []
    #expect(ports == [["name": "health", "containerPort": 8080]])
    for (probe, path) in [
      ("livenessProbe", "/healthz/live"), ("readinessProbe", "/healthz/ready"),
    ] {
      #expect(
        container.value[probe]?["httpGet"] == ["path": .string(path), "port": "health"], "\(probe)")
    }
  }

  @Test func `run once without running twice, and are ended by mountmon itself`() async throws {
    let job = try #require(try await Manifests.ofUnlocks().first { $0.kind == "CronJob" })
    let spec = job.value["spec"]
    #expect(spec?["concurrencyPolicy"] == "Forbid")
    let run = spec?["jobTemplate"]?["spec"]
    #expect(run?["backoffLimit"] == 0)
    let arguments = try #require(job.pod?.containers.first?.arguments)
    #expect(arguments.first == "volsync" && !arguments.contains("--watch"))
    let position = try #require(arguments.firstIndex(of: "--timeout"))
    let minutes = try #require(Int(arguments[position + 1].dropLast()))
    #expect(arguments[position + 1].hasSuffix("m"))
    let deadline = try #require(run?["activeDeadlineSeconds"]?.intValue)
    #expect(deadline >= minutes * 60 + 60)
    #expect(spec?["schedule"] == "*/15 * * * *" && deadline < 15 * 60)
  }

  @Test func `say the same as objects and as a file, and never --remove-all`() async throws {
    let objects = try await Manifests.ofUnlocks()
    let monitor = try #require(objects.first { $0.kind == "VolSyncMonitor" })
    let map = try #require(objects.first { $0.kind == "ConfigMap" })
    let file = try JSONValue(parsing: map.value["data"]?["monitor.json"]?.stringValue ?? "")
    for key in ["apiVersion", "kind", "metadata"] { #expect(file[key] == monitor.value[key]) }
    for (key, value) in file["spec"]?.objectValue ?? JSONObject() {
      #expect(monitor.value["spec"]?[key] == value, "\(key)")
    }
    for text in [monitor.value.text(), file.text()] {
      #expect(!text.contains("remove-all"), "nobody gets that without asking for it")
    }
  }
}

extension ManifestObject {
  fileprivate var isRole: Bool { ["Role", "ClusterRole"].contains(kind) }

  /// Kind, namespace and name.
  fileprivate var identity: String {
    "\(kind) \(value["metadata"]?["namespace"]?.stringValue ?? "") \(name)"
  }

  /// The same, of the role that a binding names.
  fileprivate var roleText: String {
    let role = value["roleRef"]
    let place = value["metadata"]?["namespace"]?.stringValue ?? ""
    return "\(role?["kind"]?.stringValue ?? "") \(place) \(role?["name"]?.stringValue ?? "")"
  }
}
