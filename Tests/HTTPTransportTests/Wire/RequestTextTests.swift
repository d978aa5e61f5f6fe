import Testing

@testable import HTTPTransport

@Suite struct `A request that is sent` {
  private func text(_ request: HTTPRequest) throws -> String {
    let text = try RequestText(request, host: "h:1")
    return String(decoding: text.head + text.body, as: UTF8.self)
  }

  @Test func `has its host, its fields in order and its length`() throws {
    #expect(
      try text(HTTPRequest("GET", "/a?b=c%20d", headers: ["Accept": "x", "B": ""]))
        == "GET /a?b=c%20d HTTP/1.1\r\nHost: h:1\r\nAccept: x\r\nB: \r\n\r\n")
    #expect(
      try text(HTTPRequest("POST", "/", body: Array("ab".utf8)))
        == "POST / HTTP/1.1\r\nHost: h:1\r\nContent-Length: 2\r\n\r\nab")
  }

  @Test func `says that it is empty where a body is usual`() throws {
    for method in ["POST", "PUT", "PATCH"] {
      #expect(try text(HTTPRequest(method, "/")).contains("Content-Length: 0\r\n"))
    }
    #expect(try !text(HTTPRequest("DELETE", "/")).contains("Content-Length"))
  }

  @Test func `may be repeated if it is a GET or a HEAD`() throws {
    for (method, isRepeatable) in [("GET", true), ("HEAD", true), ("PUT", false), ("get", false)] {
      #expect(try RequestText(HTTPRequest(method, "/"), host: "h").isRepeatable == isRepeatable)
    }
  }

  @Test(arguments: [
    HTTPRequest("GET", ""), HTTPRequest("GET", "*"), HTTPRequest("GET", "http://h/"),
    HTTPRequest("GET", "/a b"), HTTPRequest("GET", "/a\r\nb"), HTTPRequest("GET", "/#a"),
    HTTPRequest("GET", "/\u{e9}"), HTTPRequest("", "/"), HTTPRequest("GET /", "/"),
    HTTPRequest("CONNECT", "/"), HTTPRequest("GET", "/", headers: ["A\r\nB": "c"]),
    HTTPRequest("GET", "/", headers: ["": "c"]), HTTPRequest("GET", "/", headers: ["A": "b\nc"]),
    HTTPRequest("GET", "/", headers: ["A": "b\u{0}c"]),
    HTTPRequest("GET", "/", headers: ["HOST": "c"]),
    HTTPRequest("GET", "/", headers: ["connection": "close"]),
    HTTPRequest("GET", "/", headers: ["Transfer-Encoding": "chunked"]),
    HTTPRequest("GET", "/", headers: ["Upgrade": "websocket"]),
  ])
  func `is refused where the server would read something else`(request: HTTPRequest) {
    #expect(throws: UnsendableRequest.self) { try RequestText(request, host: "h") }
  }

  @Test func `does not show a value when it is refused`() {
    let error = #expect(throws: UnsendableRequest.self) {
      try RequestText(
        HTTPRequest("GET", "/", headers: ["Authorization": "Bearer secret\n"]), host: "h")
    }
    #expect(
      error?.reason == "the field Authorization has a line break or another control character")
  }
}
