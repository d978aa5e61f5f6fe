import Foundation
import JSONValue
import K8sClient
import Testing
import TimeText

@testable import ResticUnlock

/// `Examples/kubernetes/volsync/crd.yaml` and the code: a field that the type lacks is dropped by the
/// API server, and a value that it refuses is never stored.
@Suite struct `The type of monitors` {
  private let now = Objects.start

  @Test func `takes all that a status says`() throws {
    var objects = [JSONValue]()
    var status = MonitorStatus(VolSyncMonitor(json: Self.monitor(["enabled": true])))
    status.note(.success(MonitorSettings()), at: now)
    objects.append(status.monitor.json)
    let bad = SettingsError(faults: [.init(path: "spec.enabled", problem: "it is odd")])
    status.note(.failure(bad), at: now)
    objects.append(status.monitor.json)
    status.note(.success(MonitorSettings()), at: now)
    let job = try #require(Objects.job().metadata.uid)
    for index in 0..<250 {
      let attempt = UnlockRecord.Attempt(
        number: index + 1, at: now, mode: "unlock", job: "job-\(index)", by: "me",
        outcome: index % 3 == 0 ? .failed : .healed)
      let failure = try Self.failure(index)
      status.note(.detected(failure), of: failure.repository, at: now)
      status.note(.made(job: attempt.job, mode: attempt.mode), of: failure.repository, at: now)
      status.note(
        .began(attempt, UnlockPlan(repository: failure.repository, action: .nothing, reason: "")),
        of: failure.repository, at: now)
      status.note(.ended(attempt, remaining: []), of: failure.repository, at: now)
    }
    status.note(
      .removed(namespace: "media", job: "volsync-src-app", uid: job), of: UnlockTale.repository,
      at: now)
    var machines: [RepositoryIdentity: UnlockMachine] = [:]
    for index in 0..<60 {
      let failure = try Self.failure(index)
      var machine = UnlockMachine(monitor: "m", identity: "me", settings: MonitorSettings())
      machine.view = RepositoryView(
        repository: failure.repository, failures: [failure],
        cluster: ClusterView(pods: [], now: now))
      machine.state =
        index.isMultiple(of: 2) ? .acting("job-\(index)") : .waiting("it may be held, 100 %")
      machines[failure.repository] = machine
    }
    let owner = Mover.Owner(kind: .source, namespace: "media", name: "app")
    status.note(machines, rot: [LockRot(kind: .prune, owner: owner, since: now)], at: now)
    #expect(status.monitor.activeUnlocks.count == 30 && status.monitor.processedJobs.count == 50)
    #expect(status.monitor.conditions.count == 3)
    objects.append(status.monitor.json)
    status.note(error: "the API server does not answer", at: now)
    objects.append(status.monitor.json)
    let faults = try Self.faults(of: objects)
    for (index, fault) in faults.enumerated() {
      #expect(fault.isEmpty, "status \(index): \(fault)")
    }
  }

