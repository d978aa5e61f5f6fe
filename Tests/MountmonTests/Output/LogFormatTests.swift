import Foundation
import Testing

@testable import mountmon

private let fields: LogFields = [
  "mount": "/mnt/debrid", "failureCount": 3, "unhealthyDuration": .duration(.seconds(90)),
  "share": 0.5, "proven": true, "tried": ["a b", 2, .duration(.seconds(1))],
]

@Suite struct `A line of the log in JSON` {
  private func line(_ record: LogRecord) -> String { LogFormat.sample(.json).text(record) }

  @Test func `keeps the order of its fields`() {
    #expect(
      line(.sample(fields: fields))
        == #"{"time":"T7.123456789Z","level":"WARN","msg":"mount unhealthy","#
        + #""mount":"/mnt/debrid","failureCount":3,"unhealthyDuration":"90s","#
        + #""share":0.5,"proven":true,"tried":["a b",2,"1s"]}"# + "\n")
  }

  @Test func `names its level in capitals`() {
    for (level, name) in zip(LogLevel.allCases, ["DEBUG", "INFO", "WARN", "ERROR"]) {
      #expect(line(.sample(level: level)).contains("\"level\":\"\(name)\""))
    }
  }

  @Test func `escapes what would break or disturb it`() {
    let path = "/m\"\\\n\r\t\u{0}\u{1B}[31m\u{7F}\u{9B}\u{2028}\u{202E}é\u{1F4BE}"
    #expect(
      line(.sample(path)).contains(
        #""msg":"/m\"\\\n\r\t\u0000\u001b[31m\u007f\u009b\u2028\u202eé"# + "\u{1F4BE}\""))
  }

  @Test func `reads back as the same text, whatever the text`() throws {
    for value in 0..<0x3000 {
      guard let scalar = Unicode.Scalar(UInt32(value)) else { continue }
      let text = "a\(scalar)b"
      let data = Data(line(.sample("m", ["x": .string(text)])).utf8)
      let object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
      let read = try #require(object["x"] as? String)
      #expect(Array(read.utf8) == Array(text.utf8))
    }
  }

  @Test func `says in words what JSON has no number for`() {
    let line = line(.sample("m", ["a": .double(.infinity), "b": .double(.nan), "c": 2.0]))
    #expect(line.hasSuffix(#","a":"+Inf","b":"NaN","c":2}"# + "\n"))
  }

  @Test func `lets no field hide what every line has`() {
    let line = line(.sample("m", ["time": 1, "level": 2, "msg": 3]))
    #expect(line.hasSuffix(#""msg":"m","time_":1,"level_":2,"msg_":3}"# + "\n"))
  }
}

@Suite struct `A line of the log as text` {
  private func line(_ record: LogRecord) -> String { LogFormat.sample(.text).text(record) }

  @Test func `is easy on the eye`() {
    #expect(
      line(.sample(fields: fields))
        == "T7.123Z WARN  mount unhealthy mount=/mnt/debrid failureCount=3 "
        + "unhealthyDuration=90s share=0.5 proven=true tried=[\"a b\",2,1s]\n")
    #expect(line(.sample("ok", level: .error)) == "T7.123Z ERROR ok\n")
  }

  @Test(arguments: [
    ("", #""""#), ("a b", #""a b""#), ("a=b", #""a=b""#), ("a\nb", #""a\nb""#),
    ("\u{1B}[0m", #""\u001b[0m""#), ("\"", #""\"""#), ("/mnt/é", "/mnt/é"),
    ("a\u{A0}b", "\"a\u{A0}b\""),
  ])
  func `quotes a value when it has to`(_ value: String, _ text: String) {
    #expect(line(.sample("m", ["k": .string(value)])) == "T7.123Z WARN  m k=\(text)\n")
  }

  @Test func `stays one line whatever its message`() {
    #expect(line(.sample("a\nb \"c\"")) == "T7.123Z WARN  a\\nb \\\"c\\\"\n")
    #expect(line(.sample("say \"c\"")) == "T7.123Z WARN  say \"c\"\n")
  }
}

@Suite struct `A line that would be too long` {
  @Test(arguments: [LogFormat.Style.json, .text])
  func `keeps within the limit and says that it was cut`(_ style: LogFormat.Style) throws {
    let format = LogFormat.sample(style, lineLimit: 1024)
    let evil = String(repeating: "\u{1}", count: 100_000)
    let many = LogValue.array(Array(repeating: "x", count: 100_000))
    let records: [LogRecord] = [
      .sample(evil), .sample(evil, ["a": .string(evil)]), .sample("m", ["a": many, "b": 1]),
      .sample("m", ["a": .string(evil), "b": .string(evil), "c": 1]),
    ]
    for record in records {
      let line = format.line(record)
      #expect(line.count <= 1024)
      #expect(line.last == .newline && line.count { $0 == .newline } == 1)
      let text = String(decoding: line, as: UTF8.self)
      #expect(text.contains("bytes cut]") || text.contains("truncated"))
      if style == .json { _ = try JSONSerialization.jsonObject(with: Data(line)) }
    }
  }

  @Test func `is cut between characters`() {
    let format = LogFormat.sample(.text, lineLimit: 1024)
    let text = "a" + String(repeating: "\u{1F4BE}", count: 100)
    #expect(
      format.shortened(text) == "a" + String(repeating: "\u{1F4BE}", count: 31) + "[276 bytes cut]")
    #expect(format.shortened("short") == "short")
  }
}

extension LogRecord {
  fileprivate static func sample(fields: LogFields) -> LogRecord {
    sample("mount unhealthy", fields)
  }
}
