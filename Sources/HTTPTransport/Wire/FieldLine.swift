/// One line of fields: `Name: value`.
enum FieldLine {
  /// - Parameter line: The line without its end.
  /// - Returns: Its name and its value, that without the white space around it.
  /// - Throws: `AnswerFault` where it is not a field.
  static func field(of line: ArraySlice<UInt8>) throws(AnswerFault) -> HTTPHeaders.Field {
    guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > line.startIndex,
      line[..<colon].allSatisfy(isToken)
    else { throw .malformed("it has the field line \(AnswerFault.shown(line))") }
    return HTTPHeaders.Field(
      String(decoding: line[..<colon], as: UTF8.self),
      try value(of: line[line.index(after: colon)...]))
  }

  /// The text of a value, or of a line that continues one.
  static func value(of bytes: ArraySlice<UInt8>) throws(AnswerFault) -> String {
    guard bytes.allSatisfy(isText) else {
      throw .malformed("a field has a control character: \(AnswerFault.shown(bytes))")
    }
    var bytes = bytes
    while let first = bytes.first, isSpace(first) { bytes.removeFirst() }
    while let last = bytes.last, isSpace(last) { bytes.removeLast() }
    return String(decoding: bytes, as: UTF8.self)
  }

  static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

  /// What a value may hold: text, tabs, and bytes beyond ASCII, whose meaning is left to the reader.
  static func isText(_ byte: UInt8) -> Bool { byte >= 0x20 && byte != 0x7F || byte == 0x09 }

  /// What the name of a field or of a method is made of.
  static func isToken(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
    case 0x21, 0x23...0x27, 0x2A, 0x2B, 0x2D, 0x2E, 0x5E...0x60, 0x7C, 0x7E: true
    default: false
    }
  }
}
