import JSONValue

/// What a server on 127.0.0.1 answers to one request of HTTP/1.0, with a connection of its own.
struct LoopbackAnswer {
  var status: Int
  /// By names in small letters.
  var headers: [String: String] = [:]
  var body: String

  /// Asks.
  ///
  /// - Throws: ``KitError`` where nobody listens, or no whole answer comes.
  static func of(
    port: Int, _ method: String, _ target: String, headers: [String: String] = [:],
    body: String = "", within limit: Duration = .seconds(10)
  ) async throws -> LoopbackAnswer {
    let connection = try LoopbackConnection(port: port)
    let fields = headers.map { "\($0.key): \($0.value)\r\n" }.joined()
    await connection.send(
      "\(method) \(target) HTTP/1.0\r\nHost: 127.0.0.1\r\nContent-Length: \(body.utf8.count)\r\n"
        + "\(fields)\r\n\(body)", within: limit)
    let isOver = await connection.waitUntilClosed(within: limit)
    let blank: [UInt8] = [13, 10, 13, 10]
    let bytes = connection.received
    guard isOver, let end = bytes.firstRange(of: blank) else {
      throw KitError("\(method) \(target) on port \(port): no whole answer within \(limit)")
    }
    let head = String(decoding: bytes[..<end.lowerBound], as: UTF8.self)
    let lines = head.split(separator: "\r\n")
    guard let status = lines.first?.split(separator: " ").dropFirst().first.flatMap({ Int($0) })
    else { throw KitError("\(method) \(target) on port \(port): \(head)") }
    var answer = LoopbackAnswer(
      status: status, body: String(decoding: bytes[end.upperBound...], as: UTF8.self))
    for line in lines.dropFirst() {
      let parts = line.split(separator: ":", maxSplits: 1)
      guard parts.count == 2 else { continue }
      answer.headers[parts[0].lowercased()] = String(parts[1].drop { $0 == " " })
    }
    return answer
  }

  /// Its body.
  var json: JSONValue {
    get throws { try JSONValue(parsing: body) }
  }
}
