/// What a watch is to tell of.
public struct WatchOptions: Hashable, Sendable {
  /// Which objects, by label.
  public var labels: LabelSelector
  /// Which objects, by field; `FieldSelector.name` for one object.
  public var fields: FieldSelector?
  /// After which version; `nil` begins with what is there, without saying where that ends.
  public var resourceVersion: ResourceVersion?
  /// Whether the server may say how far it is where nothing happened.
  public var allowsBookmarks: Bool
  /// After how long the server ends the watch; whole seconds, `nil`: after what it likes.
  public var timeout: Duration?
  /// Whether to begin with all objects that are there and a bookmark after them. Asks for
  /// bookmarks too: without them the end of that list is never told.
  public var sendsInitialEvents: Bool
  /// Whether only the metadata of each object is wanted.
  public var isMetadataOnly: Bool

  /// Options.
  public init(
    labels: LabelSelector = .everything, fields: FieldSelector? = nil,
    resourceVersion: ResourceVersion? = nil, allowsBookmarks: Bool = true,
    timeout: Duration? = nil, sendsInitialEvents: Bool = false, isMetadataOnly: Bool = false
  ) {
    self.labels = labels
    self.fields = fields
    self.resourceVersion = resourceVersion
    self.allowsBookmarks = allowsBookmarks
    self.timeout = timeout
    self.sendsInitialEvents = sendsInitialEvents
    self.isMetadataOnly = isMetadataOnly
  }
}
