public import JSONValue

/// The metadata of an object and nothing else: what the server sends where only that is asked for.
public struct MetadataOf<Kind: Resource>: Resource {
  /// The type of the object, marked so that requests ask for metadata alone.
  public static var type: ResourceType {
    var type = Kind.type
    type.isMetadataOnly = true
    return type
  }

  /// Kind, version and metadata.
  public var json: JSONValue

  /// What some JSON is.
  public init(json: JSONValue) { self.json = json }
}

/// What a Secret is called, and nothing of what it holds.
///
/// Its requests ask for metadata alone. Were a server to send more, the rest is dropped before
/// anybody sees it; so is what `kubectl apply` keeps of a Secret's data in an annotation.
public struct SecretMetadata: Resource {
  /// Secrets, of which only metadata is asked for.
  public static let type = ResourceType(
    version: "v1", plural: "secrets", kind: "Secret", isMetadataOnly: true)

  private static let lastApplied = "kubectl.kubernetes.io/last-applied-configuration"

  private var stripped: JSONValue

  /// Kind, version and metadata; whatever else is set is dropped.
  public var json: JSONValue {
    get { stripped }
    set { stripped = Self.strip(newValue) }
  }

  /// What some JSON is, without all but its metadata.
  public init(json: JSONValue) { stripped = Self.strip(json) }

  private static func strip(_ json: JSONValue) -> JSONValue {
    guard var object = json.objectValue else { return json.isNull ? .null : [:] }
    object.removeAll { !["apiVersion", "kind", "metadata"].contains($0.key) }
    var stripped = JSONValue.object(object)
    stripped.set(nil, at: ["metadata", "managedFields"])
    stripped.set(nil, at: ["metadata", "annotations", lastApplied])
    return stripped
  }
}
