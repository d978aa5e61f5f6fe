/// One header line.
public struct StubHeader: Hashable, Sendable {
  /// Its name, as sent.
  public var name: String
  /// Its value, without white space around it.
  public var value: String

  /// A header line.
  ///
  /// - Parameters:
  ///   - name: Its name.
  ///   - value: Its value.
  public init(_ name: String, _ value: String) {
    self.name = name
    self.value = value
  }
}

/// A request, as it came in.
public struct StubRequest: Hashable, Sendable {
  /// `GET`, `POST` and so on.
  public var method: String
  /// Path and query, as sent: still percent-encoded.
  public var target: String
  /// The header lines, in order.
  public var headers: [StubHeader]
  /// The body; empty for none.
  public var body: [UInt8]
  /// The user that a client certificate names; `nil` without one.
  public var certificate: String?

  /// A request.
  ///
  /// - Parameters:
  ///   - method: `GET`, `POST` and so on.
  ///   - target: Path and query.
  ///   - headers: The header lines.
  ///   - body: The body; empty for none.
  ///   - certificate: The user that a client certificate names.
  public init(
    _ method: String, _ target: String, headers: [StubHeader] = [], body: [UInt8] = [],
    certificate: String? = nil
  ) {
    self.method = method
    self.target = target
    self.headers = headers
    self.body = body
    self.certificate = certificate
  }

  /// The first value of a header; `nil` where it is absent.
  ///
  /// - Parameter name: Its name, in whatever case.
  /// - Returns: The value.
  public func header(_ name: String) -> String? {
    headers.first { $0.name.lowercased() == name.lowercased() }?.value
  }
}
