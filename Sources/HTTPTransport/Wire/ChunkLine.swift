/// The line before a chunk: its size, and extensions, which mean nothing here.
enum ChunkLine {
  /// - Parameter line: The line without its end.
  /// - Returns: How many bytes the chunk has.
  /// - Throws: `AnswerFault` where it is no such line.
  static func size(of line: ArraySlice<UInt8>) throws(AnswerFault) -> UInt64 {
    let digits = line.prefix { digit($0) != nil }
    let after = line[digits.endIndex...].drop(while: FieldLine.isSpace)
    // 15 digits stay far from where a sum would overflow.
    guard (1...15).contains(digits.count), after.isEmpty || after.first == UInt8(ascii: ";"),
      after.allSatisfy(FieldLine.isText)
    else { throw .malformed("a chunk has the size line \(AnswerFault.shown(line))") }
    return digits.reduce(0) { $0 << 4 | UInt64(digit($1) ?? 0) }
  }

  private static func digit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 0x30...0x39: byte - 0x30
    case 0x41...0x46: byte - 0x41 + 10
    case 0x61...0x66: byte - 0x61 + 10
    default: nil
    }
  }
}
