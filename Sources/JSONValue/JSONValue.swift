/// A JSON document, or any part of one.
///
/// Nothing that matters to a reader of the text is lost between parsing and writing: objects keep
/// the order of their keys, numbers keep their digits. What is not kept is layout: white space, and
/// which of several escapes spelled a character.
///
/// Two values are equal when RFC 8259 gives a reader no way to tell them apart: numbers by numeric
/// value, objects regardless of order, and strings code unit by code unit. The last differs from
/// `String`, whose `==` takes `"é"` and `"e\u{301}"` for the same text; two such keys may
/// stand side by side in one object, so here they are different.
public enum JSONValue: Sendable {
  /// The literal `null`.
  case null
  /// The literal `true` or `false`.
  case bool(Bool)
  /// A number, with its digits as they were written.
  case number(JSONNumber)
  /// A string.
  case string(String)
  /// An array.
  case array([JSONValue])
  /// An object, in the order of its keys.
  case object(JSONObject)
}

extension JSONValue: Hashable {
  /// Tells whether two values are equal; see ``JSONValue`` for what that means.
  public static func == (one: JSONValue, other: JSONValue) -> Bool {
    switch (one, other) {
    case (.null, .null): true
    case (.bool(let one), .bool(let other)): one == other
    case (.number(let one), .number(let other)): one == other
    case (.string(let one), .string(let other)): one.isSpelled(like: other)
    case (.array(let one), .array(let other)): one == other
    case (.object(let one), .object(let other)): one == other
    case (.null, _), (.bool, _), (.number, _), (.string, _), (.array, _), (.object, _): false
    }
  }

  /// Feeds the value to `hasher`; equal values feed the same.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(kind)
    switch self {
    case .null: break
    case .bool(let bool): hasher.combine(bool)
    case .number(let number): hasher.combine(number)
    case .string(let string): string.hashSpelling(into: &hasher)
    case .array(let array): hasher.combine(array)
    case .object(let object): hasher.combine(object)
    }
  }
}

extension JSONValue {
  /// Which of the six kinds of JSON value this is.
  public enum Kind: String, CaseIterable, Sendable, CustomStringConvertible {
    /// The literal `null`.
    case null
    /// `true` or `false`.
    case bool
    /// A number.
    case number
    /// A string.
    case string
    /// An array.
    case array
    /// An object.
    case object

    /// The kind with its article, as a message needs it: `an array`, `a string`, `null`.
    public var description: String {
      switch self {
      case .null: "null"
      case .bool: "a boolean"
      case .number: "a number"
      case .string: "a string"
      case .array: "an array"
      case .object: "an object"
      }
    }
  }

  /// Which of the six kinds of JSON value this is.
  public var kind: Kind {
    switch self {
    case .null: .null
    case .bool: .bool
    case .number: .number
    case .string: .string
    case .array: .array
    case .object: .object
    }
  }
}
