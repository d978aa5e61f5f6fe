import JSONValue

/// A Kubernetes object of one kind: names for the fields that are used, over JSON that keeps the rest.
///
/// Three members make a type, its own fields are computed by the subscripts of `JSONBacked`:
///
///     struct Backup: Resource {
///       static let type = ResourceType(
///         group: "example.org", version: "v1", plural: "backups", kind: "Backup")
///       var json: JSONValue
///       init(json: JSONValue) { self.json = json }
///
///       var schedule: String? {
///         get { self[text: "spec", "schedule"] }
///         set { self[text: "spec", "schedule"] = newValue }
///       }
///     }
public protocol Resource: JSONBacked {
  /// Where objects of this kind are found in the API.
  static var type: ResourceType { get }
  /// What its fields have to be: reading an answer refuses objects whose fields are something else,
  /// rather than to take them for absent. None, unless a type says so.
  static var fields: [FieldRule] { get }
}

extension Resource {
  /// None.
  public static var fields: [FieldRule] { [] }

  /// A new object with nothing but its names.
  ///
  /// - Parameters:
  ///   - name: Its name.
  ///   - namespace: Its namespace; `nil` for objects of the whole cluster.
  public init(named name: ObjectName, in namespace: Namespace?) {
    self.init(json: ["apiVersion": .string(Self.type.apiVersion), "kind": .string(Self.type.kind)])
    metadata.name = name
    metadata.namespace = namespace
  }

  /// What every object has: names, labels, owners.
  public var metadata: ObjectMetadata {
    get { ObjectMetadata(json: json["metadata"] ?? [:]) }
    set { json["metadata"] = newValue.json }
  }

  /// The object as people call it: `pod media/plex-0`.
  public var title: String {
    let name = (json["metadata"]?["name"]?.stringValue ?? "").plain(limit: 253)
    let namespace = json["metadata"]?["namespace"]?.stringValue?.plain(limit: 63)
    let noun = Self.type.noun
    guard !name.isEmpty else { return namespace.map { "a \(noun) in \($0)" } ?? "a \(noun)" }
    return "\(noun) \(namespace.map { "\($0)/" } ?? "")\(name)"
  }

  /// Where the object is found.
  ///
  /// - Returns: Its place.
  /// - Throws: `ValueError` where it has no name, or lacks the namespace that its type needs.
  public func path() throws(ValueError) -> ObjectPath {
    try ObjectPath(
      Self.type, try ObjectName(existing: json["metadata"]?["name"]?.stringValue ?? ""),
      in: Self.type.isNamespaced ? metadata.namespace : nil)
  }
}
