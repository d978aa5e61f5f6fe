import Foundation
import JSONValue
import MountHealthCore
import StackDrain
import Testing

@testable import mountmon

/// `docs/log.schema.json` and `docs/logs.md` name the events of the log that the sources have.
@Suite struct `The reference of the log` {
  private static let repository = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  /// One event: `mount degraded`, `WARN`, its fields, whose it is.
  private struct Event: Hashable, CustomStringConvertible {
    var message: String
    var levels: Set<String>
    var required: Set<String>
    var optional: Set<String>
    var commands: Set<String>

    var description: String {
      "`\(message)` \(levels.sorted()) \(required.sorted()) \(optional.sorted()) of \(commands.sorted())"
    }
  }

  private static func schema() throws -> [Event] {
    let file = repository.appending(path: "docs/log.schema.json")
    let schema = try JSONValue(parsing: String(contentsOf: file, encoding: .utf8))
    return try #require(schema["anyOf"]?.arrayValue).map { event in
      let properties = event["properties"]?.objectValue
      let level = properties?["level"]
      let required = Set(texts(event["anyOf"]?[0]?["required"]))
      let fields = Set(properties?.keys ?? []).subtracting(["level", "msg"])
      return Event(
        message: properties?["msg"]?["const"]?.stringValue ?? "",
        levels: Set(level?["const"]?.stringValue.map { [$0] } ?? texts(level?["enum"])),
        required: required, optional: fields.subtracting(required),
        commands: Set(
          (event["$comment"]?.stringValue ?? "").split(separator: ", ").map(String.init)))
    }
  }

  private static func texts(_ value: JSONValue?) -> [String] {
    (value?.arrayValue ?? []).compactMap(\.stringValue)
  }

  @Test func `is the same as a schema and as tables`() throws {
    let document = try String(
      contentsOf: Self.repository.appending(path: "docs/logs.md"), encoding: .utf8)
    var commands: Set<String> = []
    var rows: Set<Event> = []
    for line in document.split(separator: "\n") {
      if line.hasPrefix("### ") {
        commands = Set(line.matches(of: /`([a-z]+)`/).map { String($0.1) })
        if line == "### All of them" { commands = ["sidecar", "pool", "volsync"] }
      }
      let cells = line.split(separator: "|", omittingEmptySubsequences: false)
      guard cells.count == 6, cells[1].hasPrefix(" `"), !cells[1].hasPrefix(" `msg`"),
        !commands.isEmpty
      else { continue }
      let fields = cells[3].split(separator: " ").map(String.init)
      func bare(_ text: String) -> String { text.filter { !"`[]".contains($0) } }
      rows.insert(
        Event(
          message: bare(cells[1].trimmingCharacters(in: .whitespaces)),
          levels: Set(cells[2].split(separator: " ").map(String.init)),
          required: Set(fields.filter { !$0.hasPrefix("[") }.map(bare)),
          optional: Set(fields.filter { $0.hasPrefix("[") }.map(bare)), commands: commands))
    }
    let events = Set(try Self.schema())
    #expect(events.count > 100)
    for event in events.subtracting(rows) { Issue.record("docs/logs.md lacks \(event)") }
    for event in rows.subtracting(events) { Issue.record("docs/log.schema.json lacks \(event)") }
  }

  @Test func `has each message of the sources with its level, and no other`() throws {
    let sources = try Self.sources()
    let events = try Self.schema()
    // `log.warn("…"`, and `.warn, "…"` of those whose lines are logged elsewhere.
    let call =
      /(?:\.|\b)(debug|info|warn|error)(?:\(|, |,\n)\s*"((?:[^"\\]|\\\([^()]*(?:\([^()]*\))?[^()]*\)|\\.)*)"/
    var found: Set<String> = []
    for match in sources.matches(of: call) {
      let (level, text) = (match.1.uppercased(), String(match.2))
      // What is interpolated may be anything.
      let pattern = try Regex(
        "^"
          + text.split(separator: /\\\([^ ]*\)/, omittingEmptySubsequences: false)
          .map { NSRegularExpression.escapedPattern(for: String($0)) }.joined(separator: ".+") + "$"
      )
      let named = events.filter { $0.message.wholeMatch(of: pattern) != nil }
      #expect(!named.isEmpty, "docs/log.schema.json lacks \"\(text)\"")
      #expect(
        named.isEmpty || named.contains { $0.levels.contains(level) },
        "\"\(text)\" is logged as \(level)")
      found.formUnion(named.map(\.message))
    }
    #expect(found.count > 90)
    for event in events where !found.contains(event.message) {
      // Chosen by a condition, or made of parts.
      let isThere =
        sources.contains("\"\(event.message)\"")
        || event.message.wholeMatch(of: /(drain|resume) (in)?complete/) != nil
      #expect(isThere, "the sources have no \"\(event.message)\"")
    }
  }

  @Test func `has one type for each name of a field`() throws {
    let file = Self.repository.appending(path: "docs/log.schema.json")
    let schema = try JSONValue(parsing: String(contentsOf: file, encoding: .utf8))
    var types: [String: Set<String>] = [:]
    for event in schema["anyOf"]?.arrayValue ?? [] {
      for name in event["properties"]?.objectValue?.keys ?? [] {
        let property = event["properties"]?[name]
        types[name, default: []].insert(property?["type"]?.stringValue ?? "string")
      }
    }
    for (name, types) in types { #expect(types.count == 1, "\(name): \(types.sorted())") }
  }

  @Test func `is kept by the lines of stories`() throws {
    guard let python = ExternalTool.find("python3", package: "python3") else { return }
    let format = LogFormat.standard(.json, resource: try LogResource(list: "a=b"))
    let lines = try (Self.poolRecords() + Self.volSyncRecords()).map { record in
      String(decoding: format.line(record), as: UTF8.self)
    }
    #expect(Set(lines).count > 30)
    let program = """
      import json, sys, jsonschema
      schema = json.load(open(sys.argv[1]))
      jsonschema.Draft202012Validator.check_schema(schema)
      validator = jsonschema.Draft202012Validator(schema)
      for line in set(sys.stdin):
          if not validator.is_valid(json.loads(line)): print(line.strip())
      strange = json.loads(line)
      strange["strange"] = 1
      print("strange" if validator.is_valid(strange) else "strict")
      """
    let schema = Self.repository.appending(path: "docs/log.schema.json").path
    let output = try python.run(["-c", program, schema], input: lines.joined())
    #expect(output.text == "strict\n")
  }

  private static func sources() throws -> String {
    var text = ""
    for folder in ["Sources/mountmon", "Sources/MountHealthCore/Remedy/Machine"] {
      let files = FileManager.default.enumerator(
        at: repository.appending(path: folder), includingPropertiesForKeys: nil)
      while let file = files?.nextObject() as? URL {
        if file.pathExtension == "swift" { text += try String(contentsOf: file, encoding: .utf8) }
      }
    }
    // A text of several lines is one.
    return text.replacing(/"\s*\n\s*\+ "/, with: "")
  }

  private static func poolRecords() -> [LogRecord] {
    var records: [PoolLine] = []
    for crash in [nil, 12, 30] {
      var tale = PoolTale(watchdog: .seconds(60))
      tale.crashAt = crash
      tale.pool(.well, for: 30)
      tale.command(.hold(.seconds(20)), "a")
      tale.run(for: .seconds(30))
      tale.pool(.gone, for: 3)
      tale.pool(.well, for: 3)
      tale.pool(.gone, for: 60)
      tale.command(.resume, "b")
      tale.diskFault = "no space left on device"
      tale.pool(.well, for: 60)
      tale.diskFault = nil
      tale.run(for: .seconds(120))
      tale.skew = .seconds(7200)
      tale.command(.drain, "c")
      tale.run(for: .seconds(1))
      tale.take([.stopping])
      records += tale.told
    }
    return records.map { record($0.level, $0.message, $0.fields) }
  }

  private static func volSyncRecords() throws -> [LogRecord] {
    var scene = UnlockScene()
    _ = try scene.runThroughOneUnlock()
    return scene.told.map { record($0.level, $0.message, $0.fields) }
  }

  private static func record(
    _ level: LogLevel, _ message: String, _ fields: LogFields
  ) -> LogRecord {
    LogRecord(
      time: LogTime(seconds: 7, nanoseconds: 1), level: level, message: message, fields: fields)
  }
}
