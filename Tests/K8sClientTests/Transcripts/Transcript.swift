import Foundation
import JSONValue
import Testing

/// A file of Tests/StubAPIServerTests/Transcripts: what a real API server was asked, and said.
struct Transcript: Sendable {
  let scenario: String
  let exchanges: [Exchange]

  /// All of them, in the order of their names.
  static let all: [Transcript] = {
    let folder = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../../StubAPIServerTests/Transcripts").standardized
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return names.filter { $0.hasSuffix(".json") }.sorted().compactMap { name in
      guard let data = try? Data(contentsOf: folder.appending(path: name)),
        let json = try? JSONValue(parsing: data)
      else { return nil }
      return Transcript(json)
    }
  }()

  static func named(_ scenario: String) throws -> Transcript {
    guard let found = all.first(where: { $0.scenario == scenario }) else {
      throw Missing(name: scenario)
    }
    return found
  }

  struct Missing: Error { let name: String }

  private init(_ json: JSONValue) {
    let scenario = json["scenario"]?.stringValue ?? ""
    self.scenario = scenario
    exchanges = (json["exchanges"]?.arrayValue ?? []).enumerated().map { index, exchange in
      Exchange(exchange, name: "\(scenario) \(index)")
    }
  }
}

/// One exchange of a transcript.
struct Exchange: Sendable, CustomTestStringConvertible {
  let name: String
  let request: Request
  let response: Response

  var testDescription: String { "\(name): \(request.method) \(request.path)" }

  struct Request: Sendable {
    let method: String
    /// Without its query.
    let path: String
    /// Decoded, in its order.
    let query: [Pair]
    let accept: String
    let contentType: String
    /// `nil` where there is none, or one that is no JSON.
    let body: JSONValue?
    /// A body that is no JSON, on purpose.
    let text: String?

    func value(_ name: String) -> String? { query.first { $0.name == name }?.value }
  }

  struct Pair: Hashable, Sendable {
    let name: String
    let value: String
  }

  struct Response: Sendable {
    let status: Int
    let headers: [Pair]
    /// The body as it came, as far as it is known: `nil` for a stream.
    let bytes: [UInt8]?
    /// The body as JSON; `nil` where it is none.
    let json: JSONValue?
    /// All that came of a stream, framing taken off; `nil` where the answer is none.
    let stream: String?
  }

  init(_ json: JSONValue, name: String) {
    self.name = name
    request = Request(json["request"] ?? [:])
    response = Response(json["response"] ?? [:])
  }
}

extension Exchange.Request {
  init(_ json: JSONValue) {
    let target = json["path"]?.stringValue ?? ""
    let parts = target.split(separator: "?", maxSplits: 1).map(String.init)
    method = json["method"]?.stringValue ?? ""
    path = parts.first ?? ""
    query = (parts.count == 2 ? parts[1] : "").split(separator: "&").map { item in
      let pair = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let value = pair.count == 2 ? String(pair[1]) : ""
      return .init(name: String(pair[0]), value: value.removingPercentEncoding ?? value)
    }
    accept = json["headers"]?["Accept"]?.stringValue ?? ""
    contentType = json["headers"]?["Content-Type"]?.stringValue ?? ""
    switch json["body"] {
    case .string(let string)?:
      body = nil
      text = string
    case .null?, nil:
      body = nil
      text = nil
    case let value?:
      body = value.joiningParts
      text = nil
    }
  }
}

extension Exchange.Response {
  init(_ json: JSONValue) {
    status = json["status"]?.intValue ?? 0
    headers = (json["headers"]?.objectValue ?? [:]).flatMap { key, value in
      (value.arrayValue ?? [value]).map { .init(name: key, value: $0.stringValue ?? "") }
    }
    stream = (json["chunks"]?.arrayValue).map { reads in
      Self.unframed(reads.flatMap(\.bytesOfRead))
    }
    if let text = json["body"]?.stringValue ?? json["bodyParts"]?.joinedParts {
      bytes = Array(text.utf8)
      self.json = try? JSONValue(parsing: text)
    } else if let value = json["body"], !value.isNull {
      self.json = value.joiningParts
      bytes = value.joiningParts.bytes()
    } else {
      self.json = nil
      bytes = json["chunks"] == nil ? [] : nil
    }
  }
}

extension Exchange.Response {
  /// The text in the chunks of HTTP/1.1; it ends where they do.
  private static func unframed(_ bytes: [UInt8]) -> String {
    var rest = bytes[...]
    var text: [UInt8] = []
    while let end = rest.firstIndex(of: UInt8(ascii: "\r")),
      let size = Int(String(decoding: rest[..<end], as: UTF8.self), radix: 16), size > 0
    {
      let start = min(end + 2, rest.endIndex)
      text += rest[start..<min(start + size, rest.endIndex)]
      rest = rest[min(start + size + 2, rest.endIndex)...]
    }
    return String(decoding: text, as: UTF8.self)
  }
}

extension JSONValue {
  /// What one read of a stream gave, with its framing.
  fileprivate var bytesOfRead: [UInt8] {
    if let encoded = self["bytesBase64"]?.stringValue {
      return Array(Data(base64Encoded: encoded) ?? Data())
    }
    return Array((self["bytes"]?.stringValue ?? self["bytesParts"]?.joinedParts ?? "").utf8)
  }

  /// Strings and repetitions, joined.
  fileprivate var joinedParts: String {
    (arrayValue ?? []).map { part in
      part.stringValue
        ?? String(
          repeating: part["repeat"]?.stringValue ?? "", count: part["count"]?.intValue ?? 0)
    }.joined()
  }

  /// The value with all `{"$parts": […]}` in it joined.
  fileprivate var joiningParts: JSONValue {
    switch self {
    case .object(let object):
      if object.count == 1, let parts = object["$parts"] { return .string(parts.joinedParts) }
      return .object(JSONObject(object.map { (key: $0.key, value: $0.value.joiningParts) }))
    case .array(let items): return .array(items.map(\.joiningParts))
    case .null, .bool, .number, .string: return self
    }
  }
}
