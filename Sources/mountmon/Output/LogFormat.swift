import MountHealthCore

/// Makes lines of records. Every line ends with a newline, has no other, and is at most
/// `lineLimit` bytes long.
struct LogFormat: Sendable {
  enum Style: String, Hashable, Sendable {
    /// An object per line, for machines.
    case json
    /// `time LEVEL message name=value …`, for people.
    case text
  }

  /// Writes a moment with the given number of digits after the second.
  typealias TimeWriter = @Sendable (_ time: LogTime, _ fractionDigits: Int) -> String
  typealias DurationWriter = @Sendable (Duration) -> String

  let style: Style
  let time: TimeWriter
  let duration: DurationWriter
  let lineLimit: Int
  /// Who writes, at the end of every line in JSON; empty where nothing is known.
  let resource: [UInt8]

  /// What a line has beside message, fields and resource: time, level, the marks of what was cut.
  private static let frame = 128

  /// What one text may cost. A message fits in every case, even when each byte of it is escaped
  /// by six.
  var textLimit: Int { min(lineLimit / 8, (lineLimit - resource.count - Self.frame) / 6) }

  /// `time` writes a moment as RFC 3339 does, `duration` a duration such as `1m30s`. The line
  /// limit, in bytes, is at least 1024. A resource that takes a quarter of it or more is left out.
  init(
    style: Style, lineLimit: Int = 64 * 1024, resource: LogResource = LogResource(),
    time: @escaping TimeWriter, duration: @escaping DurationWriter
  ) {
    self.style = style
    self.lineLimit = max(lineLimit, 1024)
    let member = style == .json ? resource.member : []
    self.resource = member.count < self.lineLimit / 4 ? member : []
    self.time = time
    self.duration = duration
  }

  func line(_ record: LogRecord) -> [UInt8] {
    switch style {
    case .json: JSONLogLine(format: self).bytes(record)
    case .text: TextLogLine(format: self).bytes(record)
    }
  }

  /// A text that is not longer than `textLimit`, with a mark where the rest was.
  func shortened(_ text: String) -> String {
    let bytes = text.utf8
    guard bytes.count > textLimit else { return text }
    var end = bytes.index(bytes.startIndex, offsetBy: textLimit)
    // Not in the middle of a character: bytes 10xxxxxx go on with one.
    while end > bytes.startIndex, bytes[end] & 0b1100_0000 == 0b1000_0000 {
      end = bytes.index(before: end)
    }
    let kept = text[..<end]
    return "\(kept)[\(bytes.count - kept.utf8.count) bytes cut]"
  }
}

extension [UInt8] {
  /// Appends with the escapes of JSON, whatever else it stands in: everything that disturbs a
  /// line becomes visible, quotes and backslashes unambiguous.
  mutating func appendEscapedForLog(_ text: String) {
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": append(contentsOf: "\\\"".utf8)
      case "\\": append(contentsOf: "\\\\".utf8)
      case "\n": append(contentsOf: "\\n".utf8)
      case "\r": append(contentsOf: "\\r".utf8)
      case "\t": append(contentsOf: "\\t".utf8)
      case _ where scalar.disturbsLine:
        let digits = String(scalar.value, radix: 16)
        append(contentsOf: "\\u".utf8)
        append(contentsOf: String(repeating: "0", count: 4 - digits.utf8.count).utf8)
        append(contentsOf: digits.utf8)
      default: append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
      }
    }
  }
}
