import HTTPTransport
import JSONValue
import Testing

@testable import K8sClient

@Suite struct `An answer that is no success` {
  private static func read(
    _ code: Int, _ body: String, _ headers: HTTPHeaders = [:]
  ) -> Status {
    Status(code: code, headers: headers, body: Array(body.utf8))
  }

  @Test func `gives its Status`() throws {
    let status = Self.read(
      409,
      """
      {"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"no",
       "reason":"Conflict","details":{"name":"x","group":"g","kind":"things","uid":"u",
       "causes":[{"reason":"R","message":"m","field":"a.b"},{"reason":5},7]},"code":999}
      """)
    #expect(status.code == 409, "what HTTP says counts")
    #expect(status.reason == "Conflict")
    #expect(status.message == "no")
    #expect(status.causes.first == .init(reason: "R", message: "m", field: "a.b"))
    #expect(status.causes.dropFirst().allSatisfy { $0 == .init() })
    #expect(
      status.object == .init(group: "g", kind: "things", name: "x", uid: try UID("u")))
    #expect(status.retryAfter == nil)
  }

  @Test func `may have lost its kind, and its type`() {
    let status = Self.read(
      504,
      #"{"metadata":{},"status":"Failure","message":"Timeout: x","reason":"Timeout","details":{}}"#,
      ["Content-Type": "text/plain; charset=utf-8"])
    #expect(status.reason == "Timeout")
    #expect(status.message == "Timeout: x")
    #expect(status.object == nil)
  }

  @Test(
    arguments: [
      ("404 page not found\n", "404 page not found"), ("", ""), (" \n ", ""),
      ("a\tb\r\nc\u{1B}[0m\u{0085}d", "a b c [0m d"), ("x\u{202E}y\u{200B}z", "xyz"),
      (#"{"message":"proxy\nsays no"}"#, "proxy says no"), (#"{"error":"no"}"#, "no"),
      (#"{"kind":"Pod","message":"of a pod"}"#, "of a pod"), ("{", "{"), ("[1]", "[1]"),
      (#"{"kind":"Status"}"#, ""), (#"{"kind":"Status","message":5,"reason":{}}"#, ""),
      ("<html><head><TITLE>502 Bad\nGateway</title></head>", "a web page: 502 Bad Gateway"),
      ("<!DOCTYPE HTML><p>no title", "a web page"), ("<html><title></title>", "a web page"),
      ("a\0b", "3 bytes that are no text"),
    ])
  func `gives its text where it is no Status`(body: String, message: String) {
    let status = Self.read(404, body)
    #expect(status.message == message)
    #expect(status.reason == nil)
    #expect(status.code == 404)
  }

  @Test func `gives its length where it is no text`() {
    let status = Status(code: 502, body: [0x1F, 0x8B, 0xFF, 0xFE, 0xC0, 0x80, 0x99, 0xAA])
    #expect(status.message == "8 bytes that are no text")
  }

  @Test func `is bounded`() {
    let long = String(repeating: "é", count: 100_000)
    #expect(Self.read(500, long).message.unicodeScalars.count == 2049)
    let causes = (0..<1000).map { #"{"message":"\#($0)"}"# }.joined(separator: ",")
    let status = Self.read(
      422, #"{"kind":"Status","message":"\#(long)","details":{"causes":[\#(causes)]}}"#)
    #expect(status.message.hasSuffix("…"))
    #expect(status.message.unicodeScalars.count == 2049)
    #expect(status.causes.count == 64)
    let deep = String(repeating: "[", count: 100_000)
    #expect(Self.read(500, #"{"a":"# + deep).message.hasPrefix(#"{"a":[[["#))
    let huge = Status(code: 500, body: Array(repeating: UInt8(ascii: "{"), count: 3_000_000))
    #expect(huge.message.unicodeScalars.count == 2049)
  }

  @Test func `of a watch's event has its code in it`() {
    #expect(Status(json: ["kind": "Status", "code": 410, "reason": "Expired"]).code == 410)
    #expect(Status(json: ["kind": "Status", "status": "Success"]).code == 200)
    #expect(Status(json: .null).code == 500)
  }

  @Test func `says when to come again`() {
    let body = #"{"kind":"Status","details":{"retryAfterSeconds":7}}"#
    #expect(Self.read(429, body).retryAfter == .seconds(7))
    #expect(Self.read(429, body, ["Retry-After": "9"]).retryAfter == .seconds(9))
    #expect(Self.read(429, body, ["Retry-After": "soon"]).retryAfter == .seconds(7))
    #expect(
      Self.read(429, #"{"kind":"Status","details":{"retryAfterSeconds":-1}}"#).retryAfter == nil)
  }
}

@Suite struct `The Retry-After field` {
  @Test(
    arguments: [
      ("1", Duration.seconds(1)), (" 10 ", .seconds(10)), ("0", .zero), ("", nil), ("-1", nil),
      ("+1", nil), ("1.5", nil), ("1e3", nil), ("soon", nil), ("٣", nil),
      ("99999999999999999999999", .seconds(366 * 86_400)),
      ("Sun, 06 Nov 1994 08:49:37 GMT", .seconds(37)),
      ("Sun, 06 Nov 1994 08:48:00 GMT", .zero), ("Sun, 06 Nov 1994 08:49:37 CET", nil),
      ("Sun, 06 Foo 1994 08:49:37 GMT", nil), ("Sun, 31 Feb 1994 08:49:37 GMT", nil),
      ("Sunday, 06-Nov-94 08:49:37 GMT", nil),
    ])
  func `is read in both of its forms`(text: String, wait: Duration?) {
    let headers: HTTPHeaders = ["retry-after": text, "date": "Sun, 06 Nov 1994 08:49:00 GMT"]
    #expect(Status(code: 503, headers: headers, body: []).retryAfter == wait)
  }

  @Test func `means nothing as a date where the server does not say what time it is`() {
    let headers: HTTPHeaders = ["Retry-After": "Sun, 06 Nov 1994 08:49:37 GMT"]
    #expect(Status(code: 503, headers: headers, body: []).retryAfter == nil)
  }
}

@Suite struct `A warning` {
  @Test(
    arguments: [
      (#"299 - "unknown field \"spec.extra\"""#, [#"unknown field "spec.extra""#]),
      (#"299 - "a", 299 - "b""#, ["a", "b"]),
      (#"299 - "a, b" "Sun, 06 Nov 1994", 299 x "c""#, ["a, b", "c"]),
      (#"199 - "other", 299 - "a""#, ["a"]), (#"299 - "a", 299 - "a""#, ["a"]),
      (#"299 - "a\nb\\""#, [#"anb\"#]), ("299 - \"a\tb\"", ["a b"]), (#"299 - """#, []),
      (#"299 - "open"#, []), (#"299 - "ends in a \"#, []), ("", []), ("299", []), ("299 -", []),
      ("299 - a", []),
      (#"299 "a""#, []), (#"2999 - "a""#, []), (",,,", []), ("nonsense", []),
    ])
  func `is read from its field`(value: String, texts: [String]) {
    #expect(APIWarning.read(["Warning": value]).map(\.text) == texts)
  }

  @Test func `comes in several fields, and not in endless ones`() {
    var headers: HTTPHeaders = [:]
    for number in 0..<500 { headers.add("warning", #"299 - "\#(number)", 299 - "again""#) }
    let warnings = APIWarning.read(headers)
    #expect(warnings.count == 64)
    #expect(warnings[2].text == "1")
    let long = String(repeating: "w", count: 5000)
    #expect(APIWarning.read(["Warning": "299 - \"\(long)\""])[0].text.count == 1025)
  }
}
