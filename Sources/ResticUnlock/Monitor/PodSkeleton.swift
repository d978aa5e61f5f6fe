import JSONValue
import K8sClient

extension Resource {
  var key: ObjectKey {
    ObjectKey(
      namespace: json["metadata"]?["namespace"]?.stringValue ?? "",
      name: json["metadata"]?["name"]?.stringValue ?? "")
  }

  /// The object without what says who set which field, which is often most of it.
  var withoutManagedFields: Self {
    guard json["metadata"]?["managedFields"] != nil else { return self }
    var object = self
    object[value: "metadata", "managedFields"] = nil
    return object
  }
}

extension Pod {
  /// Whether it may hold a lock, or remove one.
  var countsForLocks: Bool {
    ResticContainer.find(in: self) != nil || OwnJob.isOne(metadata)
  }

  /// Who it is, where, and whether it lives; a cluster has thousands that never hold a lock, and any
  /// of them may have the name that a lock names.
  var skeleton: Pod {
    var pod = Pod(json: [:])
    pod[text: "metadata", "name"] = self[text: "metadata", "name"]
    pod[text: "metadata", "namespace"] = self[text: "metadata", "namespace"]
    pod[text: "metadata", "uid"] = self[text: "metadata", "uid"]
    // Of its owners only a Job is ever asked for.
    if let job = metadata.controller, job.kind == "Job" {
      pod[value: "metadata", "ownerReferences"] = [job.json]
    }
    pod.nodeName = nodeName
    pod.hostname = hostname
    if sharesHostNetwork { pod[flag: "spec", "hostNetwork"] = true }
    pod[text: "status", "phase"] = self[text: "status", "phase"]
    return pod
  }
}
