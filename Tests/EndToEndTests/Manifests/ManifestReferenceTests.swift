import Foundation
import JSONValue
import Testing

/// The tables of `docs/volsync-configuration.md`: keys, types, ranges and defaults are those of the
/// custom type; what a key means is written there by hand, and kept.
///
/// `RECORD_SNAPSHOTS=1 swift test` writes them anew; that run fails, so that nothing passes unseen.
@Suite(.timeLimit(.minutes(2)))
struct `The reference of the type VolSyncMonitor` {
  private static let path = BuiltProgram.package + "/docs/volsync-configuration.md"
  private static let records = ProcessInfo.processInfo.environment["RECORD_SNAPSHOTS"] == "1"

  @Test func `has its keys, types, ranges and defaults from the type`() async throws {
    let definition = try #require(
      try await Manifests.ofUnlocks().first { $0.kind == "CustomResourceDefinition" })
    let version = try #require(definition.value["spec"]?["versions"]?.arrayValue?.first)
    let schema = try #require(version["schema"]?["openAPIV3Schema"]?["properties"])
    var reference = try String(contentsOfFile: Self.path, encoding: .utf8)
    for part in ["spec", "status"] {
      let begin =
        "<!-- \(part): begin; made by RECORD_SNAPSHOTS=1 swift test, but for the meanings -->\n"
      let start = try #require(reference.range(of: begin)?.upperBound)
      let rest = start..<reference.endIndex
      let end = try #require(reference.range(of: "<!-- \(part): end -->", range: rest)?.lowerBound)
      let old = String(reference[start..<end])
      let made = Self.table(of: try #require(schema[part]), part, keeping: Self.meanings(in: old))
      guard made != old else { continue }
      guard Self.records else {
        let known = Set(old.split(separator: "\n"))
        let new = made.split(separator: "\n").filter { !known.contains($0) }
        Issue.record(
          "docs/volsync-configuration.md differs from the type; it should have\n\(new.joined(separator: "\n"))"
        )
        continue
      }
      reference.replaceSubrange(start..<end, with: made)
      try Data(reference.utf8).write(to: URL(filePath: Self.path))
      Issue.record("recorded \(part) in docs/volsync-configuration.md")
    }
  }

  @Test func `says of each key what it means`() throws {
    let reference = try String(contentsOfFile: Self.path, encoding: .utf8)
    let meanings = Self.meanings(in: reference)
    #expect(meanings.count > 50)
    for (key, meaning) in meanings { #expect(meaning != "", "\(key)") }
  }

  /// What stands in the third column, by key.
  private static func meanings(in table: String) -> [String: String] {
    var found: [String: String] = [:]
    for line in table.split(separator: "\n") {
      let cells = line.components(separatedBy: " | ")
      guard cells.count >= 3, let key = line.firstMatch(of: /^\| `((?:spec|status)\.[^`]+)`/) else {
        continue
      }
      found[String(key.1)] = cells[2].hasSuffix(" |") ? String(cells[2].dropLast(2)) : cells[2]
    }
    return found
  }

  private static func table(
    of schema: JSONValue, _ part: String, keeping meanings: [String: String]
  ) -> String {
    // Only what is asked for has defaults, and a column for them.
    let hasDefaults = part == "spec"
    var lines = [
      "| key | type and range | meaning |" + (hasDefaults ? " default |" : ""),
      "|---|---|---|" + (hasDefaults ? "---|" : ""),
    ]
    var rows: [(path: String, schema: JSONValue)] = []
    collect(schema, part, &rows)
    for (path, schema) in rows {
      let meaning = meanings[path] ?? schema["description"]?.stringValue ?? ""
      var line = "| `\(path)` | \(typeText(schema)) | \(meaning) |"
      if hasDefaults { line += " \(schema["default"].map { "`\($0.text())`" } ?? "") |" }
      lines.append(line)
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func collect(
    _ schema: JSONValue, _ path: String, _ rows: inout [(path: String, schema: JSONValue)]
  ) {
    for (name, child) in schema["properties"]?.objectValue ?? JSONObject() {
      rows.append(("\(path).\(name)", child))
      collect(child, "\(path).\(name)", &rows)
      if let items = child["items"] { collect(items, "\(path).\(name)[]", &rows) }
    }
  }

  /// The type of a key as the reference has it: with its range, where it has one.
  private static func typeText(_ schema: JSONValue) -> String {
    func items(_ inner: JSONValue?) -> String { inner?["type"] == "object" ? "objects" : "texts" }
    switch schema["type"]?.stringValue {
    case "boolean": return "true or false"
    case "integer":
      guard let most = schema["maximum"]?.intValue else { return "whole number" }
      return "whole number, \(schema["minimum"]?.intValue ?? 0) to \(most)"
    case "array":
      return "list of \(items(schema["items"]))"
        + (schema["maxItems"]?.intValue.map { ", at most \($0)" } ?? "")
    case "object":
      guard schema["additionalProperties"] != nil else { return "object" }
      return "texts by key, at most \(schema["maxProperties"]?.intValue ?? 0)"
    default:
      if schema["format"] == "date-time" { return "time" }
      if let words = schema["enum"]?.arrayValue {
        return "one of " + words.compactMap(\.stringValue).map { "`\($0)`" }.joined(separator: ", ")
      }
      return "text" + (schema["maxLength"]?.intValue.map { ", at most \($0)" } ?? "")
    }
  }
}
