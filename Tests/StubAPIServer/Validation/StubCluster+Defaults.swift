import JSONValue

extension StubCluster {
  /// Fills in what the server fills in.
  func applyDefaults(_ object: inout JSONValue, _ type: StubResource) {
    switch type.kind {
    case "Pod": PodDefaults.complete(&object)
    case "Job": PodDefaults.completeJob(&object)
    case "Deployment", "ReplicaSet", "StatefulSet", "DaemonSet":
      PodDefaults.completeWorkload(&object, type.kind)
    case "Namespace":
      object.set(["metadata", "labels", "kubernetes.io/metadata.name"], .string(object.name))
      if object["spec"] == nil { object["spec"] = ["finalizers": ["kubernetes"]] }
      if object["status"] == nil { object["status"] = ["phase": "Active"] }
    case "PodDisruptionBudget": if object["status"] == nil { object["status"] = [:] }
    default: break
    }
  }
}

/// What the server fills into pods and what makes pods.
enum PodDefaults {
  static func complete(_ pod: inout JSONValue) {
    var spec = completed(pod["spec"] ?? [:])
    let account = spec.text("serviceAccountName") ?? "default"
    let given = spec["tolerations"]?.arrayValue ?? []
    let tolerations = ["not-ready", "unreachable"].map { key -> JSONValue in
      [
        "key": .string("node.kubernetes.io/" + key), "operator": "Exists", "effect": "NoExecute",
        "tolerationSeconds": 300,
      ]
    }
    fill(
      &spec,
      [
        "serviceAccountName": .string(account), "serviceAccount": .string(account),
        "priority": 0, "enableServiceLinks": true, "preemptionPolicy": "PreemptLowerPriority",
      ])
    spec["tolerations"] = .array(given + tolerations.filter { !given.contains($0) })
    pod["spec"] = spec
    if pod["status"] == nil { pod["status"] = ["phase": "Pending", "qosClass": "BestEffort"] }
  }

  /// A pod's spec, as it also stands in templates.
  private static func completed(_ spec: JSONValue) -> JSONValue {
    var spec = spec
    for list in ["initContainers", "containers"] {
      guard let containers = spec[list]?.arrayValue else { continue }
      spec[list] = .array(
        containers.map { container in
          var container = container
          let image = container.text("image") ?? ""
          let isLatest =
            image.hasSuffix(":latest") || !(image.split(separator: "/").last ?? "").contains(":")
          fill(
            &container,
            [
              "resources": [:], "terminationMessagePath": "/dev/termination-log",
              "terminationMessagePolicy": "File",
              "imagePullPolicy": isLatest ? "Always" : "IfNotPresent",
            ])
          return container
        })
    }
    fill(
      &spec,
      [
        "restartPolicy": "Always", "terminationGracePeriodSeconds": 30,
        "dnsPolicy": "ClusterFirst", "securityContext": [:],
        "schedulerName": "default-scheduler",
      ])
    return spec
  }

  static func completeJob(_ job: inout JSONValue) {
    var spec = job["spec"] ?? [:]
    if spec["parallelism"] == nil, spec["completions"] == nil { spec["completions"] = 1 }
    if spec["completions"] == nil, spec["parallelism"] == nil { spec["parallelism"] = 1 }
    fill(
      &spec,
      [
        "parallelism": 1, "backoffLimit": 6, "manualSelector": false,
        "completionMode": "NonIndexed", "suspend": false,
        "podReplacementPolicy": "TerminatingOrFailed",
      ])
    if spec["selector"] == nil {
      spec.set(
        ["selector", "matchLabels", "batch.kubernetes.io/controller-uid"], .string(job.uid))
      let labels: [(String, String)] = [
        ("batch.kubernetes.io/controller-uid", job.uid), ("batch.kubernetes.io/job-name", job.name),
        ("controller-uid", job.uid), ("job-name", job.name),
      ]
      for (key, value) in labels {
        spec.set(["template", "metadata", "labels", key], .string(value))
      }
    }
    completeTemplate(&spec)
    job["spec"] = spec
    if job["status"] == nil { job["status"] = [:] }
  }

  static func completeWorkload(_ workload: inout JSONValue, _ kind: String) {
    var spec = workload["spec"] ?? [:]
    let rolling: JSONValue = ["maxUnavailable": "25%", "maxSurge": "25%"]
    switch kind {
    case "Deployment":
      fill(
        &spec,
        [
          "replicas": 1, "strategy": ["type": "RollingUpdate", "rollingUpdate": rolling],
          "revisionHistoryLimit": 10, "progressDeadlineSeconds": 600,
        ])
    case "StatefulSet":
      fill(
        &spec,
        [
          "replicas": 1, "podManagementPolicy": "OrderedReady",
          "updateStrategy": ["type": "RollingUpdate", "rollingUpdate": ["partition": 0]],
          "revisionHistoryLimit": 10,
          "persistentVolumeClaimRetentionPolicy": [
            "whenDeleted": "Retain", "whenScaled": "Retain",
          ],
        ])
    case "DaemonSet":
      fill(
        &spec,
        [
          "updateStrategy": [
            "type": "RollingUpdate", "rollingUpdate": ["maxUnavailable": 1, "maxSurge": 0],
          ], "revisionHistoryLimit": 10,
        ])
    default: fill(&spec, ["replicas": 1])
    }
    completeTemplate(&spec)
    workload["spec"] = spec
    if workload["status"] == nil { workload["status"] = [:] }
  }

  private static func completeTemplate(_ spec: inout JSONValue) {
    guard let template = spec["template"] else { return }
    var metadata = template["metadata"] ?? [:]
    for key in ["labels", "annotations"] { metadata[key] = metadata[key]?.sorted }
    spec["template"] = ["metadata": metadata, "spec": completed(template["spec"] ?? [:])]
  }

  private static func fill(_ value: inout JSONValue, _ defaults: JSONObject) {
    for (key, standard) in defaults where value[key] == nil { value[key] = standard }
  }
}
