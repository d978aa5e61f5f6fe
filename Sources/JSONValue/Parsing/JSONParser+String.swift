extension JSONParser {
  /// Reads a string; the cursor is at its opening quote.
  mutating func string() throws(Fault) -> String {
    cursor += 1
    let start = cursor
    skipPlain()
    guard input[safely: cursor] != .backslash else { return try escapedString(from: start) }
    try checkClosingQuote()
    let text = try validated(UnsafeBufferPointer(rebasing: input[start..<cursor]), from: start)
    cursor += 1
    return text
  }

  /// Reads the rest of a string whose first escape is at the cursor.
  private mutating func escapedString(from start: Int) throws(Fault) -> String {
    scratch.removeAll(keepingCapacity: true)
    var plain = start
    while input[safely: cursor] == .backslash {
      scratch.append(contentsOf: UnsafeBufferPointer(rebasing: input[plain..<cursor]))
      try escape()
      plain = cursor
      skipPlain()
    }
    try checkClosingQuote()
    scratch.append(contentsOf: UnsafeBufferPointer(rebasing: input[plain..<cursor]))
    let text = try scratch.withUnsafeBufferPointer { bytes throws(Fault) in
      try validated(bytes, from: start)
    }
    cursor += 1
    return text
  }

  /// Moves the cursor to the next quote, backslash or control character, or to the end.
  private mutating func skipPlain() {
    let bytes = UnsafeRawBufferPointer(input)
    // Eight bytes at a time; each test leaves a high bit for a byte that needs a closer look.
    let ones: UInt64 = 0x0101_0101_0101_0101
    let highs: UInt64 = 0x8080_8080_8080_8080
    while bytes.count - cursor >= 8 {
      let word = bytes.loadUnaligned(fromByteOffset: cursor, as: UInt64.self)
      let quote = word ^ (ones &* UInt64(UInt8.quote))
      let backslash = word ^ (ones &* UInt64(UInt8.backslash))
      let isQuote = (quote &- ones) & ~quote
      let isBackslash = (backslash &- ones) & ~backslash
      let isControl = (word &- ones &* 0x20) & ~word
      guard (isQuote | isBackslash | isControl) & highs == 0 else { break }
      cursor += 8
    }
    while cursor < input.count {
      let byte = input[cursor]
      guard byte >= 0x20, byte != .quote, byte != .backslash else { return }
      cursor += 1
    }
  }

  private func checkClosingQuote() throws(Fault) {
    guard let byte = input[safely: cursor] else { throw unexpected("'\"' at the end of a string") }
    guard byte >= 0x20 else {
      throw Fault(
        .controlCharacter, at: cursor,
        "\(found(at: cursor)) in a string must be written \(JSONWriter.escape(byte))")
    }
  }

  /// Makes a string of its bytes; the cursor is at the closing quote.
  private func validated(
    _ bytes: UnsafeBufferPointer<UInt8>, from start: Int
  ) throws(Fault) -> String {
    do throws(UTF8.ValidationError) {
      return String(copying: try UTF8Span(validating: bytes.span))
    } catch {
      // Escapes are ASCII, so the source is at fault where the unescaped bytes are.
      let source = UnsafeBufferPointer(rebasing: input[start..<cursor])
      let offset = start + Self.firstFault(in: source)
      throw Fault(.invalidUTF8, at: offset, "\(found(at: offset)) in a string")
    }
  }

  private static func firstFault(in source: UnsafeBufferPointer<UInt8>) -> Int {
    do throws(UTF8.ValidationError) {
      _ = try UTF8Span(validating: source.span)
      return 0
    } catch {
      return error.byteOffsets.lowerBound
    }
  }
}

extension JSONParser {
  /// Reads one escape at the cursor and puts what it stands for on the scratch.
  private mutating func escape() throws(Fault) {
    let start = cursor
    cursor += 2
    switch input[safely: start + 1] {
    case .quote: scratch.append(.quote)
    case .backslash: scratch.append(.backslash)
    case UInt8(ascii: "/"): scratch.append(UInt8(ascii: "/"))
    case UInt8(ascii: "b"): scratch.append(0x08)
    case UInt8(ascii: "f"): scratch.append(0x0C)
    case UInt8(ascii: "n"): scratch.append(0x0A)
    case UInt8(ascii: "r"): scratch.append(0x0D)
    case UInt8(ascii: "t"): scratch.append(0x09)
    case UInt8(ascii: "u"):
      let scalar = try unicodeEscape(from: start)
      scratch.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
    case nil:
      cursor = input.count
      throw unexpected("a character after '\\' in a string")
    default:
      throw Fault(
        .invalidEscape, at: start,
        "expected one of \" \\ / b f n r t u after '\\' in a string, found \(found(at: start + 1))")
    }
  }

  /// Reads the digits of a `\u` escape, and its second half where it begins a surrogate pair.
  private mutating func unicodeEscape(from start: Int) throws(Fault) -> Unicode.Scalar {
    let unit = try fourHexDigits()
    if let scalar = Unicode.Scalar(unit) { return scalar }
    guard UTF16.isLeadSurrogate(unit), input[safely: cursor] == .backslash,
      input[safely: cursor + 1] == UInt8(ascii: "u")
    else { throw loneSurrogate(from: start) }
    cursor += 2
    let second = try fourHexDigits()
    guard UTF16.isTrailSurrogate(second) else { throw loneSurrogate(from: start) }
    return UTF16.decode(UTF16.EncodedScalar([unit, second]))
  }

  private mutating func fourHexDigits() throws(Fault) -> UInt16 {
    var unit: UInt16 = 0
    for _ in 0..<4 {
      guard let digit = input[safely: cursor]?.hexValue else {
        throw unexpected("four hexadecimal digits after '\\u'", code: .invalidEscape)
      }
      unit = unit << 4 | UInt16(digit)
      cursor += 1
    }
    return unit
  }

  private func loneSurrogate(from start: Int) -> Fault {
    let escape = String(decoding: input[start..<(start + 6)], as: UTF8.self)
    return Fault(
      .loneSurrogate, at: start, "\(escape) is half of a surrogate pair without the other half")
  }
}
