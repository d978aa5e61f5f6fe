import MountHealthCore

/// A record as a line for people: `2026-11-21T04:00:00.123Z WARN  mount unhealthy mount=/mnt/a`.
struct TextLogLine {
  let format: LogFormat

  private static let cutMark = " truncated=true"

  func bytes(_ record: LogRecord) -> [UInt8] {
    var line = Array(format.time(record.time, 3).utf8)
    line.append(.space)
    line.append(contentsOf: record.level.name.utf8)
    // So that messages stand below each other.
    line.append(contentsOf: repeatElement(.space, count: 6 - record.level.name.utf8.count))
    appendMessage(format.shortened(record.message), to: &line)
    let room = format.lineLimit - Self.cutMark.utf8.count - 1
    for field in record.fields.fields {
      let before = line.count
      line.append(.space)
      append(field.name, to: &line)
      line.append(UInt8(ascii: "="))
      append(field.value, to: &line)
      guard line.count <= room else {
        line.removeLast(line.count - before)
        line.append(contentsOf: Self.cutMark.utf8)
        break
      }
    }
    line.append(.newline)
    return line
  }

  private func append(_ value: LogValue, to line: inout [UInt8]) {
    switch value {
    case .string(let text): append(text, to: &line)
    case .int(let number): line.append(contentsOf: "\(number)".utf8)
    case .double(let number): line.append(contentsOf: number.metricText.utf8)
    case .bool(let isTrue): line.append(contentsOf: (isTrue ? "true" : "false").utf8)
    case .duration(let duration): append(format.duration(duration), to: &line)
    case .array(let values):
      line.append(UInt8(ascii: "["))
      for (index, value) in values.enumerated() {
        guard line.count <= format.lineLimit else { break }
        if index > 0 { line.append(UInt8(ascii: ",")) }
        append(value, to: &line)
      }
      line.append(UInt8(ascii: "]"))
    }
  }

  /// A message is prose: no quotes around it, only nothing in it that disturbs the line.
  private func appendMessage(_ text: String, to line: inout [UInt8]) {
    guard text.unicodeScalars.contains(where: \.disturbsLine) else {
      line.append(contentsOf: text.utf8)
      return
    }
    line.appendEscapedForLog(text)
  }

  private func append(_ text: String, to line: inout [UInt8]) {
    let text = format.shortened(text)
    guard text.needsQuotes else {
      line.append(contentsOf: text.utf8)
      return
    }
    line.append(UInt8(ascii: "\""))
    line.appendEscapedForLog(text)
    line.append(UInt8(ascii: "\""))
  }
}

extension String {
  /// Whether it would be taken for something else, or for more than one thing, without quotes.
  fileprivate var needsQuotes: Bool {
    isEmpty
      || unicodeScalars.contains { scalar in
        switch scalar {
        case " ", "\"", "=", "\\", "[", "]", ",": true
        default: scalar.disturbsLine || scalar.properties.isWhitespace
        }
      }
  }
}
