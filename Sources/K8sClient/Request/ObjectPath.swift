/// Where one object is found: `/api/v1/namespaces/media/pods/plex-0`.
public struct ObjectPath: Hashable, Sendable {
  /// Its type.
  public let type: ResourceType
  /// Its namespace; `nil` for objects of the whole cluster.
  public let namespace: Namespace?
  /// Its name.
  public let name: ObjectName

  /// The place of an object.
  ///
  /// - Parameters:
  ///   - type: Its type.
  ///   - name: Its name.
  ///   - namespace: Its namespace; `nil` for objects of the whole cluster.
  /// - Throws: `ValueError` where the type needs a namespace and none is given, or the other way
  ///   round.
  public init(
    _ type: ResourceType, _ name: ObjectName, in namespace: Namespace?
  ) throws(ValueError) {
    guard type.isNamespaced == (namespace != nil) else {
      throw ValueError(
        "a place of a \(type.noun)", name.description,
        type.isNamespaced ? "it says no namespace" : "a \(type.noun) has no namespace")
    }
    self.type = type
    self.namespace = namespace
    self.name = name
  }

  /// The same for the type of a resource.
  public init<Kind: Resource>(
    _ type: Kind.Type, _ name: ObjectName, in namespace: Namespace?
  ) throws(ValueError) {
    try self.init(type.type, name, in: namespace)
  }

  /// The place of an object, by names that are still to be checked.
  ///
  /// - Parameters:
  ///   - type: Its type.
  ///   - name: Its name.
  ///   - namespace: Its namespace; `nil` for objects of the whole cluster.
  /// - Throws: `ValueError` where a text is no name, or the type needs a namespace and none is
  ///   given, or the other way round.
  public init<Kind: Resource>(
    _ type: Kind.Type, _ name: String, in namespace: String? = nil
  ) throws(ValueError) {
    var place: Namespace?
    if let namespace { place = try Namespace(namespace) }
    try self.init(type.type, try ObjectName(name), in: place)
  }

  /// The collection that it belongs to.
  public var collectionText: String {
    if let namespace {
      "\(type.root)/namespaces/\(namespace)/\(type.plural)"
    } else {
      "\(type.root)/\(type.plural)"
    }
  }

  /// The path as text, encoded.
  public var text: String { "\(collectionText)/\(PercentEncoding.encode(name.description))" }
}

extension ObjectPath: CustomStringConvertible {
  /// The object as people call it: `pod media/plex-0`.
  public var description: String {
    if let namespace { "\(type.noun) \(namespace)/\(name)" } else { "\(type.noun) \(name)" }
  }
}

extension ResourceType {
  /// One object of this type, in a message: `pod`, `replicationsource`.
  public var noun: String { kind.lowercased() }
}
