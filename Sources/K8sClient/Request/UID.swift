/// What tells an object from every other one that ever was, also from one of the same name.
public struct UID: Hashable, Sendable, CustomStringConvertible {
  /// The text; opaque.
  public let description: String

  /// Takes what an API server gave.
  ///
  /// - Parameter text: 1 to 253 visible ASCII characters.
  /// - Throws: `ValueError` for anything else.
  public init(_ text: String) throws(ValueError) {
    guard text.isOpaqueToken else {
      throw ValueError("a uid", text, "it must be 1 to 253 visible ASCII characters")
    }
    description = text
  }
}

extension String {
  /// Whether this is what the API gives as opaque text: 1 to 253 visible ASCII characters.
  var isOpaqueToken: Bool {
    !isEmpty && utf8.count <= 253 && utf8.allSatisfy { 0x21...0x7E ~= $0 }
  }
}
