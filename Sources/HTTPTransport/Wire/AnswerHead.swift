/// The head of an answer, and what it says about what follows.
struct AnswerHead: Hashable, Sendable {
  /// How the body's end is known.
  enum Framing: Hashable, Sendable {
    case none
    case length(UInt64)
    case chunked
    /// By the end of the connection.
    case untilClose
  }

  let status: Int
  let headers: HTTPHeaders
  let framing: Framing
  /// Whether the server leaves the connection open for another exchange.
  let keepsConnection: Bool

  init(
    _ line: StatusLine, _ headers: HTTPHeaders, toHEAD: Bool
  ) throws(AnswerFault) {
    status = line.status
    self.headers = headers
    if toHEAD || line.isInterim || line.status == 204 || line.status == 304 {
      framing = .none
    } else {
      framing = try Self.framing(line, headers)
    }
    let asksToClose = headers.values(of: "Connection").contains { value in
      value.split(separator: ",").contains { Self.trimmed($0) == "close" }
    }
    keepsConnection = line.isVersion1_1 && !asksToClose && framing != .untilClose
  }

  private static func framing(
    _ line: StatusLine, _ headers: HTTPHeaders
  ) throws(AnswerFault) -> Framing {
    let codings = headers.values(of: "Transfer-Encoding")
    let lengths = headers.values(of: "Content-Length")
    if !codings.isEmpty {
      // Each of the two would give another end: whoever sends both cannot be trusted with either.
      guard lengths.isEmpty else {
        throw .malformed("it has both Content-Length and Transfer-Encoding")
      }
      guard line.isVersion1_1 else {
        throw .malformed("it is HTTP/1.0 and has a Transfer-Encoding")
      }
      guard codings.count == 1, trimmed(codings[0][...]) == "chunked" else {
        throw .malformed(
          "its Transfer-Encoding is \(AnswerFault.shown(codings.joined(separator: ", "))),"
            + " and only chunked is known here")
      }
      return .chunked
    }
    guard let first = lengths.first else { return .untilClose }
    guard lengths.count == 1, first.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
      let length = UInt64(first), length <= UInt64(Int64.max)
    else {
      throw .malformed(
        "its Content-Length is \(AnswerFault.shown(lengths.joined(separator: ", "))),"
          + " which is not one number")
    }
    return .length(length)
  }

  private static func trimmed(_ text: Substring) -> String {
    var text = text
    while let first = text.first, first == " " || first == "\t" { text.removeFirst() }
    while let last = text.last, last == " " || last == "\t" { text.removeLast() }
    return text.lowercased()
  }
}

/// The first line of an answer.
struct StatusLine: Hashable, Sendable {
  let status: Int
  let isVersion1_1: Bool

  var isInterim: Bool { (100...199).contains(status) }

  static let beginning = Array("HTTP/1.".utf8)

  /// Reads `HTTP/1.1 200 OK`, without its end; the words after the number may be missing.
  init(_ line: ArraySlice<UInt8>) throws(AnswerFault) {
    let fault = AnswerFault.malformed("its first line is \(AnswerFault.shown(line))")
    let rest = line.dropFirst(Self.beginning.count)
    guard line.starts(with: Self.beginning), let version = rest.first,
      version == 0x30 || version == 0x31, rest.dropFirst().first == 0x20
    else { throw fault }
    let digits = rest.dropFirst(2).prefix(3)
    let after = rest.dropFirst(5)
    guard digits.count == 3, digits.allSatisfy({ (0x30...0x39).contains($0) }),
      after.isEmpty || after.first == 0x20, after.allSatisfy(FieldLine.isText)
    else { throw fault }
    status = digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    guard (100...599).contains(status) else { throw fault }
    isVersion1_1 = version == 0x31
  }
}
