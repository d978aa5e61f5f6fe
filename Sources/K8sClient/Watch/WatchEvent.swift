public import JSONValue

/// One event of a watch stream, as the server wrote it.
public struct WatchEvent: Hashable, Sendable {
  /// What an event says of its object.
  public enum Kind: String, CaseIterable, Sendable {
    /// It is there now: made, or in the selection from now on.
    case added = "ADDED"
    /// It is another than before.
    case modified = "MODIFIED"
    /// It is gone: deleted, or outside the selection from now on. The object is shown as it was last.
    case deleted = "DELETED"
    /// Nothing happened up to this resource version; the object holds little more than that.
    case bookmark = "BOOKMARK"
    /// The stream has failed; the object is a Status.
    case error = "ERROR"
  }

  /// What it says of its object.
  public var kind: Kind
  /// The object; always a JSON object.
  public var object: JSONValue

  /// An event.
  public init(_ kind: Kind, _ object: JSONValue) {
    self.kind = kind
    self.object = object
  }
}
