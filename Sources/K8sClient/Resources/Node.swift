public import JSONValue
public import TimeText

/// A node: a machine whose kubelet runs pods.
public struct Node: Resource {
  /// `v1`, `nodes`; they live in no namespace.
  public static let type = ResourceType(
    version: "v1", plural: "nodes", kind: "Node", isNamespaced: false)

  /// What its fields have to be.
  public static let fields: [FieldRule] = [
    .object("spec"), .flag("spec", "unschedulable"), .object("status"),
    .list("status", "conditions"),
  ]

  /// The whole object.
  public var json: JSONValue

  /// The node that some JSON is.
  public init(json: JSONValue) { self.json = json }

  /// Whether its kubelet reports that it is well. One that does not report may run its pods all the
  /// same.
  public var isReady: Bool { condition("Ready")?.isTrue ?? false }
  /// Since when it is ready; `nil` where it is not, or nothing says since when.
  public var readySince: Timestamp? {
    isReady ? condition("Ready")?.lastTransitionTime : nil
  }
  /// Whether no pod is to be put there any more.
  public var isCordoned: Bool { self[flag: "spec", "unschedulable"] ?? false }
}
