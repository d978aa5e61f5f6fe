import Foundation
import JSONValue
import Testing

/// The custom type, and what is held against it.
@Suite(.timeLimit(.minutes(2)))
struct `The type VolSyncMonitor` {
  private static let judge = BuiltProgram.package + "/scripts/custom-resources.py"
  private static let crd = Manifests.folder + "/volsync/crd.yaml"

  /// What the judge says of an object; empty where it fits.
  private static func faults(of object: JSONValue) async throws -> String {
    try await TemporaryFolder.with { folder in
      let file = try folder.write("object.yaml", object.text())
      let outcome = try await Child("python3", judge, crd, file).finish(within: .seconds(60))
      #expect(outcome.ending == .exited(outcome.errors.isEmpty ? 0 : 1))
      return outcome.errors
    }
  }

  private static func monitor(spec: JSONValue = [:], status: JSONValue? = nil) -> JSONValue {
    var object: JSONValue = [
      "apiVersion": "homelab.rafaribe.com/v1alpha1", "kind": "VolSyncMonitor",
      "metadata": ["name": "main", "namespace": "mountmon"], "spec": spec,
    ]
    if let status { object["status"] = status }
    return object
  }

  @Test func `takes every field, and what older controllers wrote`() async throws {
    let object = Self.monitor(
      spec: [
        "enabled": true, "maxConcurrentUnlocks": 0, "ttlSecondsAfterFinished": 300,
        "lockErrorPatterns": ["repository.*locked.*by.*another.*process", "not ( a pattern"],
        "removeFailedJobs": true,
        "jobSelector": [
          "namePrefix": "backup-", "labelSelector": ["team": "home"], "namespaces": ["downloads"],
        ],
        "unlockJobTemplate": [
          "image": "restic/restic:latest", "command": ["restic"],
          "args": ["unlock", "--remove-all"], "serviceAccount": "volsync-unlock-sa",
          "resources": [
            "limits": ["cpu": "500m", "memory": "512Mi"],
            "requests": ["cpu": "0.1", "memory": "1e8"],
          ],
          "securityContext": ["runAsUser": 1000, "runAsGroup": 1000, "fsGroup": 1000],
        ],
      ],
      status: [
        "phase": "Active", "observedGeneration": 2, "lastError": "",
        "lastUnlockTime": "2025-06-01T10:00:00Z", "totalUnlocksCreated": 3,
        "totalUnlocksSucceeded": 2, "totalUnlocksFailed": 1, "totalLockErrorsDetected": 3,
        "totalFailedJobsRemoved": 0,
        "activeUnlocks": [
          [
            "appName": "prowlarr", "namespace": "downloads", "objectName": "prowlarr-nfs",
            "jobName": "volsync-unlock-prowlarr-prowlarr-nfs-1", "alertFingerprint": "x",
            "startTime": "2025-06-01T10:00:00Z",
          ]
        ],
        "processedJobs": [
          [
            "jobName": "volsync-src-prowlarr-nfs", "namespace": "downloads", "removed": true,
            "processedTime": "2025-06-01T10:00:00Z", "unlockJobName": "x", "lockError": "locked",
          ]
        ],
        "conditions": [],
      ])
    #expect(try await Self.faults(of: object).isEmpty)
    #expect(try await Self.faults(of: Self.monitor()).isEmpty)
  }

  @Test(arguments: [
    ("a field that is none", #"{"unlockJobTemplate": {"env": []}}"#),
    ("a namespace that is none", #"{"jobSelector": {"namespaces": ["Down loads"]}}"#),
    ("a negative number", #"{"maxConcurrentUnlocks": -1}"#),
    ("a number that is a text", #"{"ttlSecondsAfterFinished": "1h"}"#),
    (
      "an amount that is none", #"{"unlockJobTemplate": {"resources": {"limits": {"cpu": "1 x"}}}}"#
    ),
    ("an amount as a number", #"{"unlockJobTemplate": {"resources": {"limits": {"cpu": 1}}}}"#),
    ("an empty pattern", #"{"lockErrorPatterns": [""]}"#),
    ("root as a text", #"{"unlockJobTemplate": {"securityContext": {"runAsUser": "0"}}}"#),
  ])
  func `refuses`(fault: String, spec: String) async throws {
    let object = Self.monitor(spec: try JSONValue(parsing: spec))
    #expect(try await !Self.faults(of: object).isEmpty, "\(fault)")
  }

  @Test(arguments: [
    ("a column that shows a list", "status.totalUnlocksFailed", "status.activeUnlocks"),
    ("a column of a field that is none", ".status.phase", ".status.state"),
    ("a default that does not fit", "default: 3\n", "default: three\n"),
    ("a field without a type", "startTime: { type: string,", "startTime: {"),
    (
      "a set of objects", "x-kubernetes-list-map-keys: [type]", "x-kubernetes-list-map-keys: [name]"
    ),
    ("a word that no schema has", "required: [type, status]", "needed: [type, status]"),
  ])
  func `would not pass with`(fault: String, old: String, new: String) async throws {
    let text = try String(contentsOfFile: Self.crd, encoding: .utf8)
    #expect(text.contains(old), "\(fault)")
    try await TemporaryFolder.with { folder in
      let file = try folder.write("crd.yaml", text.replacing(old, with: new))
      let outcome = try await Child("python3", Self.judge, file).finish(within: .seconds(60))
      #expect(outcome.ending == .exited(1), "\(fault)")
      #expect(outcome.errors.contains("crd.yaml"), "\(fault): \(outcome.errors)")
    }
  }

  @Test func `has every key in its reference, with type, range and default`() async throws {
    let definition = try #require(
      try await Manifests.ofUnlocks().first { $0.kind == "CustomResourceDefinition" })
    let version = try #require(definition.value["spec"]?["versions"]?.arrayValue?.first)
    let schema = try #require(version["schema"]?["openAPIV3Schema"]?["properties"])
    let file = BuiltProgram.package + "/docs/volsync-configuration.md"
    let reference = try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n")
    for (part, value) in [("spec", schema["spec"]), ("status", schema["status"])] {
      var rows: [(path: String, schema: JSONValue)] = []
      Self.collect(try #require(value), part, &rows)
      for row in rows {
        let start = "| `\(row.path)` | \(Self.typeText(row.schema)) | "
        let line = reference.first { $0.hasPrefix(start) }
        #expect(line != nil, "docs/volsync-configuration.md lacks \(start)")
        // Only what is asked for has defaults, and a column for them.
        guard part == "spec" else { continue }
        let value = row.schema["default"].map { "`\($0.text())`" } ?? ""
        #expect(line?.hasSuffix(" | \(value) |") ?? true, "\(row.path): the default is \(value)")
      }
      let keys = Set(rows.map { "`\($0.path)`" })
      for line in reference where line.hasPrefix("| `\(part).") {
        let key = line.split(separator: "|").first?.trimmingCharacters(in: .whitespaces) ?? ""
        #expect(keys.contains(key), "docs/volsync-configuration.md has \(key), which is not there")
      }
    }
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
