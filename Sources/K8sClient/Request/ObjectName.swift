/// The name of an object. It is never empty, so that no request for an object can become one for
/// its whole collection.
public struct ObjectName: Hashable, Sendable, CustomStringConvertible {
  /// The name.
  public let description: String

  /// Takes a name of the form that nearly all objects have, an RFC 1123 subdomain.
  ///
  /// - Parameter text: 1 to 253 of a-z, 0-9, `-` and `.`; each part between dots begins and ends
  ///   with a letter or a digit.
  /// - Throws: `ValueError` for anything else.
  public init(_ text: String) throws(ValueError) {
    try self.init(text, by: .subdomain)
  }

  /// Takes a name that an API server gave to something that is there.
  ///
  /// Some objects of RBAC (`system:node`) and events of the core group have names that are no
  /// subdomains.
  ///
  /// - Parameter text: 1 to 253 visible ASCII characters without `/` and `%`; not `.` or `..`.
  /// - Throws: `ValueError` for anything else.
  public init(existing text: String) throws(ValueError) {
    try self.init(text, by: .pathSegment)
  }

  private init(_ text: String, by rule: NameRule) throws(ValueError) {
    if let fault = rule.fault(in: text) { throw ValueError("an object name", text, fault) }
    description = text
  }
}
