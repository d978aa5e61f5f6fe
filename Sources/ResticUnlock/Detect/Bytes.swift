/// Words in bytes. What Swift has for this brings its regular expressions along, which are 1.3 MB of
/// the binary.
extension ArraySlice<UInt8> {
  /// Where these words are first, from an index on.
  func first(_ words: StaticString, from start: Int? = nil) -> Range<Int>? {
    words.withUTF8Buffer { find($0, in: (start ?? startIndex)..<endIndex, isCased: true) }
  }

  /// Where these words are first, whichever case they have; `words` are in lower case.
  func firstUncased(_ words: StaticString, from start: Int? = nil) -> Range<Int>? {
    words.withUTF8Buffer { find($0, in: (start ?? startIndex)..<endIndex, isCased: false) }
  }

  /// Where these words are last.
  func last(_ words: StaticString) -> Range<Int>? {
    var found: Range<Int>?
    var next = startIndex
    while let range = first(words, from: next) {
      found = range
      next = range.upperBound
    }
    return found
  }

  private func find(
    _ words: UnsafeBufferPointer<UInt8>, in range: Range<Int>, isCased: Bool
  ) -> Range<Int>? {
    let count = words.count
    guard count > 0, range.count >= count else { return nil }
    return withUnsafeBufferPointer { bytes in
      let base = startIndex
      for start in range.lowerBound...(range.upperBound - count) {
        var matched = 0
        while matched < count {
          let byte = bytes[start - base + matched]
          guard (isCased ? byte : byte.lowercased) == words[matched] else { break }
          matched += 1
        }
        if matched == count { return start..<(start + count) }
      }
      return nil
    }
  }

  /// The bytes as text; what is no UTF-8 becomes U+FFFD.
  var text: String { String(decoding: self, as: UTF8.self) }

  /// Whether they are these words.
  func isExactly(_ words: StaticString) -> Bool {
    words.withUTF8Buffer { elementsEqual($0) }
  }

  /// Digits as a number; `nil` for anything else, and beyond `Int`.
  var number: Int? {
    guard !isEmpty, count <= 18, allSatisfy(\.isDigit) else { return nil }
    return reduce(0) { $0 * 10 + Int($1 & 0x0F) }
  }
}

extension UInt8 {
  var isDigit: Bool { self &- UInt8(ascii: "0") < 10 }
  var isLetter: Bool { (self | 0x20) &- UInt8(ascii: "a") < 26 }
  var isHex: Bool { isDigit || (self | 0x20) &- UInt8(ascii: "a") < 6 }
  var lowercased: UInt8 { self &- UInt8(ascii: "A") < 26 ? self | 0x20 : self }
}

extension String {
  /// The text for one line of a message: what is no visible ASCII becomes a space or `?`, and at most
  /// `limit` characters.
  func inMessage(limit: Int) -> String {
    var plain: [UInt8] = []
    for scalar in unicodeScalars {
      guard plain.count < limit else { return String(decoding: plain, as: UTF8.self) + "…" }
      switch scalar.value {
      case 0x21...0x7E: plain.append(UInt8(scalar.value))
      case 0...0x20, 0x7F...0xA0:
        if !plain.isEmpty, plain.last != 0x20 { plain.append(0x20) }
      default: plain.append(UInt8(ascii: "?"))
      }
    }
    if plain.last == 0x20 { plain.removeLast() }
    return String(decoding: plain, as: UTF8.self)
  }
}

extension ArraySlice<UInt8> {
  /// Takes these words away where it begins with them.
  mutating func skip(_ words: StaticString) -> Bool {
    let isThere = words.withUTF8Buffer { starts(with: $0) }
    if isThere { removeFirst(words.utf8CodeUnitCount) }
    return isThere
  }

  /// Takes what is before these words in the same line, and the words; `nil` where they are not there.
  mutating func take(until words: StaticString) -> ArraySlice<UInt8>? {
    let line = prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
    guard let range = line.first(words) else { return nil }
    defer { self = self[range.upperBound...] }
    return self[startIndex..<range.lowerBound]
  }
}
