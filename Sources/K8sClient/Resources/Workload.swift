import JSONValue
public import TimeText

/// What makes pods anew when they go: a Deployment, a StatefulSet, …
public protocol Workload: Resource {
  /// How many pods there should be; `nil` where nothing is said, which most types take for one.
  var replicas: Int? { get }
  /// How many pods there are.
  var currentReplicas: Int { get }
  /// How many of them are as the specification says now.
  var updatedReplicas: Int { get }
  /// How many of them are ready.
  var readyReplicas: Int { get }
  /// How many of them have been ready for long enough.
  var availableReplicas: Int { get }
}

extension Workload {
  /// Up to which generation its controller has seen it.
  public var observedGeneration: Int? { self[integer: "status", "observedGeneration"] }

  /// Whether all pods there should be are there, as the specification says now, and none besides.
  ///
  /// False as long as its controller has not seen the last change.
  public var isRolledOut: Bool {
    let wanted = replicas ?? 1
    return (observedGeneration ?? 0) >= (metadata.generation ?? 0) && updatedReplicas == wanted
      && currentReplicas == wanted && availableReplicas == wanted
  }

  /// A change that has all pods made anew, in the order that the type's own rules say. The same
  /// instant a second time changes nothing.
  ///
  /// - Parameter instant: What is put down as the moment of the restart.
  /// - Returns: The patch, as `kubectl rollout restart` makes it.
  public static func restartPatch(at instant: Timestamp) -> Patch {
    .strategicMerge([
      "spec": [
        "template": [
          "metadata": [
            "annotations": [
              "kubectl.kubernetes.io/restartedAt": .string(instant.wholeSecondText)
            ]
          ]
        ]
      ]
    ])
  }
}

/// The counts of the types that have `spec.replicas`.
public protocol ReplicatedWorkload: Workload {}

extension ReplicatedWorkload {
  /// How many pods there should be.
  public var replicas: Int? {
    get { self[integer: "spec", "replicas"] }
    set { self[integer: "spec", "replicas"] = newValue }
  }
  /// How many pods there are.
  public var currentReplicas: Int { self[integer: "status", "replicas"] ?? 0 }
  /// How many of them are as the specification says now.
  public var updatedReplicas: Int { self[integer: "status", "updatedReplicas"] ?? 0 }
  /// How many of them are ready.
  public var readyReplicas: Int { self[integer: "status", "readyReplicas"] ?? 0 }
  /// How many of them have been ready for long enough.
  public var availableReplicas: Int { self[integer: "status", "availableReplicas"] ?? 0 }
}

extension FieldRule {
  static let ofReplicas: [FieldRule] = [
    .object("spec"), .integer("spec", "replicas"), .object("status"),
    .integer("status", "replicas"), .integer("status", "readyReplicas"),
    .integer("status", "availableReplicas"), .integer("status", "updatedReplicas"),
    .integer("status", "observedGeneration"), .list("status", "conditions"),
  ]
}
