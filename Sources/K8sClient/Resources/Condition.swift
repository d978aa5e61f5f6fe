public import JSONValue
public import TimeText

/// One thing that a controller found out about an object: `Ready` is `True` since then, because.
public struct Condition: JSONBacked {
  /// All of it.
  public var json: JSONValue

  /// The condition that some JSON is.
  public init(json: JSONValue) { self.json = json }

  /// What it is about: `Ready`, `Failed`.
  public var type: String { self[text: "type"] ?? "" }
  /// Whether it holds; `nil` where that is not known.
  public var isTrue: Bool? {
    switch self[text: "status"] {
    case "True": true
    case "False": false
    default: nil
    }
  }
  /// Why, in one word: `BackoffLimitExceeded`.
  public var reason: String? { self[text: "reason"] }
  /// Why, in words.
  public var message: String? { self[text: "message"] }
  /// Since when.
  public var lastTransitionTime: Timestamp? { self[time: "lastTransitionTime"] }
}

extension Resource {
  /// What controllers found out about the object: `status.conditions`.
  public var conditions: [Condition] { self[parts: "status", "conditions"] }

  /// The condition of a type; `nil` where nothing is said about it.
  public func condition(_ type: String) -> Condition? {
    conditions.first { $0.type == type }
  }
}
