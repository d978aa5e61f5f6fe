import NIOCore

/// An answer, ready to be sent: its head is text already, so a cached answer costs two copies.
struct HTTPAnswer: Sendable, Hashable {
  let status: AnswerStatus
  let body: ByteBuffer
  /// The status line and every field that depends on the answer alone. `Date`, `Connection` and the
  /// empty line are added per request.
  let preamble: ByteBuffer

  /// - Parameters:
  ///   - status: What is said first.
  ///   - contentType: A media type, such as `application/json`.
  ///   - headers: Extra fields. One whose name is not a token, or whose value holds a control
  ///     character, is left out: an answer can never be split in two.
  ///   - body: Shared, not copied, when it is large.
  init(
    _ status: AnswerStatus, contentType: String, headers: KeyValuePairs<String, String> = [:],
    body: ByteBuffer
  ) {
    self.status = status
    self.body = body
    var head = ByteBuffer()
    head.reserveCapacity(160 + contentType.utf8.count + 64 * headers.count)
    head.writeString("HTTP/1.1 \(status.rawValue) \(status.reason)\r\n")
    head.writeField("Content-Type", contentType)
    head.writeField("Content-Length", String(body.readableBytes))
    head.writeStaticString("Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n")
    for (name, value) in headers { head.writeField(name, value) }
    preamble = head
  }

  init(
    _ status: AnswerStatus, contentType: String, headers: KeyValuePairs<String, String> = [:],
    body: [UInt8]
  ) {
    self.init(status, contentType: contentType, headers: headers, body: ByteBuffer(bytes: body))
  }

  static func text(
    _ status: AnswerStatus, _ text: String, headers: KeyValuePairs<String, String> = [:]
  ) -> HTTPAnswer {
    HTTPAnswer(
      status, contentType: "text/plain; charset=utf-8", headers: headers,
      body: ByteBuffer(string: text))
  }

  static func json(_ status: AnswerStatus, _ text: String) -> HTTPAnswer {
    HTTPAnswer(status, contentType: "application/json", body: ByteBuffer(string: text))
  }
}

extension ByteBuffer {
  fileprivate mutating func writeField(_ name: String, _ value: String) {
    guard !name.isEmpty, name.utf8.allSatisfy(\.isTokenByte),
      value.utf8.allSatisfy({ ($0 >= 0x20 && $0 != 0x7F) || $0 == 0x09 })
    else { return }
    writeString(name)
    writeStaticString(": ")
    writeString(value)
    writeStaticString("\r\n")
  }
}

extension UInt8 {
  /// Letters, digits and the punctuation RFC 9110 allows in a field name.
  fileprivate var isTokenByte: Bool {
    switch self {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
    case 0x21, 0x23...0x27, 0x2A, 0x2B, 0x2D, 0x2E, 0x5E...0x60, 0x7C, 0x7E: true
    default: false
    }
  }
}
