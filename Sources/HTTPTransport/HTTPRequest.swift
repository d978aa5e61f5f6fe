/// One request of HTTP/1.1, as a value.
public struct HTTPRequest: Hashable, Sendable {
  /// The method, as it is sent: `GET`, `POST`, …
  public var method: String
  /// The path with its query, encoded: what stands in the request line.
  public var target: String
  /// The fields, without `Host`, `Content-Length` and `Connection`, which the transport sets.
  public var headers: HTTPHeaders
  /// The body; empty: none.
  public var body: [UInt8]

  /// A request.
  ///
  /// - Parameters:
  ///   - method: The method, such as `GET`.
  ///   - target: The path with its query, encoded; starts with a slash.
  ///   - headers: The fields that are sent beside those of the transport.
  ///   - body: The body; empty for none.
  public init(
    _ method: String, _ target: String, headers: HTTPHeaders = [:], body: [UInt8] = []
  ) {
    self.method = method
    self.target = target
    self.headers = headers
    self.body = body
  }
}

extension HTTPRequest: CustomStringConvertible, CustomReflectable {
  /// Method and path: query, fields and body may hold secrets.
  public var description: String { "\(method) \(target.prefix { $0 != "?" })" }

  /// No more than the description.
  public var customMirror: Mirror { Mirror(self, children: []) }
}
