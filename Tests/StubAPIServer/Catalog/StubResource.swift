public import JSONValue

/// A kind of object that the cluster serves.
public struct StubResource: Hashable, Sendable {
  /// The API group; empty for the core group.
  public var group: String
  /// The version that is served and stored.
  public var version: String
  /// `pods`
  public var plural: String
  /// `Pod`
  public var kind: String
  /// Whether its objects live in namespaces.
  public var isNamespaced = true
  /// Whether `/status` is a resource of its own.
  public var hasStatus = false
  /// Whether it comes from a CustomResourceDefinition.
  public var isCustom = false
  /// The schema of a custom resource; `nil` where every field is let through.
  public var schema: JSONValue?

  /// Whether `metadata.generation` counts changes of the wish.
  var countsGenerations = false
  /// Whether PUT needs no resourceVersion.
  var updatesUnconditionally = true
  /// Whether PUT creates what is missing.
  var createsOnUpdate = false
  /// What bodies are read as.
  var shape: ObjectShape?
  /// Fields that a field selector may name, besides name and namespace.
  var selectable: [String] = []
  /// How the refusal of another field reads.
  var selectorRefusal = SelectorRefusal.notSupported
  /// The verbs of discovery.
  var verbs = StubResource.allVerbs

  enum SelectorRefusal { case notSupported, notSupportedFor, notKnown }

  static let allVerbs = [
    "create", "delete", "deletecollection", "get", "list", "patch", "update", "watch",
  ]

  init(_ group: String, _ plural: String, _ kind: String, version: String = "v1") {
    self.group = group
    self.version = version
    self.plural = plural
    self.kind = kind
  }

  /// A custom resource.
  ///
  /// - Parameters:
  ///   - group: Its API group.
  ///   - version: The only version.
  ///   - plural: As paths name it.
  ///   - kind: As bodies name it.
  ///   - isNamespaced: Whether its objects live in namespaces.
  ///   - hasStatus: Whether `/status` is a resource of its own.
  ///   - schema: The `openAPIV3Schema`; `nil` lets every field through.
  /// - Returns: The resource, to be registered with ``StubCluster/register(_:)``.
  public static func custom(
    group: String, version: String, plural: String, kind: String, isNamespaced: Bool = true,
    hasStatus: Bool = true, schema: JSONValue? = nil
  ) -> StubResource {
    var resource = StubResource(group, plural, kind, version: version)
    resource.isNamespaced = isNamespaced
    resource.hasStatus = hasStatus
    resource.isCustom = true
    resource.schema = schema
    resource.countsGenerations = true
    resource.updatesUnconditionally = false
    return resource
  }

  /// `apps/v1`, `v1`.
  var groupVersion: String { group.isEmpty ? version : "\(group)/\(version)" }

  /// As `NotFound` and `Conflict` name it.
  var asResource: ResourceGroup { ResourceGroup(group, plural) }

  /// As `Invalid` and failed preconditions name it.
  var asKind: ResourceGroup { ResourceGroup(isEvent ? "" : group, kind) }

  var isEvent: Bool { kind == "Event" && plural == "events" }

  /// Where its objects are kept: both APIs of events share one place.
  var store: ResourceGroup { isEvent ? ResourceGroup("", "events") : asResource }

  var isPod: Bool { plural == "pods" && group.isEmpty }
  var isJob: Bool { plural == "jobs" && group == "batch" }
}
