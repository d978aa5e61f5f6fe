/// A record as one JSON object.
struct JSONLogLine {
  let format: LogFormat

  private static let ending = "}\n"
  private static let cutMark = ",\"truncated\":true"

  func bytes(_ record: LogRecord) -> [UInt8] {
    var line: [UInt8] = []
    line.reserveCapacity(256)
    line.append(contentsOf: "{\"time\":".utf8)
    append(format.time(record.time, 9), to: &line)
    line.append(contentsOf: ",\"level\":\"".utf8)
    line.append(contentsOf: record.level.name.utf8)
    line.append(contentsOf: "\",\"msg\":".utf8)
    append(record.message, to: &line)
    let room =
      format.lineLimit - format.resource.count - Self.cutMark.utf8.count - Self.ending.utf8.count
    for field in record.fields.fields {
      let before = line.count
      line.append(UInt8(ascii: ","))
      append(name(field), to: &line)
      line.append(UInt8(ascii: ":"))
      append(field.value, to: &line)
      guard line.count <= room else {
        line.removeLast(line.count - before)
        line.append(contentsOf: Self.cutMark.utf8)
        break
      }
    }
    line.append(contentsOf: format.resource)
    line.append(contentsOf: Self.ending.utf8)
    return line
  }

  /// A field must not hide what every line has.
  private func name(_ field: LogFields.Field) -> String {
    switch field.name {
    case "time", "level", "msg", "truncated", "resource": field.name + "_"
    default: field.name
    }
  }

  private func append(_ value: LogValue, to line: inout [UInt8]) {
    switch value {
    case .string(let text): append(text, to: &line)
    case .int(let number): line.append(contentsOf: "\(number)".utf8)
    case .double(let number) where number.isFinite:
      line.append(contentsOf: number.metricText.utf8)
    // JSON has no word for them.
    case .double(let number): append(number.metricText, to: &line)
    case .bool(let isTrue): line.append(contentsOf: (isTrue ? "true" : "false").utf8)
    case .duration(let duration): append(format.duration(duration), to: &line)
    case .array(let values):
      line.append(UInt8(ascii: "["))
      for (index, value) in values.enumerated() {
        // Past the limit the whole field goes; no use in going on.
        guard line.count <= format.lineLimit else { break }
        if index > 0 { line.append(UInt8(ascii: ",")) }
        append(value, to: &line)
      }
      line.append(UInt8(ascii: "]"))
    }
  }

  private func append(_ text: String, to line: inout [UInt8]) {
    line.append(UInt8(ascii: "\""))
    line.appendEscapedForLog(format.shortened(text))
    line.append(UInt8(ascii: "\""))
  }
}

extension LogResource {
  /// What every line has of it: `,"resource":{"service.name":"plex"}`; nothing where nothing is known.
  var member: [UInt8] {
    guard !attributes.isEmpty else { return [] }
    var bytes = Array(",\"resource\":{".utf8)
    for (index, attribute) in attributes.enumerated() {
      bytes.append(contentsOf: index == 0 ? "\"".utf8 : ",\"".utf8)
      bytes.appendEscapedForLog(attribute.name)
      bytes.append(contentsOf: "\":\"".utf8)
      bytes.appendEscapedForLog(attribute.value)
      bytes.append(UInt8(ascii: "\""))
    }
    bytes.append(UInt8(ascii: "}"))
    return bytes
  }
}
