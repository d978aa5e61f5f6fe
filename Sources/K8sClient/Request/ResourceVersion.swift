/// A version of an object or of a list, as the API server counts. Opaque: only equality has a meaning.
public struct ResourceVersion: Hashable, Sendable, CustomStringConvertible {
  /// The text; opaque.
  public let description: String

  /// Any version that the server has at hand: `0`. Answers may be old, and `limit` does nothing.
  public static let any = ResourceVersion(known: "0")

  private init(known text: String) { description = text }

  /// Takes what an API server gave.
  ///
  /// - Parameter text: 1 to 253 visible ASCII characters.
  /// - Throws: `ValueError` for anything else.
  public init(_ text: String) throws(ValueError) {
    guard text.isOpaqueToken else {
      throw ValueError("a resource version", text, "it must be 1 to 253 visible ASCII characters")
    }
    description = text
  }
}

/// How a resource version is meant in a list.
public enum ResourceVersionMatch: String, Hashable, Sendable {
  /// That version and no other.
  case exact = "Exact"
  /// That version or a later one.
  case notOlderThan = "NotOlderThan"
}
