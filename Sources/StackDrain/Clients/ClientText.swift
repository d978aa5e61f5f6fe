import HTTPTransport

extension String {
  /// At most 200 characters of it, for a message: what a stranger wrote breaks no line.
  var asOneLine: String {
    var line = ""
    var length = 0
    for scalar in unicodeScalars {
      let isPlain = scalar.value >= 0x20 && !(0x7F...0x9F).contains(scalar.value)
      // Marks that turn the direction of a text or break its line.
      let isMark =
        (0x200B...0x200F).contains(scalar.value) || (0x2028...0x202E).contains(scalar.value)
      let shown = isPlain && !isMark ? scalar : " "
      if shown == " ", line.isEmpty || line.unicodeScalars.last == " " { continue }
      line.unicodeScalars.append(shown)
      length += 1
      if length == 200 { return line + "…" }
    }
    if line.unicodeScalars.last == " " { line.unicodeScalars.removeLast() }
    return line
  }

  /// This text without those secrets, should a stranger have sent them back.
  func hiding(_ secrets: [String]) -> String {
    var text = self
    // What is shorter is in every other word, and its gaps would tell it.
    for secret in secrets where secret.utf8.count >= 4 {
      var clean = ""
      while let range = text.utf8.range(of: secret) {
        clean += text[..<range.lowerBound] + "…"
        text = String(text[range.upperBound...])
      }
      text = clean + text
    }
    return text
  }

  /// As a value of a form.
  var formEncoded: String {
    var text = ""
    for byte in utf8 {
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E:
        text.unicodeScalars.append(Unicode.Scalar(byte))
      default:
        text += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
      }
    }
    return text
  }

  /// In Base64, with padding.
  var base64: String {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    let bytes = Array(utf8)
    var text: [UInt8] = []
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = bytes[start..<min(start + 3, bytes.count)]
      var bits = 0
      for index in 0..<3 {
        bits = bits << 8 | (index < group.count ? Int(group[start + index]) : 0)
      }
      for index in 0..<4 {
        text.append(
          index <= group.count ? alphabet[bits >> (18 - 6 * index) & 63] : UInt8(ascii: "="))
      }
    }
    return String(decoding: text, as: UTF8.self)
  }
}

extension HTTPRequest {
  /// A request with a form, whose values are not in its URL and so in no log of a server.
  static func form(
    _ path: String, _ fields: [(String, String)], headers: HTTPHeaders = [:]
  ) -> HTTPRequest {
    var headers = headers
    headers["Content-Type"] = "application/x-www-form-urlencoded"
    let text = fields.map { "\($0.formEncoded)=\($1.formEncoded)" }.joined(separator: "&")
    return HTTPRequest("POST", path, headers: headers, body: Array(text.utf8))
  }

  /// A request with a JSON text.
  static func json(
    _ path: String, _ body: [UInt8], headers: HTTPHeaders = [:]
  ) -> HTTPRequest {
    var headers = headers
    headers["Content-Type"] = "application/json"
    headers["Accept"] = "application/json"
    return HTTPRequest("POST", path, headers: headers, body: body)
  }
}
