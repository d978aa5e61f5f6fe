/// What a list is to hold.
public struct ListOptions: Hashable, Sendable {
  /// Which objects, by label.
  public var labels: LabelSelector
  /// Which objects, by field.
  public var fields: FieldSelector?
  /// At most how many objects in one answer; `nil` for all of them.
  public var limit: Int?
  /// Where the last page ended: `ObjectList.continueToken`.
  public var continueToken: String?
  /// Of which version; `nil` for the newest.
  public var resourceVersion: ResourceVersion?
  /// How `resourceVersion` is meant; asked by the server only where a version is given.
  public var match: ResourceVersionMatch?
  /// Whether only the metadata of each object is wanted.
  public var isMetadataOnly: Bool

  /// Options; without any, everything in one answer.
  public init(
    labels: LabelSelector = .everything, fields: FieldSelector? = nil, limit: Int? = nil,
    continueToken: String? = nil, resourceVersion: ResourceVersion? = nil,
    match: ResourceVersionMatch? = nil, isMetadataOnly: Bool = false
  ) {
    self.labels = labels
    self.fields = fields
    self.limit = limit
    self.continueToken = continueToken
    self.resourceVersion = resourceVersion
    self.match = match
    self.isMetadataOnly = isMetadataOnly
  }
}
