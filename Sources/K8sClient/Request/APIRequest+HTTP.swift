public import HTTPTransport
import JSONValue

extension APIRequest {
  /// What stands in the request line: the path with its query, encoded.
  public var target: String {
    guard !query.isEmpty else { return path }
    let items = query.map { item in
      "\(PercentEncoding.encode(item.name))=\(PercentEncoding.encode(item.value))"
    }
    return "\(path)?\(items.joined(separator: "&"))"
  }

  /// The call as HTTP, without credentials.
  ///
  /// - Parameter userAgent: How the client names itself.
  /// - Returns: The request.
  public func http(userAgent: String = ClientIdentity.userAgent) -> HTTPRequest {
    var headers: HTTPHeaders = ["Accept": accept, "User-Agent": userAgent]
    if body != nil { headers["Content-Type"] = contentType }
    return HTTPRequest(method, target, headers: headers, body: body?.bytes() ?? [])
  }
}
