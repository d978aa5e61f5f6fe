/// Where objects of one kind are found in the API.
public struct ResourceType: Hashable, Sendable {
  /// The API group; empty for the core group.
  public var group: String
  /// The version: `v1`.
  public var version: String
  /// The name in paths: `pods`.
  public var plural: String
  /// The name in objects: `Pod`.
  public var kind: String
  /// Whether its objects live in a namespace.
  public var isNamespaced: Bool
  /// Whether nothing but the metadata of its objects is ever asked for.
  public var isMetadataOnly: Bool

  /// A type.
  ///
  /// - Parameters:
  ///   - group: The API group; empty for the core group.
  ///   - version: The version.
  ///   - plural: The name in paths.
  ///   - kind: The name in objects.
  ///   - isNamespaced: Whether its objects live in a namespace.
  ///   - isMetadataOnly: Whether nothing but the metadata of its objects is ever asked for.
  public init(
    group: String = "", version: String, plural: String, kind: String, isNamespaced: Bool = true,
    isMetadataOnly: Bool = false
  ) {
    self.group = group
    self.version = version
    self.plural = plural
    self.kind = kind
    self.isNamespaced = isNamespaced
    self.isMetadataOnly = isMetadataOnly
  }

  /// What stands in `apiVersion`: `v1`, `batch/v1`.
  public var apiVersion: String { group.isEmpty ? version : "\(group)/\(version)" }
}
