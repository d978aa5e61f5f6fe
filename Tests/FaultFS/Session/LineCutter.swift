/// Cuts bytes into lines, however they arrive.
struct LineCutter {
  private var rest: [UInt8] = []

  /// What is longer is taken as a line by itself, and so refused.
  private static let longestLine = 8192

  /// The lines that are whole now, without blanks around; none of them is empty.
  mutating func append(_ bytes: some Sequence<UInt8>) -> [String] {
    var lines: [String] = []
    for byte in bytes {
      if byte == UInt8(ascii: "\n") || rest.count == Self.longestLine {
        lines += finish()
      } else {
        rest.append(byte)
      }
    }
    return lines
  }

  /// The last line, which no newline ends.
  mutating func finish() -> [String] {
    defer { rest.removeAll() }
    let isBlank = { (byte: UInt8) in byte == 0x20 || (0x09...0x0d).contains(byte) }
    let kept = rest.drop(while: isBlank).reversed().drop(while: isBlank).reversed()
    return kept.isEmpty ? [] : [String(decoding: kept, as: UTF8.self)]
  }
}
