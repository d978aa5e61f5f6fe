import Foundation
import JSONValue
import MountHealthCore
import Testing

@testable import StackDrain

/// What stands in `docs/` of a pool's configuration, made from ``PoolKeys``.
///
/// `RECORD_SNAPSHOTS=1 swift test` writes it anew; that run fails, so that nothing passes unseen.
@Suite struct `The documents of a pool's configuration` {
  private static let root = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()
  private static let begin = "<!-- keys: begin; made by RECORD_SNAPSHOTS=1 swift test -->\n"
  private static let end = "<!-- keys: end -->"
  private static let records = ProcessInfo.processInfo.environment["RECORD_SNAPSHOTS"] == "1"

  private static func text(_ path: String) throws -> String {
    try String(contentsOf: root.appending(path: path), encoding: .utf8)
  }

  private static func hold(_ path: String, to made: String) throws {
    guard (try? text(path)) != made else { return }
    guard records else {
      let old = Set(((try? text(path)) ?? "").split(separator: "\n"))
      let new = made.split(separator: "\n").filter { !old.contains($0) }
      Issue.record(
        "\(path) differs from PoolKeys; these lines are missing:\n\(new.joined(separator: "\n"))")
      return
    }
    try Data(made.utf8).write(to: root.appending(path: path))
    Issue.record("recorded \(path)")
  }

  @Test func `have a schema that is made from the keys`() throws {
    let schema = ConfigurationSchema.document(
      of: PoolKeys.topKeys, title: "mountmon pool configuration")
    #expect(schema["required"] == ["path"])
    #expect(schema["properties"]?["clients"]?["items"]?["required"] == ["type"])
    try Self.hold("docs/pool.schema.json", to: schema.text(.pretty) + "\n")
  }

