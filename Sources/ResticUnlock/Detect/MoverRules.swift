/// Which Jobs are looked at.
public struct MoverRules: Hashable, Sendable {
  /// How the names of Jobs begin that are movers although nothing else says so.
  public var namePrefix = "volsync-"
  /// Labels that a Job has to have, each of them.
  public var labels: [String: String] = [:]
  /// The namespaces; none: all.
  public var namespaces: Set<String> = []

  /// The usual rules.
  public init() {}

  /// Whether what happens in a namespace is looked at.
  public func cover(namespace: String) -> Bool {
    namespaces.isEmpty || namespaces.contains(namespace)
  }

  /// Whether an object has all the labels that are asked for.
  public func cover(labels found: [String: String]) -> Bool {
    labels.allSatisfy { found[$0.key] == $0.value }
  }
}
