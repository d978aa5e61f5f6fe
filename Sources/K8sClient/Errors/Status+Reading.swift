public import JSONValue

extension Status {
  /// The most bytes of an answer that are looked at.
  public static let maximumBodyBytes = 1 << 20
  /// The most characters of a message that are kept.
  public static let maximumMessageLength = 2048
  /// The most causes that are kept.
  public static let maximumCauses = 64

  /// Reads what an answer that is no success says. Never fails: what is no Status gives its text,
  /// what is no text gives its length.
  ///
  /// Texts are made fit for one line of a log: bounded, without control characters.
  ///
  /// - Parameters:
  ///   - code: The HTTP status code; it counts, whatever the body says.
  ///   - body: The body, or its begin.
  public init(code: Int, body: [UInt8]) {
    let json = Self.json(of: body)
    if let json, Self.isStatus(json) {
      self.init(code: code, json: json)
    } else if let message = json?["message"]?.stringValue ?? json?["error"]?.stringValue {
      self.init(code: code, message: message.plain(limit: Self.maximumMessageLength))
    } else {
      self.init(code: code, message: Self.text(of: body))
    }
  }

  /// Reads a Status that came as JSON: an event of a watch, or the answer to a deletion.
  ///
  /// - Parameter json: The Status; what it does not say, or says as another kind, is left out. A
  ///   Status without a code is 500, or 200 if it tells of success.
  public init(json: JSONValue) {
    let isSuccess = json["status"]?.stringValue == "Success"
    self.init(code: json["code"]?.intValue ?? (isSuccess ? 200 : 500), json: json)
  }

  private init(code: Int, json: JSONValue) {
    let details = json["details"]
    self.init(
      code: code, reason: json["reason"].flatMap { $0.text(limit: 128) },
      message: json["message"].flatMap { $0.text(limit: Self.maximumMessageLength) } ?? "",
      causes: (details?["causes"]?.arrayValue ?? []).prefix(Self.maximumCauses).map(Cause.init),
      retryAfter: details?["retryAfterSeconds"]?.intValue.flatMap(RetryAfter.duration(seconds:)),
      object: details.flatMap(Object.init),
      continueToken: json["metadata"]?["continue"]?.stringValue.flatMap { $0.isEmpty ? nil : $0 })
  }

  private static func json(of body: [UInt8]) -> JSONValue? {
    guard body.count <= maximumBodyBytes else { return nil }
    let start = body.first { !(0x09...0x0D ~= $0 || $0 == 0x20) }
    guard start == UInt8(ascii: "{") else { return nil }
    return try? JSONValue(parsing: body, options: .init(maximumDepth: 64, duplicateKeys: .keepLast))
  }

  /// A Status, also one that lost its kind on the way, as the 504 of a timeout does.
  private static func isStatus(_ json: JSONValue) -> Bool {
    if let kind = json["kind"]?.stringValue { return kind == "Status" }
    return json["status"]?.stringValue != nil && json["message"]?.stringValue != nil
  }

  private static func text(of body: [UInt8]) -> String {
    guard !body.isEmpty else { return "" }
    // Four bytes a character at most, and white space that is dropped.
    let begin = body.prefix(maximumMessageLength * 8)
    guard !begin.contains(0) else { return "\(body.count) bytes that are no text" }
    let decoded = String(decoding: begin, as: UTF8.self)
    let unreadable = decoded.unicodeScalars.lazy.filter { $0 == "\u{FFFD}" }.count
    guard unreadable * 8 <= decoded.unicodeScalars.count else {
      return "\(body.count) bytes that are no text"
    }
    if HTMLText.looksLikeHTML(decoded) {
      return HTMLText.title(of: decoded).map { "a web page: \($0)" } ?? "a web page"
    }
    return decoded.plain(limit: maximumMessageLength)
  }
}

extension Status.Cause {
  fileprivate init(_ json: JSONValue) {
    self.init(
      reason: json["reason"].flatMap { $0.text(limit: 128) },
      message: json["message"].flatMap { $0.text(limit: 1024) },
      field: json["field"].flatMap { $0.text(limit: 256) })
  }
}

extension Status.Object {
  fileprivate init?(_ details: JSONValue) {
    guard let kind = details["kind"]?.text(limit: 253) else { return nil }
    self.init(
      group: details["group"]?.text(limit: 253) ?? "", kind: kind,
      name: details["name"]?.text(limit: 253) ?? "",
      uid: details["uid"]?.stringValue.flatMap { text in try? UID(text) })
  }
}

extension JSONValue {
  /// The string for one line of a message; `nil` where this is none, or an empty one.
  fileprivate func text(limit: Int) -> String? {
    stringValue.map { $0.plain(limit: limit) }.flatMap { $0.isEmpty ? nil : $0 }
  }
}
