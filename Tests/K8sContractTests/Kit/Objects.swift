import JSONValue
import K8sClient
import Testing

/// Types that the tests need and the client does not have.
struct NamespaceObject: Resource {
  static let type = ResourceType(
    version: "v1", plural: "namespaces", kind: "Namespace", isNamespaced: false)
  var json: JSONValue
}

struct ServiceAccount: Resource {
  static let type = ResourceType(
    version: "v1", plural: "serviceaccounts", kind: "ServiceAccount")
  var json: JSONValue
}

struct ConfigMap: Resource {
  static let type = ResourceType(version: "v1", plural: "configmaps", kind: "ConfigMap")
  var json: JSONValue

  var data: [String: String] {
    get { self[map: "data"] }
    set { self[map: "data"] = newValue }
  }
}

struct DisruptionBudget: Resource {
  static let type = ResourceType(
    group: "policy", version: "v1", plural: "poddisruptionbudgets", kind: "PodDisruptionBudget")
  var json: JSONValue

  /// Whether its controller has counted its pods.
  var isObserved: Bool {
    guard let seen = self[integer: "status", "observedGeneration"] else { return false }
    return seen >= (metadata.generation ?? 1)
  }
  var healthyPods: Int { self[integer: "status", "currentHealthy"] ?? 0 }
}

extension Arena {
  /// A ConfigMap that is not there yet.
  func configMap(
    _ name: String, _ data: [String: String] = [:], labels: [String: String] = [:]
  ) throws -> ConfigMap {
    var map = ConfigMap(named: try ObjectName(name), in: namespace)
    if !labels.isEmpty { map.metadata.labels = labels }
    map.data = data
    return map
  }

  /// A pod that is not there yet. It runs a shell, on a real node; on a fake kubelet it has what its
  /// annotations say.
  func pod(
    _ name: String, runs script: String = "sleep 3600", logs log: String = "",
    exitsAfter seconds: Int? = nil, labels: [String: String] = [:]
  ) throws -> Pod {
    var pod = Pod(named: try ObjectName(name), in: namespace)
    var annotations = ["fake-kubelet/log": log]
    if let seconds { annotations["fake-kubelet/exit-after"] = String(seconds) }
    pod.metadata.annotations = annotations
    if !labels.isEmpty { pod.metadata.labels = labels }
    pod.json["spec"] = [
      "restartPolicy": seconds == nil ? "Always" : "Never", "terminationGracePeriodSeconds": 2,
      // As the restricted profile wants it, which a cluster may have for every namespace.
      "securityContext": [
        "runAsNonRoot": true, "runAsUser": 65534, "seccompProfile": ["type": "RuntimeDefault"],
      ],
      "containers": [
        [
          "name": "main", "image": "busybox:1.36.1",
          "command": ["sh", "-c", .string(script)],
          "securityContext": [
            "allowPrivilegeEscalation": false, "capabilities": ["drop": ["ALL"]],
          ],
        ]
      ],
    ]
    return pod
  }

  /// Makes a pod and waits until it is ready.
  func runningPod(_ pod: Pod) async throws -> Pod {
    let pods = try resource(Pod.self)
    var current = try await pods.create(pod)
    let name = try #require(current.metadata.name)
    let isReady = try await eventually(within: .seconds(120)) {
      current = try await pods.get(name)
      return current.isReady
    }
    try #require(isReady, "\(pod.title) did not become ready: \(current.json["status"] ?? .null)")
    return current
  }
}
