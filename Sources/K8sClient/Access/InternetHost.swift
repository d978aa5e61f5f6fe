/// What may stand as a host: a name, an IPv4 or an IPv6 address.
enum InternetHost {
  static func isValid(_ text: some StringProtocol) -> Bool {
    if text.contains(":") { return isIPv6(text) }
    return isName(text)
  }

  /// Four numbers from 0 to 255.
  static func isIPv4(_ text: some StringProtocol) -> Bool {
    let parts = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    return parts.count == 4
      && parts.allSatisfy { part in
        guard (1...3).contains(part.count), part.allSatisfy(isDigit) else { return false }
        return part.reduce(0) { $0 * 10 + Int($1 & 0x0F) } <= 255
      }
  }

  /// Eight groups, one run of them left out, the last two perhaps as IPv4; no zone.
  static func isIPv6(_ text: some StringProtocol) -> Bool {
    guard text.utf8.count <= 45 else { return false }
    var parts = text.split(omittingEmptySubsequences: false) { $0 == ":" }.map { String($0) }
    // A colon at an end is half of a `::`, which leaves two empty parts there.
    if parts.first == "" {
      guard parts.count > 2, parts[1].isEmpty else { return false }
      parts.removeFirst()
    }
    if parts.last == "" {
      guard parts.count > 1, parts[parts.count - 2].isEmpty else { return false }
      parts.removeLast()
    }
    var groups = 0
    var gaps = 0
    for (index, part) in parts.enumerated() {
      if part.isEmpty {
        gaps += 1
      } else if index == parts.count - 1, part.contains(".") {
        guard isIPv4(part) else { return false }
        groups += 2
      } else {
        guard (1...4).contains(part.utf8.count), part.utf8.allSatisfy(isHexDigit) else {
          return false
        }
        groups += 1
      }
    }
    return gaps == 0 ? groups == 8 : gaps == 1 && groups <= 7
  }

  private static func isName(_ text: some StringProtocol) -> Bool {
    guard (1...253).contains(text.utf8.count) else { return false }
    return text.split(omittingEmptySubsequences: false, whereSeparator: { $0 == "." }).enumerated()
      .allSatisfy {
        index, label in
        if label.isEmpty { return index > 0 && label.endIndex == text.endIndex }
        return label.utf8.count <= 63
          && label.utf8.allSatisfy { isDigit($0) || isLetter($0) || $0 == 0x2D || $0 == 0x5F }
      }
  }

  static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }

  private static func isLetter(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
  }

  static func isHexDigit(_ byte: UInt8) -> Bool {
    isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte | 0x20)
  }
}
