import JSONValue

/// Everything that is served.
struct StubCatalog: Sendable {
  private(set) var resources: [StubResource]

  init() { resources = Self.builtIn }

  mutating func add(_ resource: StubResource) {
    remove(group: resource.group, plural: resource.plural)
    resources.append(resource)
  }

  mutating func remove(group: String, plural: String) {
    resources.removeAll { $0.group == group && $0.plural == plural && $0.isCustom }
  }

  subscript(group: String, plural: String) -> StubResource? {
    resources.first { $0.group == group && $0.plural == plural }
  }

  subscript(kind kind: String, apiVersion: String) -> StubResource? {
    resources.first { $0.kind == kind && $0.groupVersion == apiVersion }
  }

  /// Whether a group is built in: its unknown resources are answered with a Status.
  func isBuiltIn(group: String) -> Bool {
    resources.contains { $0.group == group && !$0.isCustom }
  }

  private static let builtIn: [StubResource] =
    core + [
      make("coordination.k8s.io", "leases", "Lease") {
        $0.shape = .lease
        $0.updatesUnconditionally = false
        $0.createsOnUpdate = true
      },
      workload("apps", "deployments", "Deployment"), workload("apps", "replicasets", "ReplicaSet"),
      workload("apps", "statefulsets", "StatefulSet"), workload("apps", "daemonsets", "DaemonSet"),
      make("batch", "cronjobs", "CronJob") {
        $0.hasStatus = true
        $0.countsGenerations = true
      },
      make("batch", "jobs", "Job") {
        $0.shape = .job
        $0.hasStatus = true
        $0.countsGenerations = true
        $0.selectable = ["status.successful"]
        $0.selectorRefusal = .notSupportedFor
      },
      make("events.k8s.io", "events", "Event") {
        $0.shape = .newEvent
        $0.createsOnUpdate = true
        $0.selectable =
          ObjectShape.referenceFields.map { "regarding.\($0)" }
          + ["reason", "reportingController", "type"]
      },
      make("policy", "poddisruptionbudgets", "PodDisruptionBudget") {
        $0.hasStatus = true
        $0.countsGenerations = true
        $0.updatesUnconditionally = false
        $0.selectorRefusal = .notKnown
      },
      make("apiextensions.k8s.io", "customresourcedefinitions", "CustomResourceDefinition") {
        $0.isNamespaced = false
        $0.hasStatus = true
        $0.countsGenerations = true
        $0.updatesUnconditionally = false
      },
      make("authorization.k8s.io", "selfsubjectaccessreviews", "SelfSubjectAccessReview") {
        $0.isNamespaced = false
        $0.verbs = ["create"]
      },
      make("authorization.k8s.io", "selfsubjectrulesreviews", "SelfSubjectRulesReview") {
        $0.isNamespaced = false
        $0.verbs = ["create"]
      },
      make("authentication.k8s.io", "selfsubjectreviews", "SelfSubjectReview") {
        $0.isNamespaced = false
        $0.verbs = ["create"]
      },
    ]

  private static let core: [StubResource] = [
    make("", "pods", "Pod") {
      $0.shape = .pod
      $0.hasStatus = true
      $0.countsGenerations = true
      $0.selectable = [
        "spec.nodeName", "spec.restartPolicy", "spec.schedulerName", "spec.serviceAccountName",
        "spec.hostNetwork", "status.phase", "status.podIP", "status.podIPs",
        "status.nominatedNodeName",
      ]
    },
    make("", "events", "Event") {
      $0.shape = .coreEvent
      $0.createsOnUpdate = true
      $0.selectable =
        ObjectShape.referenceFields.map { "involvedObject.\($0)" }
        + ["reason", "reportingComponent", "source", "type"]
    },
    make("", "configmaps", "ConfigMap") {
      $0.shape = .configMap
      $0.selectorRefusal = .notKnown
    },
    make("", "secrets", "Secret") {
      $0.shape = .secret
      $0.selectable = ["type"]
    },
    make("", "serviceaccounts", "ServiceAccount") { $0.selectorRefusal = .notKnown },
    make("", "persistentvolumeclaims", "PersistentVolumeClaim") {
      $0.hasStatus = true
      $0.selectorRefusal = .notKnown
    },
    make("", "nodes", "Node") {
      $0.isNamespaced = false
      $0.hasStatus = true
      $0.selectable = ["spec.unschedulable"]
    },
    make("", "namespaces", "Namespace") {
      $0.isNamespaced = false
      $0.hasStatus = true
      $0.selectable = ["status.phase"]
    },
  ]

  private static func workload(_ group: String, _ plural: String, _ kind: String) -> StubResource {
    make(group, plural, kind) {
      $0.hasStatus = true
      $0.countsGenerations = true
      $0.selectable = plural == "replicasets" ? ["status.replicas"] : []
      $0.selectorRefusal = .notKnown
    }
  }

  private static func make(
    _ group: String, _ plural: String, _ kind: String, _ change: (inout StubResource) -> Void
  ) -> StubResource {
    var resource = StubResource(group, plural, kind)
    change(&resource)
    return resource
  }
}
