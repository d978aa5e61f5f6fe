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
