public import TimeText

/// A pod beyond doubt: a StatefulSet's replacement has the same name and another uid.
public struct PodIdentity: Hashable, Sendable {
  /// Its namespace.
  public var namespace: String
  /// Its name.
  public var name: String
  /// Its uid.
  public var uid: String

  /// An identity.
  public init(namespace: String, name: String, uid: String) {
    self.namespace = namespace
    self.name = name
    self.uid = uid
  }
}

/// What is known of the pod that this process runs in.
public enum PodSelf: Hashable, Sendable {
  /// Nothing yet: the shell is finding out.
  case unknown
  /// This process does not run in a cluster.
  case notInCluster
  /// It runs in one and cannot tell which pod it is, for this reason.
  case fault(String)
  /// It is this pod.
  case pod(PodIdentity)
}

/// The object that made a pod and will make another (`ownerReferences` with `controller: true`).
public struct PodOwner: Hashable, Sendable {
  /// Its kind: `ReplicaSet`.
  public var kind: String
  /// Its name.
  public var name: String
  /// Its uid.
  public var uid: String

  /// An owner.
  public init(kind: String, name: String, uid: String) {
    self.kind = kind
    self.name = name
    self.uid = uid
  }

  /// Whether it makes a new pod in place of one that was removed.
  public var replacesPods: Bool {
    switch kind {
    case "ReplicaSet", "StatefulSet", "DaemonSet", "ReplicationController": true
    default: false
    }
  }
}

/// A pod as the API server showed it.
public struct PodFacts: Hashable, Sendable {
  /// Its name.
  public var name: String
  /// Its uid.
  public var uid: String
  /// When it was made, by the API server's clock.
  public var created: Timestamp
  /// Whether it has a `deletionTimestamp`: it is on its way out.
  public var isTerminating: Bool
  /// Its controlling owner; `nil` for a bare pod.
  public var owner: PodOwner?
  /// The label `pod-template-hash` (or `rollouts-pod-template-hash`), where it has one.
  public var templateHash: String?
  /// The node it is on.
  public var node: String?

  /// Facts.
  public init(
    name: String, uid: String, created: Timestamp, isTerminating: Bool = false,
    owner: PodOwner? = nil, templateHash: String? = nil, node: String? = nil
  ) {
    self.name = name
    self.uid = uid
    self.created = created
    self.isTerminating = isTerminating
    self.owner = owner
    self.templateHash = templateHash
    self.node = node
  }

  /// The workload that the pod belongs to.
  public var workload: Workload {
    guard let owner else { return Workload(kind: "Pod", name: name) }
    // A ReplicaSet is one revision of a Deployment; restarts are counted over all of them.
    if owner.kind == "ReplicaSet", let templateHash, !templateHash.isEmpty,
      owner.name.hasSuffix("-" + templateHash), owner.name.count > templateHash.count + 1
    {
      return Workload(kind: "Deployment", name: String(owner.name.dropLast(templateHash.count + 1)))
    }
    return Workload(kind: owner.kind, name: owner.name)
  }
}

/// What pods are replicas of: restarts are counted and held back for all of it together.
public struct Workload: Hashable, Sendable {
  /// Its kind: `Deployment`.
  public var kind: String
  /// Its name.
  public var name: String

  /// A workload.
  public init(kind: String, name: String) {
    self.kind = kind
    self.name = name
  }

  /// The name of the Lease that remembers its restarts: `mountmon-deployment-plex`.
  public var recordName: String { "mountmon-\(kind.lowercased())-\(name)" }
}