  @Test func `tell of every key what the code says`() throws {
    let path = "docs/pool-configuration.md"
    let document = try Self.text(path)
    let begin = try #require(document.range(of: Self.begin))
    let end = try #require(
      document.range(of: Self.end, range: begin.upperBound..<document.endIndex))
    try Self.hold(
      path, to: document[..<begin.upperBound] + Self.tables + document[end.lowerBound...])
  }

  @Test func `show configurations that have no fault`() throws {
    let blocks = try Self.text("docs/pool-configuration.md")
      .matches(of: /(?s)\n```json\n(.*?)\n```/).map { String($0.1) }
    #expect(!blocks.isEmpty)
    for block in try blocks + [Self.text("Examples/compose/pool.json")] {
      do {
        let read = try PoolText.read(block)
        #expect(read.warnings == [] || block.utf8.count < 60, "\(block)")
      } catch {
        Issue.record("\(error)\n\(block)")
      }
    }
  }

  /// Faults that a JSON Schema cannot see: rules between keys, lengths of durations, single texts of a
  /// list.
  private static let inexpressible: Set = [
    "root-path", "any-mount", "timeout-not-below-interval", "slow-not-below-timeout",
    "expect-without-canary", "look-again-order", "state-on-pool", "state-on-branch", "twin-on-pool",
    "min-branches-too-many", "min-branches-alone", "branch-root", "branch-is-pool",
    "branch-path-twice", "branch-label-twice", "deadline-zero", "socket-on-pool",
    "label-without-key", "project-in-both", "project-twice", "project-of-the-pool",
    "project-without-engine", "project-relative-file", "project-file-on-pool", "project-both",
    "project-without-stop", "client-without-url", "client-name-twice", "key-missing", "key-twice",
    "key-on-pool", "foreign-key", "user-alone", "password-alone", "password-twice",
    "password-of-two-lines", "unit-missing", "command-relative", "command-missing",
    "command-on-pool", "command-object", "http-list", "http-without-text",
    "client-url-with-password",
  ]

  @Test func `have a schema that takes what is valid and refuses what is not`() throws {
    let valid = [
      "{\"path\": \"/p\"}", try Self.text("Examples/compose/pool.json"),
      PoolText.with(#""branches": ["/a", {"path": "/b"}], "drainAfter": {"slow": "never"}"#),
    ]
    let texts = valid + PoolFaults.all.map(\.text)
    let verdicts = try SchemaValidator.verdicts(
      on: texts.map { try JSONValue(parsing: $0) },
      by: ConfigurationSchema.document(of: PoolKeys.topKeys, title: "x"))
    #expect(verdicts.count == texts.count)
    #expect(verdicts.prefix(valid.count).allSatisfy { $0 })
    for (fault, isValid) in zip(PoolFaults.all, verdicts.dropFirst(valid.count)) {
      #expect(isValid == Self.inexpressible.contains(fault.name), "\(fault.name)")
    }
    #expect(Self.inexpressible.isSubset(of: PoolFaults.names))
  }

  private static var tables: String {
    let prefix = PoolKeys.environmentPrefix
    func named(_ key: ConfigurationKey) -> String { key.environmentName(under: prefix) }
    return [
      table("At the top", "Keys of the file itself.", PoolKeys.topKeys, prefix),
      table(
        "In `requireMount`",
        "Where it is an object: `fsType`, `source` or both, as in "
          + "`/proc/self/mountinfo`.", [], nil),
      table("In `branches`", "Keys of the objects in `branches`.", PoolKeys.branchKeys, nil),
      table(
        "In `drainAfter`", "How long each kind of fault must last before the stack is drained.",
        PoolKeys.drainKeys, named(PoolKeys.drainAfter)),
      table(
        "In `deadlines`", "How long the steps of a plan may take.", PoolKeys.deadlineKeys,
        named(PoolKeys.deadlines)),
      table(
        "In `engine`", "The container engine.", PoolKeys.engineKeys, named(PoolKeys.engine)),
      table(
        "In `portableProjects` and `fullProjects`",
        "Keys of the objects in both lists. A project has either `files`, or `start` and `stop`.",
        PoolKeys.projectKeys, nil),
      table("In `clients`", "Keys of the objects in `clients`.", PoolKeys.clientKeys, nil),
      table(
        "In `apiKeyIni`",
        "Keys of the object `apiKeyIni`. A text in its place is read as its `file`.",
        PoolKeys.iniKeys, nil),
      table(
        "In `look`, `pause` and `resume`",
        "Keys of these objects of a client of type `http`. For type `command` each is a list: a "
          + "program by its absolute path, and its arguments.", PoolKeys.stepKeys, nil),
    ].joined(separator: "\n")
  }

  private static func table(
    _ title: String, _ introduction: String, _ keys: [ConfigurationKey], _ prefix: String?
  ) -> String {
    var lines = ["### \(title)", "", introduction]
    if !keys.isEmpty {
      lines += ["", "| key | value | default | meaning |", "|---|---|---|---|"]
    }
    for key in keys {
      var name = "`\(key.name)`"
      if let prefix, key.hasEnvironmentName {
        name += "<br>`\(key.environmentName(under: prefix))`"
      }
      let fallback = key.defaultText.map { "`\($0)`" } ?? (key.isRequired ? "required" : "")
      lines.append("| \(name) | \(key.kind.expectation) | \(fallback) | \(key.summary) |")
    }
    return lines.joined(separator: "\n") + "\n"
  }
}

/// Python's `jsonschema`: a second opinion.
enum SchemaValidator {
  private static let program = """
    import json, sys, jsonschema
    given = json.load(sys.stdin)
    jsonschema.Draft202012Validator.check_schema(given["schema"])
    validator = jsonschema.Draft202012Validator(given["schema"])
    json.dump([validator.is_valid(document) for document in given["documents"]], sys.stdout)
    """

  /// Whether each document is valid; none, and an issue, where nobody can tell.
  static func verdicts(on documents: [JSONValue], by schema: JSONValue) throws -> [Bool] {
    let input = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try Data(JSONValue.object(["schema": schema, "documents": .array(documents)]).text().utf8)
      .write(to: input)
    defer { try? FileManager.default.removeItem(at: input) }
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["python3", "-c", program]
    process.standardInput = try FileHandle(forReadingFrom: input)
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let data = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      Issue.record("python3 with jsonschema is missing: pip install jsonschema")
      return []
    }
    return try JSONValue(parsing: data).arrayValue?.compactMap(\.boolValue) ?? []
  }
}
