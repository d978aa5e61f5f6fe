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
}
