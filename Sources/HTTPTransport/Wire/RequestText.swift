/// A request as it goes over the wire.
struct RequestText: Hashable, Sendable {
  /// The request line and the fields, to the empty line.
  let head: [UInt8]
  let body: [UInt8]
  let isHEAD: Bool
  /// Whether asking twice is the same as asking once, whatever the server did the first time.
  let isRepeatable: Bool

  /// Fields on which the two ends rely to find the ends of messages: never left to the caller.
  private static let ownFields = [
    "Host", "Connection", "Content-Length", "Transfer-Encoding", "Upgrade", "Expect",
  ]

  /// - Throws: `UnsendableRequest` where a part of it would be read as something else by the server.
  init(_ request: HTTPRequest, host: String) throws(UnsendableRequest) {
    guard !request.method.isEmpty, request.method.utf8.allSatisfy(FieldLine.isToken) else {
      throw UnsendableRequest(reason: "the method is not a word of HTTP")
    }
    guard request.method != "CONNECT" else {
      throw UnsendableRequest(reason: "CONNECT is for proxies, which are not supported")
    }
    guard request.target.hasPrefix("/") else {
      throw UnsendableRequest(reason: "the target does not begin with a slash")
    }
    guard request.target.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != 0x23 }) else {
      throw UnsendableRequest(
        reason: "the target has a character that must be percent-encoded")
    }
    var text = "\(request.method) \(request.target) HTTP/1.1\r\nHost: \(host)\r\n"
    for field in request.headers.fields {
      try Self.check(field)
      text += "\(field.name): \(field.value)\r\n"
    }
    for name in Self.ownFields where request.headers[name] != nil {
      throw UnsendableRequest(reason: "the field \(name) is the transport's to set")
    }
    if !request.body.isEmpty || ["POST", "PUT", "PATCH"].contains(request.method) {
      text += "Content-Length: \(request.body.count)\r\n"
    }
    head = Array((text + "\r\n").utf8)
    body = request.body
    isHEAD = request.method == "HEAD"
    isRepeatable = request.method == "GET" || isHEAD
  }

  private static func check(_ field: HTTPHeaders.Field) throws(UnsendableRequest) {
    guard !field.name.isEmpty, field.name.utf8.allSatisfy(FieldLine.isToken) else {
      throw UnsendableRequest(reason: "a field has a name that is not a word of HTTP")
    }
    // The value is not shown: it may be a credential.
    guard field.value.utf8.allSatisfy(FieldLine.isText) else {
      throw UnsendableRequest(
        reason: "the field \(field.name) has a line break or another control character")
    }
  }
}

/// Why a request is not sent.
struct UnsendableRequest: Error, Hashable, Sendable {
  let reason: String
}
