public import JSONValue

/// A change of an object.
public enum Patch: Hashable, Sendable {
  /// RFC 7386: members replace members, `null` removes, arrays are replaced whole. Every type knows
  /// it.
  case merge(JSONValue)
  /// As `merge`, with lists merged by their keys. Only types that are built in know it.
  case strategicMerge(JSONValue)
  /// RFC 6902: a list of operations.
  case operations([JSONValue])
  /// Server-side apply: the whole of what `manager` wants of the object, which is made if it is not
  /// there. `isForced` takes over fields that another manager owns.
  case apply(JSONValue, manager: String, isForced: Bool = false)

  /// What is sent.
  public var json: JSONValue {
    switch self {
    case .merge(let json), .strategicMerge(let json), .apply(let json, _, _): json
    case .operations(let operations): .array(operations)
    }
  }

  /// What `json` is.
  public var contentType: String {
    switch self {
    case .merge: "application/merge-patch+json"
    case .strategicMerge: "application/strategic-merge-patch+json"
    case .operations: "application/json-patch+json"
    case .apply: "application/apply-patch+yaml"
    }
  }

  /// Whether the object must have the uid or the version that the patch names, so that a second
  /// time it hits nothing else and undoes nobody's change.
  var isTiedToObject: Bool {
    switch self {
    case .merge(let json), .strategicMerge(let json):
      // A version that is named is a precondition; a uid alone is not, in every type.
      json["metadata"]?["resourceVersion"]?.stringValue != nil
    case .apply(let json, _, _):
      json["metadata"]?["resourceVersion"]?.stringValue != nil
        || json["metadata"]?["uid"]?.stringValue != nil
    case .operations: false
    }
  }
}
