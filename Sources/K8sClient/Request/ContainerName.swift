/// The name of a container in a pod: an RFC 1123 label.
public struct ContainerName: Hashable, Sendable, CustomStringConvertible {
  /// The name.
  public let description: String

  /// Takes a name.
  ///
  /// - Parameter text: 1 to 63 of a-z, 0-9 and `-`; the first and the last no `-`.
  /// - Throws: `ValueError` for anything else.
  public init(_ text: String) throws(ValueError) {
    if let fault = NameRule.label.fault(in: text) {
      throw ValueError("a container name", text, fault)
    }
    description = text
  }
}
