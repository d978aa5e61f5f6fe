import JSONValue

/// A body as JSON, or the server's complaint about it.
struct RequestBody {
  var value: JSONValue
  /// The path of a key that its object has twice.
  var duplicate: String?

  static let limit = 3 * 1024 * 1024

  /// A complaint names the kind that it should be.
  init(_ call: Call, kind: String) throws(Refusal) {
    let bytes = call.request.body
    guard bytes.count <= Self.limit else {
      throw Refusal(
        413, "RequestEntityTooLarge", "Request entity too large: limit is \(Self.limit)")
    }
    let type =
      (call.request.header("Content-Type") ?? "application/json")
      .split(separator: ";").first.map(String.init) ?? ""
    guard type == "application/json" else {
      throw Refusal(
        415, "UnsupportedMediaType",
        "the body of the request was in an unknown format - accepted media types include: "
          + "application/json, application/yaml, application/vnd.kubernetes.protobuf")
    }
    do throws(JSONError) {
      self = try Self(lenient: bytes)
    } catch {
      throw .badRequest(
        "the object provided is unrecognized (must be of type \(kind)): couldn't get "
          + "version/kind; json parse error: \(GoJSON.complaint(bytes, error)) "
          + "(\(GoJSON.sample(bytes)))")
    }
  }

  /// Takes the last of several equal keys, and tells the first such key.
  init(lenient bytes: [UInt8]) throws(JSONError) {
    do throws(JSONError) {
      value = try JSONValue(parsing: bytes)
    } catch {
      guard error.code == .duplicateKey else { throw error }
      duplicate = error.path.description
      value = try JSONValue(parsing: bytes, options: .init(duplicateKeys: .keepLast))
    }
  }
}

/// Go's words for text that is no JSON.
enum GoJSON {
  static func complaint(_ bytes: [UInt8], _ error: JSONError) -> String {
    guard error.code != .unexpectedEnd else { return "unexpected end of JSON input" }
    for literal in ["null", "true", "false"] where bytes.first == literal.utf8.first {
      for (place, expected) in literal.utf8.enumerated().dropFirst() where place < bytes.count {
        guard bytes[place] != expected else { continue }
        return "invalid character \(quoted(bytes[place])) in literal \(literal) "
          + "(expecting \(quoted(expected)))"
      }
    }
    let place = min(error.offset, bytes.count - 1)
    return "invalid character \(quoted(bytes[max(place, 0)])) looking for beginning of value"
  }

  /// The beginning of a body, in hexadecimal where it does not look like JSON.
  static func sample(_ bytes: [UInt8]) -> String {
    guard !bytes.isEmpty else { return "<empty>" }
    let head = bytes.prefix(30)
    let rest = bytes.count > head.count ? " ..." : ""
    guard bytes.first == UInt8(ascii: "{") else {
      return head.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() + rest
    }
    return String(decoding: head, as: UTF8.self) + rest
  }

  private static func quoted(_ byte: UInt8) -> String {
    "'\(String(decoding: [byte], as: UTF8.self))'"
  }
}
