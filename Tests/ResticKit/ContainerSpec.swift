package import JSONValue
import StackKit

/// What runs in one container of a pod, with all references resolved.
package struct ContainerSpec {
  package struct Mount {
    var path: String
    /// A folder of this machine; `nil`: a fresh one.
    var source: String?
    var subPath: String
    var isReadOnly: Bool
    /// Files that a fresh one has.
    var files: [String: String] = [:]
  }

  package var name: String
  package var namespace: String
  package var host: String
  package var words: [String]
  package var workingFolder: String
  package var environment: [(name: String, value: String)] = []
  package var mounts: [Mount] = []
  package var hasReadOnlyRoot: Bool

  /// Resolves a container.
  ///
  /// - Parameters:
  ///   - pod: `metadata` and `spec`.
  ///   - container: Its name; `nil`: the one called `restic` or `unlock`, else the first.
  ///   - kubelet: Where Secrets and volumes are.
  /// - Throws: ``KitFault`` where a kubelet would not start it either.
  package init(_ pod: JSONValue, container: String?, by kubelet: LocalKubelet) throws {
    let spec = pod["spec"] ?? [:]
    let all = spec["containers"]?.arrayValue ?? []
    let wanted = container.map { [$0] } ?? ["restic", "unlock"]
    let named = all.first { wanted.contains($0["name"]?.stringValue ?? "") }
    guard let found = named ?? (container == nil ? all.first : nil) else {
      throw KitFault("no container \(container ?? "at all") in the pod")
    }
    name = found["name"]?.stringValue ?? ""
    namespace = pod["metadata"]?["namespace"]?.stringValue ?? "default"
    let podName = pod["metadata"]?["name"]?.stringValue
    var host = (spec["hostname"]?.stringValue ?? podName ?? "").prefix(63)
    while let last = host.last, last == "-" || last == "." { host.removeLast() }
    guard !host.isEmpty else { throw KitFault("a pod without a name") }
    self.host = String(host)
    workingFolder = found["workingDir"]?.stringValue ?? "/"
    hasReadOnlyRoot = found["securityContext"]?["readOnlyRootFilesystem"]?.boolValue ?? false
    words = []
    try readEnvironment(of: found, in: pod, kubelet)
    let list = (found["command"]?.arrayValue ?? []) + (found["args"]?.arrayValue ?? [])
    words = list.compactMap(\.stringValue).map(expanded)
    guard found["command"]?.arrayValue?.isEmpty == false else {
      throw KitFault("container \(name) has no command, and there is no image to ask")
    }
    try readMounts(of: found, in: spec, kubelet)
  }

  /// `$(NAME)` becomes the value of what was set before; `$$(NAME)` stays as `$(NAME)`.
  private func expanded(_ text: String) -> String {
    var made = ""
    var rest = text[...]
    while let dollar = rest.firstIndex(of: "$") {
      made += rest[..<dollar]
      rest = rest[dollar...].dropFirst()
      if rest.first == "$" {
        made += "$"
        rest = rest.dropFirst()
        continue
      }
      guard rest.first == "(", let end = rest.firstIndex(of: ")"),
        let known = environment.last(where: { $0.name == rest[..<end].dropFirst() })
      else {
        made += "$"
        continue
      }
      made += known.value
      rest = rest[end...].dropFirst()
    }
    return made + rest
  }

  private mutating func set(_ name: String, _ value: String) {
    environment.removeAll { $0.name == name }
    environment.append((name, value))
  }

  private mutating func readEnvironment(
    of container: JSONValue, in pod: JSONValue, _ kubelet: LocalKubelet
  ) throws {
    for source in container["envFrom"]?.arrayValue ?? [] {
      let reference = source["secretRef"] ?? source["configMapRef"] ?? [:]
      let values = try kubelet.values(reference, isSecret: source["secretRef"] != nil, namespace)
      let prefix = source["prefix"]?.stringValue ?? ""
      for (key, value) in values.sorted(by: { $0.key < $1.key }) { set(prefix + key, value) }
    }
    for variable in container["env"]?.arrayValue ?? [] {
      guard let name = variable["name"]?.stringValue else { continue }
      if let value = variable["value"]?.stringValue {
        set(name, expanded(value))
      } else if let source = variable["valueFrom"] {
        if let value = try value(of: source, in: pod, kubelet) { set(name, value) }
      } else {
        set(name, "")
      }
    }
  }

  /// `nil` where an optional one is not there.
  private func value(
    of source: JSONValue, in pod: JSONValue, _ kubelet: LocalKubelet
  ) throws -> String? {
    for kind in ["secretKeyRef", "configMapKeyRef"] {
      guard let reference = source[kind] else { continue }
      let key = reference["key"]?.stringValue ?? ""
      let isSecret = kind == "secretKeyRef"
      let values = try kubelet.values(reference, isSecret: isSecret, namespace)
      if let value = values[key] { return value }
      guard reference["optional"]?.boolValue == true else {
        throw KitFault("couldn't find key \(key) in \(reference["name"]?.stringValue ?? "")")
      }
      return nil
    }
    switch source["fieldRef"]?["fieldPath"]?.stringValue {
    case "metadata.name"?: return pod["metadata"]?["name"]?.stringValue ?? ""
    case "metadata.namespace"?: return namespace
    case "metadata.uid"?: return pod["metadata"]?["uid"]?.stringValue ?? ""
    case "spec.nodeName"?: return pod["spec"]?["nodeName"]?.stringValue ?? ""
    default: return ""
    }
  }

  private mutating func readMounts(
    of container: JSONValue, in spec: JSONValue, _ kubelet: LocalKubelet
  ) throws {
    for mount in container["volumeMounts"]?.arrayValue ?? [] {
      guard let volumeName = mount["name"]?.stringValue,
        let path = mount["mountPath"]?.stringValue, path.hasPrefix("/")
      else { throw KitFault("a mount without name or path in container \(name)") }
      let volumes = spec["volumes"]?.arrayValue ?? []
      guard let volume = volumes.first(where: { $0["name"]?.stringValue == volumeName }) else {
        throw KitFault("container \(name) mounts volume \(volumeName), which is not there")
      }
      var made = Mount(
        path: path, source: nil, subPath: mount["subPath"]?.stringValue ?? "",
        isReadOnly: mount["readOnly"]?.boolValue ?? false)
      if let secret = volume["secret"] {
        let reference: JSONValue = [
          "name": secret["secretName"] ?? "", "optional": secret["optional"] ?? false,
        ]
        made.files = try kubelet.values(reference, isSecret: true, namespace)
      } else if let map = volume["configMap"] {
        made.files = try kubelet.values(map, isSecret: false, namespace)
      } else if volume["emptyDir"] == nil, volume["projected"] == nil,
        volume["downwardAPI"] == nil
      {
        guard let folder = try kubelet.folder(volume, namespace) else {
          throw KitFault("no folder for volume \(volume)")
        }
        made.source = folder
      }
      mounts.append(made)
    }
    // What lies in another mount comes after it.
    mounts.sort { $0.path.utf8.count < $1.path.utf8.count }
  }
}
