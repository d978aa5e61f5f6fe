public import JSONValue

/// Which object something is about.
public struct ObjectReference: JSONBacked {
  /// All of it.
  public var json: JSONValue

  /// The reference that some JSON is.
  public init(json: JSONValue) { self.json = json }

  /// A reference.
  ///
  /// - Parameters:
  ///   - type: The type of the object.
  ///   - name: Its name.
  ///   - namespace: Its namespace; `nil` for objects of the whole cluster.
  ///   - uid: Its uid. Without it, `kubectl describe` does not show an event that is about the object.
  public init(
    _ type: ResourceType, _ name: ObjectName, in namespace: Namespace?, uid: UID? = nil
  ) {
    json = ["apiVersion": .string(type.apiVersion), "kind": .string(type.kind)]
    if let namespace { json["namespace"] = .string(namespace.description) }
    json["name"] = .string(name.description)
    if let uid { json["uid"] = .string(uid.description) }
  }

  /// A reference to an object that is at hand.
  ///
  /// - Parameter object: The object.
  public init(to object: some Resource) {
    let metadata = object.metadata
    let type = Swift.type(of: object).type
    json = ["apiVersion": .string(type.apiVersion), "kind": .string(type.kind)]
    for key in ["namespace", "name", "uid", "resourceVersion"] {
      if let value = metadata.json[key]?.stringValue { json[key] = .string(value) }
    }
  }

  /// The kind of the object.
  public var kind: String { self[text: "kind"] ?? "" }
  /// The group and version of the object.
  public var apiVersion: String { self[text: "apiVersion"] ?? "" }
  /// The name of the object.
  public var name: ObjectName? {
    self[text: "name"].flatMap { text in try? ObjectName(existing: text) }
  }
  /// The namespace of the object.
  public var namespace: Namespace? {
    self[text: "namespace"].flatMap { text in try? Namespace(text) }
  }
  /// The uid of the object.
  public var uid: UID? { self[text: "uid"].flatMap { text in try? UID(text) } }
}
