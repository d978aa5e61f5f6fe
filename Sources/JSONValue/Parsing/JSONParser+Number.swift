extension JSONParser {
  /// Reads a number; the cursor is at its first character.
  mutating func number() throws(Fault) -> JSONNumber {
    let start = cursor
    if input[cursor] == .minus { cursor += 1 }
    if input[safely: cursor] == .zero {
      cursor += 1
      if let next = input[safely: cursor], next.isDigit {
        throw Fault(.unexpectedCharacter, at: cursor, "a number must not begin with a zero")
      }
    } else {
      try digits("a digit after '-'")
    }
    if input[safely: cursor] == UInt8(ascii: ".") {
      cursor += 1
      try digits("a digit after '.'")
    }
    if let next = input[safely: cursor], next | 0x20 == UInt8(ascii: "e") {
      cursor += 1
      if let sign = input[safely: cursor], sign == .minus || sign == UInt8(ascii: "+") {
        cursor += 1
      }
      try digits("a digit in the exponent")
    }
    guard cursor - start <= options.maximumNumberLength else {
      throw Fault(
        .numberTooLong, at: start,
        "a number of \(cursor - start) characters; \(options.maximumNumberLength) are allowed")
    }
    let text = UnsafeBufferPointer(rebasing: input[start..<cursor])
    return JSONNumber(grammatical: String(decoding: text, as: UTF8.self))
  }

  private mutating func digits(_ expected: String) throws(Fault) {
    guard let first = input[safely: cursor], first.isDigit else { throw unexpected(expected) }
    while cursor < input.count, input[cursor].isDigit { cursor += 1 }
  }
}
