import JSONValue
import K8sClient

extension JobCloning {
  /// The volumes of what is backed up and of the cache: they may be bound to one pod at a time; and the
  /// tokens that admission adds anew.
  func droppedVolumes(of restic: Container, in pod: Pod) -> Set<String> {
    // VolSync's names; what another program calls `data` may be the repository.
    let isVolSync =
      restic.command.contains("/mover-restic/entry.sh") || restic.variable("DATA_DIR") != nil
    var names: Set<String> = isVolSync ? ["data", "cache"] : []
    let places = ["DATA_DIR", "RESTIC_CACHE_DIR"].compactMap { restic.variable($0)?.value }
    for mount in restic[value: "volumeMounts"]?.arrayValue ?? [] {
      guard let name = mount["name"]?.stringValue, let place = mount["mountPath"]?.stringValue
      else {
        continue
      }
      if places.contains(place) || place == "/var/run/secrets/kubernetes.io/serviceaccount" {
        names.insert(name)
      }
    }
    // A repository may lie on a volume of such a name; then it is not what is backed up.
    if let address = restic.variable(RepositoryIdentity.addressKey)?.value {
      for mount in restic[value: "volumeMounts"]?.arrayValue ?? [] {
        guard let name = mount["name"]?.stringValue, let place = mount["mountPath"]?.stringValue,
          !places.contains(place), address == place || address.hasPrefix(place + "/")
        else { continue }
        names.remove(name)
      }
    }
    return names
  }

  /// Labels that network policies may ask for; not what Kubernetes and VolSync know their own by.
  func keptLabels(of pod: Pod) -> [String: String] {
    pod.metadata.labels.filter { key, value in
      ![
        "job-name", "controller-uid", "batch.kubernetes.io/job-name",
        "batch.kubernetes.io/controller-uid", "app.kubernetes.io/created-by",
        "volsync.backube/cleanup",
      ].contains(key)
    }
  }

  /// Annotations that admission and networks wrote of that one pod stay behind.
  func keptAnnotations(of pod: Pod) -> [String: String] {
    pod.metadata.annotations.filter { key, value in
      !["cni.projectcalico.org/", "k8s.v1.cni.cncf.io/", "k8s.ovn.org/", "kubectl.kubernetes.io/"]
        .contains { key.hasPrefix($0) } && !key.hasSuffix("/status")
    }
  }

  /// As the pod's; what is missing, as the Pod Security Standard `restricted` asks for it.
  func podSecurity(_ found: JSONValue?) -> JSONValue {
    var security = found?.objectValue ?? JSONObject()
    if security["seccompProfile"] == nil {
      security["seccompProfile"] = ["type": "RuntimeDefault"]
    }
    if let user = security["runAsUser"]?.intValue, user != 0, security["runAsNonRoot"] == nil {
      security["runAsNonRoot"] = true
    }
    return .object(security)
  }

  /// As the container's, since who wrote the repository may have to be who removes from it; what is
  /// missing, restricted.
  func containerSecurity(_ found: JSONValue?, of pod: Pod) -> JSONValue {
    var security = found?.objectValue ?? JSONObject()
    let usual: [(key: String, value: JSONValue)] = [
      ("allowPrivilegeEscalation", false), ("capabilities", ["drop": ["ALL"]]),
      ("readOnlyRootFilesystem", true),
    ]
    let added = security["capabilities"]?["add"]?.arrayValue ?? []
    let isPrivileged =
      security["privileged"]?.boolValue ?? false
      || added.contains { ["SYS_ADMIN", "CAP_SYS_ADMIN"].contains($0.stringValue) }
    for (key, value) in usual where security[key] == nil && !isPrivileged {
      security[key] = value
    }
    return .object(security)
  }
}
