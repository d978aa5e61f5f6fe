import Testing

@testable import HTTPTransport

/// What a text is read as, whole or in pieces.
struct Reading: Hashable {
  var head: AnswerHead?
  var body = ""
  var isComplete = false
  var hasSurplus = false
  var fault: String?
  /// What is missing if the connection ends here.
  var missing: String?

  init(_ pieces: [[UInt8]], toHEAD: Bool = false, limits: HTTPLimits = HTTPLimits()) {
    var parser = AnswerParser(limits: limits, isToHEAD: toHEAD)
    var bytes: [UInt8] = []
    for piece in pieces {
      let found = parser.take(piece)
      if let head = found.head {
        #expect(self.head == nil, "a second head")
        self.head = head
      }
      bytes += found.body
      if found.isComplete {
        #expect(!isComplete, "a second end")
        isComplete = true
        hasSurplus = found.hasSurplus
      }
      if let fault = found.fault { self.fault = fault.reason }
    }
    body = String(decoding: bytes, as: UTF8.self)
    missing = parser.missingAtEnd
  }

  init(_ text: String, toHEAD: Bool = false, limits: HTTPLimits = HTTPLimits()) {
    self.init([Array(text.utf8)], toHEAD: toHEAD, limits: limits)
  }
}

@Suite struct `An answer that is read` {
  @Test func `has a status, fields and a body of known length`() {
    let reading = Reading(
      "HTTP/1.1 200 OK\r\nA:  b \t\r\na: c\r\nContent-Length: 3\r\n\r\nabc")
    #expect(reading.head?.status == 200)
    #expect(reading.head?.headers.values(of: "A") == ["b", "c"])
    #expect(reading.body == "abc" && reading.isComplete && !reading.hasSurplus)
    #expect(reading.head?.keepsConnection == true)
  }

  @Test func `may have chunks, with extensions and trailers`() {
    let reading = Reading(
      "HTTP/1.1 200 OK\r\ntransfer-encoding: Chunked\r\n\r\n"
        + "5;name=\"value\"\r\nhello\r\n00A \t;x\r\n0123456789\r\n0\r\nX: y\r\n\r\n")
    #expect(reading.body == "hello0123456789" && reading.isComplete)
    #expect(reading.head?.headers.fields.count == 1)
  }

  @Test func `may have no words after its status`() {
    for line in ["HTTP/1.1 200", "HTTP/1.1 200 ", "HTTP/1.1 200 all is\twell \u{e9}"] {
      #expect(Reading("\(line)\r\n\r\n").head?.status == 200)
    }
  }

  @Test func `is followed by more`() {
    let reading = Reading("HTTP/1.1 204 No\r\n\r\nHTTP/1.1 200 OK\r\n\r\n")
    #expect(reading.isComplete && reading.hasSurplus)
  }

  @Test func `has a value that is folded over lines`() {
    let reading = Reading("HTTP/1.1 204 No\r\nA: b\r\n  c\r\n\td\r\nE:\r\n f\r\n\r\n")
    #expect(reading.head?.headers["A"] == "b c d")
    #expect(reading.head?.headers["E"] == "f")
  }

