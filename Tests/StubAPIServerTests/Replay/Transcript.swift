import Foundation
import JSONValue

/// A recording of a real API server.
struct Transcript {
  let scenario: String
  let exchanges: [Exchange]

  static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Transcripts")

  /// The names of all recordings.
  static let names: [String] = {
    let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return files.filter { $0.hasSuffix(".json") }.map { String($0.dropLast(5)) }.sorted()
  }()

  init(_ name: String) throws {
    let data = try Data(contentsOf: Self.folder.appending(path: name + ".json"))
    let value = try JSONValue(parsing: data)
    scenario = name
    exchanges = (value["exchanges"]?.arrayValue ?? []).enumerated().map(Exchange.init)
  }
}

/// One request and what came back.
struct Exchange {
  let index: Int
  let method: String
  let path: String
  let headers: [(name: String, value: String)]
  /// Text that is no JSON comes as a string.
  let body: JSONValue?
  let status: Int
  /// Every value of a header.
  let answerHeaders: [String: [String]]
  let answer: JSONValue?
  /// The text of a stream, without framing; `nil` where there is no stream.
  let stream: String?
  let end: String?
  /// The exchange whose stream was open meanwhile.
  let during: Int?

  init(_ index: Int, _ value: JSONValue) {
    self.index = index
    let request = value["request"] ?? .null
    method = request["method"]?.stringValue ?? ""
    path = request["path"]?.stringValue ?? ""
    headers = (request["headers"]?.objectValue ?? [:]).map { ($0.key, $0.value.stringValue ?? "") }
    let sent = request["body"].map(Self.joined) ?? .null
    body = sent.isNull ? nil : sent
    let response = value["response"] ?? .null
    status = response["status"]?.intValue ?? 0
    var answerHeaders: [String: [String]] = [:]
    for (name, value) in response["headers"]?.objectValue ?? [:] {
      answerHeaders[name] = value.arrayValue?.compactMap(\.stringValue) ?? [value.stringValue ?? ""]
    }
    self.answerHeaders = answerHeaders
    if let parts = response["bodyParts"] {
      answer = .string(Self.join(parts))
    } else {
      answer = response["body"].map(Self.joined)
    }
    stream = response["chunks"]?.arrayValue.map(Self.text)
    end = response["end"]?.stringValue
    during = value["during"]?.intValue
  }

  /// The credentials that were given: a token, or a certificate where nobody was called anonymous.
  var hasToken: Bool { headers.contains { $0.name == "Authorization" } }
  var isAnonymous: Bool { answer?.text().contains("system:anonymous") ?? false }

  /// The events of a watch.
  var events: [JSONValue] {
    (stream ?? "").split(separator: "\n").compactMap { try? JSONValue(parsing: String($0)) }
  }

  // MARK: - Parts

  /// Runs of one letter written out.
  private static func joined(_ value: JSONValue) -> JSONValue {
    if let parts = value["$parts"] { return .string(join(parts)) }
    return switch value {
    case .object(let object):
      .object(JSONObject(object.map { (key: $0.key, value: joined($0.value)) }))
    case .array(let array): .array(array.map(joined))
    default: value
    }
  }

  private static func join(_ parts: JSONValue) -> String {
    (parts.arrayValue ?? []).map { part in
      part.stringValue
        ?? String(repeating: part["repeat"]?.stringValue ?? "", count: part["count"]?.intValue ?? 0)
    }.joined()
  }

  private static func text(_ chunks: [JSONValue]) -> String {
    let isTakenApart = chunks.allSatisfy {
      $0["data"] != nil || $0["dataParts"] != nil || $0["dataBase64"] != nil
    }
    let bytes = chunks.flatMap { Self.bytes(of: $0, isTakenApart ? "data" : "bytes") }
    return String(decoding: isTakenApart ? bytes : unframed(bytes), as: UTF8.self)
  }

  private static func bytes(of chunk: JSONValue, _ key: String) -> [UInt8] {
    if let text = chunk[key]?.stringValue { return Array(text.utf8) }
    if let parts = chunk[key + "Parts"] { return Array(join(parts).utf8) }
    if let text = chunk[key + "Base64"]?.stringValue, let data = Data(base64Encoded: text) {
      return Array(data)
    }
    return []
  }

  /// Takes off the framing of HTTP chunks.
  private static func unframed(_ bytes: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    var rest = bytes[...]
    while let end = rest.firstIndex(of: 0x0A) {
      let line = String(decoding: rest[..<end], as: UTF8.self).filter { !$0.isWhitespace }
      guard let size = Int(line, radix: 16), size > 0 else { break }
      rest = rest[(end + 1)...]
      result += rest.prefix(size)
      rest = rest.dropFirst(size + 2)
    }
    return result
  }
}
