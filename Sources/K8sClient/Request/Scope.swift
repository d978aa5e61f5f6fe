/// Where objects are looked for.
public enum Scope: Hashable, Sendable {
  /// In one namespace.
  case namespace(Namespace)
  /// In all namespaces.
  case allNamespaces
  /// In the cluster: for objects that have no namespace.
  case cluster

  /// In one namespace, by its name.
  ///
  /// - Parameter text: The name.
  /// - Returns: The scope.
  /// - Throws: `ValueError` where it is no name of a namespace.
  public static func namespace(_ text: String) throws(ValueError) -> Scope {
    .namespace(try Namespace(text))
  }
}

extension Scope: CustomStringConvertible {
  /// As a message has it after a noun: `in media`, `in all namespaces`, `in the cluster`.
  public var description: String {
    switch self {
    case .namespace(let namespace): "in \(namespace)"
    case .allNamespaces: "in all namespaces"
    case .cluster: "in the cluster"
    }
  }
}
