/// An ini file as far as a secret needs it: `[section]`, `key = value`, comments.
enum IniText {
  /// The value of a key; `nil` where there is none. The section ends at the next one of whatever depth,
  /// so that a key of `[[server]]` below `[misc]` is not taken for one of `[misc]`.
  static func value(of key: String, in section: String, _ bytes: [UInt8]) -> String? {
    var isInside = false
    for raw in bytes.split(whereSeparator: { $0 == 0x0A || $0 == 0x0D }) {
      let line = trimmed(raw)
      if line.hasPrefix("#") || line.hasPrefix(";") { continue }
      if line.hasPrefix("[") {
        isInside = line == "[\(section)]"
        continue
      }
      guard isInside, let sign = line.utf8.firstIndex(of: UInt8(ascii: "=")),
        trimmed(Array(line.utf8[..<sign])[...]) == key
      else { continue }
      return unquoted(trimmed(Array(line.utf8[line.utf8.index(after: sign)...])[...]))
    }
    return nil
  }

  static func trimmed(_ bytes: ArraySlice<UInt8>) -> String {
    func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
    var rest = bytes.drop(while: isBlank)
    while let last = rest.last, isBlank(last) { rest.removeLast() }
    return String(decoding: rest, as: UTF8.self)
  }

  private static func unquoted(_ text: String) -> String {
    guard text.utf8.count >= 2, let mark = text.utf8.first, mark == text.utf8.last,
      mark == UInt8(ascii: "\"") || mark == UInt8(ascii: "'")
    else { return text }
    return String(text.dropFirst().dropLast())
  }
}
