/// Where the objects of one type in one scope are found: `/api/v1/namespaces/media/pods`.
public struct CollectionPath: Hashable, Sendable {
  /// The type of the objects.
  public let type: ResourceType
  /// Where they are looked for.
  public let scope: Scope

  /// A place to look for objects.
  ///
  /// - Parameters:
  ///   - type: What is looked for.
  ///   - scope: Where.
  /// - Throws: `ValueError` where objects of this type cannot be in such a scope.
  public init(_ type: ResourceType, in scope: Scope) throws(ValueError) {
    switch (scope, type.isNamespaced) {
    case (.namespace, true), (.allNamespaces, true), (.cluster, false):
      self.type = type
      self.scope = scope
    case (.cluster, true):
      throw ValueError(
        "a scope of \(type.plural)", "cluster", "each of them is in a namespace")
    case (.namespace, false), (.allNamespaces, false):
      throw ValueError(
        "a scope of \(type.plural)", scope.description, "they belong to the whole cluster")
    }
  }

  /// The same for the type of a resource.
  public init<Kind: Resource>(_ type: Kind.Type, in scope: Scope) throws(ValueError) {
    try self.init(type.type, in: scope)
  }

  /// One object of them.
  ///
  /// - Parameter name: Its name.
  /// - Returns: Where it is found.
  /// - Throws: `ValueError` where the scope is all namespaces: a name alone does not tell which.
  public func object(_ name: ObjectName) throws(ValueError) -> ObjectPath {
    switch scope {
    case .namespace(let namespace): try ObjectPath(type, name, in: namespace)
    case .cluster: try ObjectPath(type, name, in: nil)
    case .allNamespaces:
      throw ValueError("an object's place", name.description, "it says no namespace")
    }
  }

  /// The path as text, encoded.
  public var text: String {
    switch scope {
    case .namespace(let namespace): "\(type.root)/namespaces/\(namespace)/\(type.plural)"
    case .allNamespaces, .cluster: "\(type.root)/\(type.plural)"
    }
  }
}

extension ResourceType {
  /// Where the paths of this group and version begin: `/api/v1`, `/apis/batch/v1`.
  var root: String {
    group.isEmpty
      ? "/api/\(PercentEncoding.encode(version))"
      : "/apis/\(PercentEncoding.encode(group))/\(PercentEncoding.encode(version))"
  }
}
