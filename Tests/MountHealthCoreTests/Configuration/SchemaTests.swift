import Foundation
import JSONValue
import Testing

@testable import MountHealthCore

@Suite struct `The configuration's JSON Schema` {
  /// Faults that a JSON Schema cannot see, and why.
  private static let inexpressible: [String: String] = [
    "interval-too-short": "the length of a duration is not in its form",
    "interval-too-long": "the length of a duration is not in its form",
    "timeout-too-short": "the length of a duration is not in its form",
    "shutdown-timeout-zero": "the length of a duration is not in its form",
    "timeout-not-below-interval": "a rule between keys",
    "slow-not-below-timeout": "a rule between keys",
    "watchdog-backoff-order": "a rule between keys",
    "repair-empty": "a rule between keys",
    "repair-both": "a rule between keys",
    "repair-relative-command": "the form of one text of a list",
    "expect-with-directory": "a rule between keys",
    "expect-longer-than-canary": "a rule between keys",
    "duplicate-name": "a rule between mounts",
    "duplicate-path": "a rule between mounts",
    "duplicate-path-untidy": "a rule between mounts",
    "canary-root": "what is left of a path when it is tidied",
    "min-free-bytes-overflow": "the size of a number within a text",
    "duplicate-key": "a matter of the JSON text, not of the value",
    "comment": "a matter of the JSON text, not of the value",
    "trailing-comma": "a matter of the JSON text, not of the value",
  ]

  /// The schema as it stands in docs/: `RECORD_SNAPSHOTS=1` writes it anew and fails that run.
  @Test func `is the one in docs`() throws {
    let file = ConfigurationFixture.repository.appending(path: "docs/configuration.schema.json")
    let text = ConfigurationSchema.document.text(.pretty) + "\n"
    if ProcessInfo.processInfo.environment["RECORD_SNAPSHOTS"] == "1" {
      try FileManager.default.createDirectory(
        at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(text.utf8).write(to: file)
      Issue.record("recorded \(file.path)")
      return
    }
    let recorded = try? String(contentsOf: file, encoding: .utf8)
    #expect(
      recorded == text,
      "docs/configuration.schema.json differs: RECORD_SNAPSHOTS=1 swift test records it")
  }

  @Test func `has a property for each key, and no other`() throws {
    let schema = ConfigurationSchema.document
    let mounts = try #require(schema["properties"]?["mounts"]?["items"])
    let watchdog = try #require(schema["properties"]?["watchdog"])
    for (part, keys) in [
      (schema, ConfigurationKey.topKeys), (mounts, ConfigurationKey.mountKeys),
      (watchdog, ConfigurationKey.watchdogKeys),
    ] {
      let properties = try #require(part["properties"]?.objectValue)
      #expect(properties.keys == keys.map(\.name))
      #expect(part["additionalProperties"] == false)
      for key in keys {
        let description = try #require(properties[key.name]?["description"]?.stringValue)
        #expect(description.hasPrefix(key.summary))
        #expect((properties[key.name]?["default"] != nil) == (key.defaultText != nil))
      }
    }
    #expect(schema["required"] == ["mounts"])
    #expect(mounts["required"] == ["path"])
  }

  @Test func `takes what is valid and refuses what is not`() throws {
    let valid = ConfigurationFixture.all("valid")
    let invalid = ConfigurationFixture.all("invalid")
    let unparsed: Set = ["duplicate-key", "comment", "trailing-comma"]
    let checked = invalid.filter { !unparsed.contains($0.name) }
    let verdicts = try JSONSchemaValidator.verdicts(
      on: (valid + checked).map { try JSONValue(parsing: $0.bytes) },
      by: ConfigurationSchema.document)
    guard !verdicts.isEmpty else { return }
    #expect(verdicts.count == valid.count + checked.count)
    for (fixture, isValid) in zip(valid, verdicts) {
      #expect(isValid, "the schema refuses \(fixture)")
    }
    for (fixture, isValid) in zip(checked, verdicts.dropFirst(valid.count)) {
      #expect(isValid == (Self.inexpressible[fixture.name] != nil), "\(fixture)")
    }
    for name in Self.inexpressible.keys {
      #expect(invalid.contains { $0.name == name }, "there is no fixture \(name)")
    }
  }
}

/// Python's `jsonschema`: a second opinion.
enum JSONSchemaValidator {
  private static let program = """
    import json, sys
    try:
      import jsonschema
    except ImportError:
      sys.exit(77)
    given = json.load(sys.stdin)
    jsonschema.Draft202012Validator.check_schema(given["schema"])
    validator = jsonschema.Draft202012Validator(given["schema"])
    json.dump([validator.is_valid(document) for document in given["documents"]], sys.stdout)
    """

  /// Whether each document is valid; empty, and an issue, where nobody can tell.
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
      Issue.record(
        """
        python3 with jsonschema is missing (status \(process.terminationStatus)): \
        apt-get install python3-jsonschema, or pip install jsonschema
        """)
      return []
    }
    return try JSONValue(parsing: data).arrayValue?.compactMap(\.boolValue) ?? []
  }
}
