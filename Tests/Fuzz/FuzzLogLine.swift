// sources: Sources/mountmon/Output/LogLine+JSON.swift Sources/mountmon/Output/LogLine+Text.swift
// sources: Sources/mountmon/Output/LogRecord.swift Sources/mountmon/Output/LogFormat.swift
// sources: Sources/mountmon/Output/LogResource.swift
// modules: Sources/JSONValue Sources/TimeText
// module: MountHealthCore Sources/MountHealthCore/Probe/DisturbingScalar.swift

import JSONValue

/// Whatever a mount is called and whatever a server says: a line of the log is one line, within its limit,
/// and the JSON one is an object with its four keys.
///
/// Texts in the input have zeros between them.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzLogLine(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let input = Array(UnsafeBufferPointer(start: start, count: count))
  let texts = input.split(separator: 0).prefix(40).map { String(decoding: $0, as: UTF8.self) }
  guard let message = texts.first else { return 0 }
  var fields: LogFields = [:]
  for (index, text) in texts.dropFirst().enumerated() {
    switch index % 3 {
    case 0: fields.add(text, .int(index))
    case 1: fields.add("text\(index)", .string(text))
    default: fields.add(text, .array([.string(text), .double(Double(index) / 0), .bool(true)]))
    }
  }
  let record = LogRecord(
    time: LogTime(seconds: Int64(count), nanoseconds: 5), level: .warn, message: message,
    fields: fields)
  // Of what OpenTelemetry's list may hold; too long a one is left out.
  let (resource, _) = LogResource.read(["OTEL_SERVICE_NAME": texts.last ?? ""])
  let format = LogFormat(
    style: .json, lineLimit: 2048, resource: resource, time: { time, _ in "\(time.seconds)" },
    duration: { "\($0)" })
  let json = JSONLogLine(format: format).bytes(record)
  check(json, format)
  guard let value = try? JSONValue(parsing: json, options: .init(duplicateKeys: .keepFirst)) else {
    preconditionFailure("the line is not JSON")
  }
  precondition(value["level"] == "WARN" && value["msg"] != nil && value["time"] != nil)
  check(TextLogLine(format: format).bytes(record), format)
  return 0
}

private func check(_ line: [UInt8], _ format: LogFormat) {
  precondition(line.last == 0x0A && line.count <= format.lineLimit, "a line without end")
  precondition(!line.dropLast().contains { $0 < 0x20 || $0 == 0x7F }, "a control character")
  precondition(String(validating: line, as: UTF8.self) != nil, "no UTF-8")
}

// Small things of files that are not among those above.

extension Double {
  var metricText: String { "\(self)" }
}

extension UInt8 {
  static let space: UInt8 = 0x20
  static let newline: UInt8 = 0x0A
}
