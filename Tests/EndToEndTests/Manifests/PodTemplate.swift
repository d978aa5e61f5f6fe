import JSONValue

/// The pod of a workload.
struct PodTemplate: CustomStringConvertible {
  let owner: ManifestObject
  let value: JSONValue

  var spec: JSONValue { value["spec"] ?? .null }
  var description: String { owner.description }

  /// Those of all kinds, in the order in which they are started.
  var containers: [ManifestContainer] {
    let lists = [
      spec["initContainers"]?.arrayValue ?? [], spec["containers"]?.arrayValue ?? [],
    ]
    return lists.flatMap { $0 }.map { ManifestContainer(pod: self, value: $0) }
  }

  /// The containers that run mountmon.
  var mountmons: [ManifestContainer] { containers.filter { $0.image.hasPrefix("mountmon:") } }

  /// The one that stays.
  var sidecar: ManifestContainer? { mountmons.first { $0.name == "mountmon" } }

  /// A volume by its name.
  func volume(_ name: String) -> JSONValue? {
    spec["volumes"]?.arrayValue?.first { $0["name"]?.stringValue == name }
  }
}

/// A container of a pod.
struct ManifestContainer: CustomStringConvertible {
  let pod: PodTemplate
  let value: JSONValue

  var name: String { value["name"]?.stringValue ?? "" }
  var image: String { value["image"]?.stringValue ?? "" }
  var arguments: [String] { value["args"]?.arrayValue?.compactMap(\.stringValue) ?? [] }
  var security: JSONValue { value["securityContext"] ?? .null }
  var mounts: [JSONValue] { value["volumeMounts"]?.arrayValue ?? [] }
  var description: String { "\(pod): container \(name)" }

  /// Whether it is started before the others and stays.
  var isNativeSidecar: Bool { value["restartPolicy"]?.stringValue == "Always" }

  /// The mount of a volume.
  func mount(of volume: String) -> JSONValue? {
    mounts.first { $0["name"]?.stringValue == volume }
  }
}

extension ManifestContainer {
  /// What the restricted Pod Security Standard forbids and this container asks for.
  ///
  /// The rules of the standard's `restricted` profile with those of `baseline` below it, as far as
  /// a container can break them.
  var excesses: [String] {
    var found: [String] = []
    if security["privileged"]?.boolValue == true { found.append("is privileged") }
    if security["allowPrivilegeEscalation"]?.boolValue != false {
      found.append("may gain privileges")
    }
    if effective("runAsNonRoot")?.boolValue != true { found.append("may run as root") }
    if effective("runAsUser")?.intValue == 0 { found.append("runs as root") }
    let profile = effective("seccompProfile")?["type"]?.stringValue
    if profile != "RuntimeDefault", profile != "Localhost" {
      found.append("has no seccomp profile")
    }
    let capabilities = security["capabilities"]
    if capabilities?["drop"]?.arrayValue?.contains("ALL") != true {
      found.append("keeps capabilities")
    }
    let added = capabilities?["add"]?.arrayValue?.compactMap(\.stringValue) ?? []
    for capability in added where capability != "NET_BIND_SERVICE" {
      found.append("adds \(capability)")
    }
    for port in value["ports"]?.arrayValue ?? [] where (port["hostPort"]?.intValue ?? 0) != 0 {
      found.append("takes a port of the node")
    }
    for probe in ["startupProbe", "readinessProbe", "livenessProbe"] {
      let handlers = [value[probe]?["httpGet"], value[probe]?["tcpSocket"]].compactMap { $0 }
      if handlers.contains(where: { $0["host"] != nil }) { found.append("probes another host") }
    }
    for key in ["seLinuxOptions", "windowsOptions", "procMount", "appArmorProfile"]
    where effective(key) != nil {
      found.append("sets \(key), which these rules do not judge")
    }
    return found
  }

  /// The container's word, or else the pod's.
  private func effective(_ key: String) -> JSONValue? {
    security[key] ?? pod.spec["securityContext"]?[key]
  }
}

extension PodTemplate {
  private static let allowedVolumes: Set<String> = [
    "configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim",
    "projected", "secret",
  ]

  /// What the restricted Pod Security Standard forbids and the pod itself asks for.
  var excesses: [String] {
    var found = ["hostNetwork", "hostPID", "hostIPC"].filter { spec[$0]?.boolValue == true }
    if let sysctls = spec["securityContext"]?["sysctls"]?.arrayValue, !sysctls.isEmpty {
      found.append("sysctls")
    }
    for volume in spec["volumes"]?.arrayValue ?? [] {
      let kinds = (volume.objectValue?.keys ?? []).filter { $0 != "name" }
      for kind in kinds where !Self.allowedVolumes.contains(kind) {
        found.append("a volume of the kind \(kind)")
      }
    }
    return found
  }
}
