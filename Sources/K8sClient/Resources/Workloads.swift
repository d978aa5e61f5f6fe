public import JSONValue

/// A Deployment: it owns ReplicaSets, which own pods.
public struct Deployment: ReplicatedWorkload {
  /// `apps/v1`, `deployments`.
  public static let type = ResourceType(
    group: "apps", version: "v1", plural: "deployments", kind: "Deployment")
  /// What its fields have to be.
  public static let fields = FieldRule.ofReplicas
  /// The whole object.
  public var json: JSONValue
  /// The Deployment that some JSON is.
  public init(json: JSONValue) { self.json = json }
}

/// A StatefulSet: pods that keep their names.
public struct StatefulSet: ReplicatedWorkload {
  /// `apps/v1`, `statefulsets`.
  public static let type = ResourceType(
    group: "apps", version: "v1", plural: "statefulsets", kind: "StatefulSet")
  /// What its fields have to be.
  public static let fields = FieldRule.ofReplicas
  /// The whole object.
  public var json: JSONValue
  /// The StatefulSet that some JSON is.
  public init(json: JSONValue) { self.json = json }
}

/// A ReplicaSet: so many pods, all alike. It knows no updates: its pods are as they were made.
public struct ReplicaSet: ReplicatedWorkload {
  /// `apps/v1`, `replicasets`.
  public static let type = ResourceType(
    group: "apps", version: "v1", plural: "replicasets", kind: "ReplicaSet")
  /// What its fields have to be.
  public static let fields = FieldRule.ofReplicas
  /// The whole object.
  public var json: JSONValue
  /// The ReplicaSet that some JSON is.
  public init(json: JSONValue) { self.json = json }
  /// All pods there are.
  public var updatedReplicas: Int { currentReplicas }
}

/// A ReplicationController: what came before ReplicaSets.
public struct ReplicationController: ReplicatedWorkload {
  /// `v1`, `replicationcontrollers`.
  public static let type = ResourceType(
    version: "v1", plural: "replicationcontrollers", kind: "ReplicationController")
  /// What its fields have to be.
  public static let fields = FieldRule.ofReplicas
  /// The whole object.
  public var json: JSONValue
  /// The ReplicationController that some JSON is.
  public init(json: JSONValue) { self.json = json }
  /// All pods there are.
  public var updatedReplicas: Int { currentReplicas }
}

/// A DaemonSet: one pod on each node that is meant.
public struct DaemonSet: Workload {
  /// `apps/v1`, `daemonsets`.
  public static let type = ResourceType(
    group: "apps", version: "v1", plural: "daemonsets", kind: "DaemonSet")
  /// What its fields have to be.
  public static let fields: [FieldRule] = [
    .object("spec"), .object("status"), .integer("status", "desiredNumberScheduled"),
    .integer("status", "currentNumberScheduled"), .integer("status", "updatedNumberScheduled"),
    .integer("status", "numberReady"), .integer("status", "numberAvailable"),
    .integer("status", "observedGeneration"),
  ]
  /// The whole object.
  public var json: JSONValue
  /// The DaemonSet that some JSON is.
  public init(json: JSONValue) { self.json = json }

  /// On how many nodes a pod should be.
  public var replicas: Int? { self[integer: "status", "desiredNumberScheduled"] ?? 0 }
  /// On how many of these nodes one is.
  public var currentReplicas: Int { self[integer: "status", "currentNumberScheduled"] ?? 0 }
  /// How many of the pods are as the specification says now.
  public var updatedReplicas: Int { self[integer: "status", "updatedNumberScheduled"] ?? 0 }
  /// How many of the pods are ready.
  public var readyReplicas: Int { self[integer: "status", "numberReady"] ?? 0 }
  /// How many of the pods have been ready for long enough.
  public var availableReplicas: Int { self[integer: "status", "numberAvailable"] ?? 0 }
}