  @Test func `has no body where none can be`() {
    for status in [204, 304] {
      let reading = Reading("HTTP/1.1 \(status) X\r\nContent-Length: 9\r\n\r\n")
      #expect(reading.isComplete && reading.head?.framing == AnswerHead.Framing.none)
    }
    let reading = Reading(
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", toHEAD: true)
    #expect(reading.isComplete && reading.head?.keepsConnection == true)
  }

  @Test func `says where it was cut`() {
    let stories: [(String, String?)] = [
      ("", "before the first byte of the answer"),
      ("HTTP/1.1 2", "within the answer's head"),
      ("HTTP/1.1 200 OK\r\nA: b\r\n", "within the answer's head"),
      ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc", "after 3 of 5 bytes of the body"),
      (
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n",
        "after 2 bytes of the body, before its last chunk"
      ),
      ("HTTP/1.1 200 OK\r\n\r\nabc", nil),
    ]
    for (text, missing) in stories { #expect(Reading(text).missing == missing, "\(text)") }
  }

  @Test(arguments: [
    "Content-Length: 1\r\nTransfer-Encoding: chunked", "Content-Length: -1", "Content-Length: +1",
    "Content-Length: 1 1", "Content-Length: 1, 1", "Content-Length: 1\r\nContent-Length: 1",
    "Content-Length: 0x1", "Content-Length:", "Content-Length: 9223372036854775808",
    "Content-Length: 99999999999999999999999", "Transfer-Encoding: gzip, chunked",
    "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", "Transfer-Encoding: identity",
    "Transfer-Encoding:", "No colon", ": no name", "A : b", "A\u{1}: b", "A: b\u{0}c", "A: b\rc",
    " folded: first", "A: b\n C: d",
  ])
  func `is refused for a field`(field: String) {
    let reading = Reading("HTTP/1.1 200 OK\r\n\(field)\r\n\r\nx")
    #expect(reading.fault != nil && reading.head == nil && !reading.isComplete, "\(reading)")
  }

  @Test(arguments: [
    "HTTP/1.1 20 OK", "HTTP/1.1 2000 OK", "HTTP/1.1  200 OK", "HTTP/1.1 099 X", "HTTP/1.1 600 X",
    "HTTP/1.2 200 OK", "HTTP/2.0 200 OK", "http/1.1 200 OK", "HTTP/1.1 2x0 OK", "HTTP/1.1\t200 OK",
    "ICY 200 OK", "HTTP/1.1 200 \u{7}", "HTTP/1.1 200 OK\nA: b", "", " ", "HTTP/1.1 101 Up",
  ])
  func `is refused for its first line`(line: String) {
    let reading = Reading("\(line)\r\n\r\n")
    #expect(reading.fault != nil && reading.head == nil)
  }

  @Test(arguments: [
    "", "x", "-1", "0x1", "1 2", "1;\u{1}", "1000000000000000", "ffffffffffffffffffff", "+1", " 1",
  ])
  func `is refused for the size line of a chunk`(line: String) {
    let reading = Reading("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\(line)\r\n")
    #expect(reading.fault?.hasPrefix("a chunk has the size line") == true, "\(reading)")
  }

  @Test(arguments: [
    "2\r\nabc\r\n", "2\r\nab\n", "2\r\nab\rx", "2\nab\r\n", "0\r\nbad trailer\r\n\r\n",
  ])
  func `is refused for a chunk`(text: String) {
    let reading = Reading("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\(text)")
    #expect(reading.fault != nil && !reading.isComplete)
  }

  @Test func `of HTTP 1.0 is refused with chunks, and never kept`() {
    #expect(
      Reading("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n").fault
        == "it is HTTP/1.0 and has a Transfer-Encoding")
    let kept = Reading("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n")
    #expect(kept.isComplete && kept.head?.keepsConnection == false)
  }

  @Test func `is told from other protocols at once`() {
    let stories: [([UInt8], String)] = [
      (Array("SSH-2.0".utf8), "it begins with 'SSH-2.0', which is not HTTP/1.1"),
      ([0x15, 3, 1], "the server speaks TLS: use https"),
      (
        [0, 0, 6, 4, 0, 0, 0, 0, 0],
        "the server speaks HTTP/2 without being asked, and not HTTP/1.1"
      ),
      ([0x1B, 0x5B, 0x32, 0x4A], "it begins with '\\x1b[2J', which is not HTTP/1.1"),
    ]
    for (bytes, fault) in stories { #expect(Reading([bytes]).fault == fault) }
  }

  @Test func `stays within its limits, to the byte`() {
    var limits = HTTPLimits()
    limits.maximumHeadBytes = 40
    limits.maximumFields = 2
    limits.maximumChunkLineBytes = 5
    limits.maximumInterimAnswers = 1
    func fault(_ text: String) -> String? { Reading(text, limits: limits).fault }
    // 17 of the first line, 21 of the field, 2 of the empty line.
    #expect(fault("HTTP/1.1 200 OK\r\nA: 3456789012345678\r\n\r\n") == nil)
    #expect(fault("HTTP/1.1 200 OK\r\nA: 34567890123456789\r\n\r\n") != nil)
    #expect(fault("HTTP/1.1 200 OK\r\nA: b\r\nC: d\r\n\r\n") == nil)
    #expect(fault("HTTP/1.1 200 OK\r\nA: b\r\nC: d\r\nE: f\r\n\r\n") != nil)
    #expect(fault("HTTP/1.1 100 X\r\n\r\nHTTP/1.1 200 OK\r\n\r\n") == nil)
    #expect(fault("HTTP/1.1 100 X\r\n\r\nHTTP/1.1 100 X\r\n\r\n") != nil)
    limits.maximumHeadBytes = 60
    let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    #expect(fault(chunked + "1;a\r\n") == nil)
    #expect(fault(chunked + "1;ab\r\n") != nil)
    #expect(fault(chunked + "1;abcdefgh") != nil)
    #expect(fault(chunked + "0\r\nA: b\r\nC: d\r\n\r\n") == nil)
    #expect(fault(chunked + "0\r\nA: b\r\nC: d\r\nE: f\r\n\r\n") != nil)
    #expect(fault(chunked + "0\r\nA: " + String(repeating: "x", count: 60)) != nil)
  }
}