  /// Specifications, and whether both take them.
  private static let specs: [(text: String, isTaken: Bool)] = [
    (#"{}"#, true), (#"{"enabled": true}"#, true), (#"{"enabled": "yes"}"#, false),
    (#"{"maxConcurrentUnlocks": 0}"#, true), (#"{"maxConcurrentUnlocks": 100}"#, true),
    (#"{"maxConcurrentUnlocks": 101}"#, false), (#"{"maxConcurrentUnlocks": -1}"#, false),
    (#"{"ttlSecondsAfterFinished": 31536000}"#, true),
    (#"{"ttlSecondsAfterFinished": 31536001}"#, false),
    (#"{"ttlSecondsAfterFinished": 1.5}"#, false),
    (#"{"lockErrorPatterns": ["not ( one"]}"#, true), (#"{"lockErrorPatterns": [1]}"#, false),
    (#"{"jobSelector": {"namePrefix": "x-", "labelSelector": {"a": "b"}}}"#, true),
    (#"{"jobSelector": {"labelSelector": {"a": 1}}}"#, false),
    (#"{"jobSelector": {"namespaces": ["a", "b-1"]}}"#, true),
    (#"{"jobSelector": {"namespaces": ["-a"]}}"#, false),
    (#"{"jobSelector": {"namespaces": ["a.b"]}}"#, false),
    (#"{"jobSelector": {"names": []}}"#, false), (#"{"repositories": []}"#, false),
    (#"{"unlockJobTemplate": {}}"#, true), (#"{"unlockJobTemplate": {"image": "a:1"}}"#, true),
    (#"{"unlockJobTemplate": {"env": []}}"#, false),
    (#"{"unlockJobTemplate": {"securityContext": {"runAsUser": 2147483647}}}"#, true),
    (#"{"unlockJobTemplate": {"securityContext": {"runAsUser": 2147483648}}}"#, false),
    (#"{"unlockJobTemplate": {"securityContext": {"runAsNonRoot": true}}}"#, false),
  ]

  private static let amounts = [
    "500m", "0.5", ".5", "1.", "128Mi", "1e3", "1E3", "1E", "1Ei", "12e-3", "+1k", "1n", "1u",
    "", ".", "1 Mi", "1mi", "-1", "1e", "1e1234", "Mi", "0x1", "1KiB", "1.5.2",
  ]

  @Test func `takes the settings that the code takes`() throws {
    let amounts = Self.amounts.map { amount -> JSONValue in
      ["unlockJobTemplate": ["resources": ["limits": ["cpu": .string(amount)]]]]
    }
    let specs = try Self.specs.map { try JSONValue(parsing: $0.text) } + amounts
    let faults = try Self.faults(of: specs.map(Self.monitor))
    for (index, spec) in specs.enumerated() {
      var isRead = true
      do { _ = try MonitorSettings(reading: ["spec": spec]) } catch { isRead = false }
      #expect(faults[index].isEmpty == isRead, "\(spec.text()): \(faults[index])")
      if index < Self.specs.count { #expect(isRead == Self.specs[index].isTaken, "\(spec.text())") }
    }
  }

  private static func monitor(_ spec: JSONValue) -> JSONValue {
    [
      "apiVersion": "homelab.rafaribe.com/v1alpha1", "kind": "VolSyncMonitor",
      "metadata": ["name": "main", "namespace": "mountmon"], "spec": spec,
    ]
  }

  private static func failure(_ index: Int) throws -> LockFailure {
    let sign = LockSign(
      source: .exitCode, line: "unable to create lock",
      lock: ReportedLock.last(in: LogTail("storage ID 0000000\(index % 10)\n")))
    let source = Objects.source(
      "app-\(index)",
      status: [
        "latestMoverStatus": ["result": "Failed", "logs": "repository is already locked \(index)"]
      ])
    let sync = try #require(
      FailedSync(source, patterns: LockPatterns(), rules: MoverRules()))
    var failure = LockFailure(sync, seen: Objects.start)
    failure.sign = sign
    failure.jobUID = try UID("uid-\(index)")
    return failure
  }

  /// What is wrong with each object, by the type; empty where nothing is.
  private static func faults(of objects: [JSONValue]) throws -> [String] {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    var files: [String] = []
    for (index, object) in objects.enumerated() {
      let file = folder.appending(path: "object-\(index).json")
      try Data(object.text().utf8).write(to: file)
      files.append(file.path)
    }
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments =
      [
        "python3", root.appending(path: "scripts/custom-resources.py").path,
        root.appending(path: "Examples/kubernetes/volsync/crd.yaml").path,
      ] + files
    let errors = Pipe()
    process.standardError = errors
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    let text = String(
      decoding: try errors.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    process.waitUntilExit()
    let lines = text.split(separator: "\n")
    let isJudged = lines.allSatisfy { line in files.contains { line.hasPrefix($0 + ":") } }
    if !isJudged { Issue.record("the objects could not be judged: \(text)") }
    return files.map { file in
      lines.filter { $0.hasPrefix(file + ":") }.joined(separator: "\n")
    }
  }
}
