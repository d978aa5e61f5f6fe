import Foundation
import JSONValue
import Testing

/// What was recorded of a real API server, one scenario.
struct Recording {
  let name: String
  let exchanges: [Exchange]

  /// One request and its answer.
  struct Exchange {
    let path: String
    let method: String
    let requestBody: JSONValue
    let status: Int
    /// The answer's JSON, or `.null` for a stream.
    let body: JSONValue
    /// What each read of a stream gave, without the framing of HTTP; empty for other answers.
    let reads: [[UInt8]]
    let isStream: Bool
    /// Whether a stream came to its end, not to a cut.
    let endsCleanly: Bool

    /// All bytes of a stream.
    var bytes: [UInt8] { Array(reads.joined()) }
  }

  private static let folder = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "StubAPIServerTests/Transcripts")

  /// All that there are.
  static let names: [String] = {
    let files = try? FileManager.default.contentsOfDirectory(atPath: folder.path)
    return (files ?? []).filter { $0.hasSuffix(".json") }.map { String($0.dropLast(5)) }.sorted()
  }()

  init(_ name: String) throws {
    self.name = name
    let data = try Data(contentsOf: Self.folder.appending(path: "\(name).json"))
    let json = Self.joined(try JSONValue(parsing: Array(data)))
    exchanges = (json["exchanges"]?.arrayValue ?? []).map(Self.exchange)
  }

  private static func exchange(_ json: JSONValue) -> Exchange {
    let response = json["response"] ?? .null
    let chunks = response["chunks"]?.arrayValue
    return Exchange(
      path: json["request"]?["path"]?.stringValue ?? "",
      method: json["request"]?["method"]?.stringValue ?? "",
      requestBody: json["request"]?["body"] ?? .null,
      status: response["status"]?.intValue ?? 0, body: response["body"] ?? .null,
      reads: reads(chunks ?? []), isStream: chunks != nil,
      endsCleanly: response["end"]?.stringValue == "eof")
  }

  /// The reads without the framing, by taking it off where the file has only the wire's bytes.
  private static func reads(_ chunks: [JSONValue]) -> [[UInt8]] {
    var dechunker = Dechunker()
    return chunks.map { dechunker.take(bytes(of: $0, "bytes")) }.filter { !$0.isEmpty }
  }

  private static func bytes(of chunk: JSONValue, _ key: String) -> [UInt8] {
    if let text = chunk[key]?.stringValue { return Array(text.utf8) }
    if let text = chunk[key + "Base64"]?.stringValue, let data = Data(base64Encoded: text) {
      return Array(data)
    }
    if let parts = chunk[key + "Parts"] { return Array(text(of: parts).utf8) }
    Issue.record("a chunk without \(key)")
    return []
  }

  private static func text(of parts: JSONValue) -> String {
    (parts.arrayValue ?? []).map { part in
      part.stringValue
        ?? String(
          repeating: part["repeat"]?.stringValue ?? "", count: part["count"]?.intValue ?? 0)
    }.joined()
  }

  /// The same JSON with strings that were written in parts put together.
  private static func joined(_ json: JSONValue) -> JSONValue {
    switch json {
    case .array(let array): .array(array.map(joined))
    case .object(let object):
      object["$parts"].map { .string(text(of: $0)) }
        ?? .object(JSONObject(object.map { ($0.key, joined($0.value)) }))
    case .null, .bool, .number, .string: json
    }
  }
}

/// Takes the framing of chunked HTTP off, read by read.
private struct Dechunker {
  private var head: [UInt8] = []
  private var left = 0
  private var skip = 0

  mutating func take(_ bytes: [UInt8]) -> [UInt8] {
    var data: [UInt8] = []
    for byte in bytes {
      if left > 0 {
        data.append(byte)
        left -= 1
        if left == 0 { skip = 2 }
      } else if skip > 0 {
        skip -= 1
      } else if byte == UInt8(ascii: "\n") {
        let digits = String(decoding: head, as: UTF8.self).trimmingCharacters(in: .whitespaces)
        left = Int(digits.trimmingCharacters(in: .newlines), radix: 16) ?? 0
        head = []
      } else {
        head.append(byte)
      }
    }
    return data
  }
}
