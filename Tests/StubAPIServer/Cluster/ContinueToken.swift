import JSONValue

/// Where a list goes on.
struct ContinueToken: Hashable {
  /// -1 where the rest is read as of now.
  var revision: Int
  /// The first key that may come.
  var start: String

  init(revision: Int, start: String) {
    self.revision = revision
    self.start = start
  }

  init(_ text: String) throws(Refusal) {
    guard let bytes = Base64URL.decoded(text) else {
      throw .badRequest(
        "invalid continue token: continue key is not valid: illegal base64 data at input byte "
          + "\(text.utf8.count)")
    }
    guard let value = try? JSONValue(parsing: bytes), let revision = value.integer("rv"),
      let start = value.text("start"), value.text("v") == "meta.k8s.io/v1"
    else {
      let first = bytes.first ?? 0
      let hex = String(first, radix: 16)
      let code = String(repeating: "0", count: 4 - hex.count) + hex
      let character =
        first < 0x80 && first >= 0x20
        ? String(decoding: [first], as: UTF8.self) : "\\u\(code)"
      throw .badRequest(
        "invalid continue token: continue key is not valid: invalid character '\(character)' "
          + "looking for beginning of value")
    }
    self.revision = revision
    self.start = start.hasPrefix("/") ? String(start.dropFirst()) : start
  }

  /// Lists from the watch cache begin their keys with a slash.
  func text(isCached: Bool) -> String {
    let escaped = (isCached ? "/" : "") + start.replacing("\0", with: "\\u0000")
    let json = "{\"v\":\"meta.k8s.io/v1\",\"rv\":\(revision),\"start\":\"\(escaped)\"}"
    return Base64URL.encoded(Array(json.utf8))
  }
}

/// Base 64 for URLs, without padding.
enum Base64URL {
  private static let letters = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

  static func encoded(_ bytes: [UInt8]) -> String {
    var text: [UInt8] = []
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let piece = bytes[start..<min(start + 3, bytes.count)]
      var bits = 0
      for place in 0..<3 {
        bits = bits << 8 | Int(place < piece.count ? piece[start + place] : 0)
      }
      for place in 0...piece.count { text.append(letters[bits >> (18 - 6 * place) & 0x3F]) }
    }
    return String(decoding: text, as: UTF8.self)
  }

  static func decoded(_ text: String) -> [UInt8]? {
    var bytes: [UInt8] = []
    var (bits, count) = (0, 0)
    for letter in text.utf8 where letter != UInt8(ascii: "=") {
      guard let value = letters.firstIndex(of: letter) else { return nil }
      bits = bits << 6 | value
      count += 6
      if count >= 8 {
        count -= 8
        bytes.append(UInt8(truncatingIfNeeded: bits >> count))
        bits &= (1 << count) - 1
      }
    }
    return bytes
  }
}
