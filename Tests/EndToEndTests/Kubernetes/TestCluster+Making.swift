import Foundation
import JSONValue
import StackKit
import StubAPIServer

extension TestCluster {
  /// What an account needs, as in `Examples/kubernetes/rbac`; without some of it where told.
  static func role(
    without refused: String..., with more: [StubRule] = []
  ) -> StubRole {
    let coordination = ["coordination.k8s.io"]
    let rules: [(String, StubRule)] = [
      ("get pods", StubRule(["get"], resources: ["pods"])),
      ("create pods/eviction", StubRule(["create"], resources: ["pods/eviction"])),
      ("get leases", StubRule(["get"], groups: coordination, resources: ["leases"])),
      ("update leases", StubRule(["update"], groups: coordination, resources: ["leases"])),
      ("create leases", StubRule(["create"], groups: coordination, resources: ["leases"])),
      (
        "create events",
        StubRule(["create", "patch"], groups: ["events.k8s.io", ""], resources: ["events"])
      ),
    ]
    return StubRole(
      "mountmon", in: namespace,
      rules.filter { !refused.contains($0.0) }.map(\.1) + more)
  }

  static let deletion = StubRule(["delete"], resources: ["pods"])

  func createWorkload() {
    let template: JSONValue = [
      "metadata": ["labels": ["app": .string(Self.workload)]],
      "spec": [
        "serviceAccountName": .string(Self.workload), "terminationGracePeriodSeconds": 5,
        "containers": [["name": "mountmon", "image": "mountmon"]],
      ],
    ]
    let metadata: JSONValue = [
      "name": .string(Self.workload), "namespace": .string(Self.namespace),
      "labels": ["app": .string(Self.workload)],
    ]
    let selector: JSONValue = ["matchLabels": ["app": .string(Self.workload)]]
    let replicas = JSONValue.number(JSONNumber(options.replicas))
    var object: JSONValue = ["kind": .string(options.kind), "metadata": metadata]
    switch options.kind {
    case "Pod":
      object["apiVersion"] = "v1"
      object["spec"] = template["spec"]
    case "Job":
      object["apiVersion"] = "batch/v1"
      var template = template
      template["spec"]?["restartPolicy"] = "Never"
      object["spec"] = ["template": template]
    default:
      object["apiVersion"] = "apps/v1"
      object["spec"] = ["selector": selector, "template": template]
      if options.kind != "DaemonSet" { object["spec"]?["replicas"] = replicas }
      if options.kind == "StatefulSet" {
        object["spec"]?["serviceName"] = .string(Self.workload)
      }
    }
    server.withCluster { stub in
      stub.addNamespace(Self.namespace)
      options.prepare(&stub)
      stub.create(object)
    }
  }

  /// Makes the folder of a pod, with its mounts, its configuration and its token, and starts the
  /// sidecar in it.
  func makePod(_ name: String, _ uid: String, number: Int) throws -> TestPod {
    let folder = TemporaryFolder(path: try folder.folder("pod-\(number)"))
    for mount in options.mounts {
      if options.isBroken(number) {
        _ = try folder.folder(mount)
      } else {
        _ = try folder.library(mount)
      }
    }
    let port = try FreePort.take()
    try folder.write("config.json", configuration(number, in: folder, port).text(.pretty))
    var identity = options.bindsTokens ? StubPodIdentity(name, uid: uid) : nil
    if case .variables = options.identity { identity = nil }
    let token = server.mintToken(
      for: Self.workload, in: Self.namespace, pod: identity, roles: options.roles(number))
    try server.writeServiceAccountFolder(
      to: try folder.folder("account"), token: token, namespace: Self.namespace)
    try options.preparePod(folder)
    let sidecar = try sidecarOptions(name, uid, folder)
    return try TestPod(
      namespace: Self.namespace, name: name, uid: uid, number: number, folder: folder,
      port: port, token: token
    ) { try Sidecar(in: folder, port: port, sidecar) }
  }

  private func configuration(
    _ number: Int, in folder: TemporaryFolder, _ port: Int
  ) -> JSONValue {
    var watchdog: JSONObject = [
      "enabled": true, "retryBackoffInitial": "50ms", "retryBackoffMax": "200ms",
      "budget": ["spacing": "0s"],
    ]
    for (key, value) in options.watchdog { watchdog[key] = value }
    var more: JSONObject = [
      "failureThreshold": 1, "logLevel": "debug", "httpPort": .number(JSONNumber(port)),
      "watchdog": .object(watchdog),
    ]
    for (key, value) in options.configuration { more[key] = value }
    let elsewhere = options.mountPaths(number)
    return Sidecar.configuration(
      options.mounts.map { Sidecar.mount($0, elsewhere ?? "\(folder.path)/\($0)") }, more)
  }

  private func sidecarOptions(
    _ name: String, _ uid: String, _ folder: TemporaryFolder
  ) throws -> Sidecar.Options {
    // Of the machine that runs the tests, which may be a pod itself.
    var result = Sidecar.Options(
      environment: ["KUBERNETES_SERVICE_HOST", "POD_NAME", "POD_NAMESPACE", "POD_UID"].flatMap {
        ["-u", $0]
      })
    switch options.identity {
    case .environment:
      result.environment += [
        "POD_NAME=\(name)", "POD_NAMESPACE=\(Self.namespace)", "POD_UID=\(uid)",
      ]
    case .token: break
    case .variables(let words), .both(let words): result.environment += words
    }
    let account = folder.path + "/account"
    switch options.access {
    case .options:
      result.arguments = [
        "--server", server.url, "--token-file", account + "/token", "--ca-file",
        account + "/ca.crt",
      ]
    case .serviceAccount:
      result.environment += [
        "KUBERNETES_SERVICE_HOST=127.0.0.1", "KUBERNETES_SERVICE_PORT=\(server.port)",
      ]
      result.wrapper = Self.inContainer(withAccount: account)
    case .none: break
    }
    return result
  }

  /// Words before a program that see a folder where a kubelet mounts the account, and nobody else
  /// does.
  private static func inContainer(withAccount account: String) -> [String] {
    let script = """
      set -e
      run=$(readlink -f /var/run)
      mount -t tmpfs none "$run"
      mkdir -p "$run/secrets/kubernetes.io/serviceaccount"
      mount --bind "$1" "$run/secrets/kubernetes.io/serviceaccount"
      shift
      exec "$@"
      """
    return ["unshare", "--mount", "--propagation", "slave", "sh", "-c", script, "sh", account]
  }
}

/// Objects that tests put into the cluster beforehand.
extension TestCluster {
  /// The Lease of a StatefulSet, with these restarts remembered.
  static func lease(history: [String] = []) -> JSONValue {
    var lease: JSONValue = [
      "apiVersion": "coordination.k8s.io/v1", "kind": "Lease",
      "metadata": [
        "name": .string("mountmon-statefulset-\(workload)"), "namespace": .string(namespace),
      ],
      "spec": [:],
    ]
    if !history.isEmpty {
      lease["metadata"]?["annotations"] = [
        "mountmon/restart-claims": "",
        "mountmon/restart-history": .string(history.joined(separator: "\n")),
      ]
    }
    return lease
  }

  /// A budget for all pods of the workload.
  static func disruptionBudget(_ name: String, minAvailable: Int) -> JSONValue {
    [
      "apiVersion": "policy/v1", "kind": "PodDisruptionBudget",
      "metadata": ["name": .string(name), "namespace": .string(namespace)],
      "spec": [
        "minAvailable": .number(JSONNumber(minAvailable)),
        "selector": ["matchLabels": ["app": .string(workload)]],
      ],
    ]
  }
}
