import JSONValue
import K8sClient
import ResticUnlock
import TimeText

/// What `mountmon volsync` found and did, as a document: `--output json`, and `/healthz/status` of one
/// that watches.
struct VolSyncDocument {
  /// What came of a pass.
  enum Outcome: String, CaseIterable {
    case nothing
    case healed
    case locked
    case failed
    case unconfigured

    var exitCode: Int32 {
      switch self {
      case .nothing, .healed: 0
      case .locked: 1
      case .failed: 2
      case .unconfigured: 3
      }
    }
  }

  var picture: UnlockPicture
  var isDryRun = false
  var time: WallClock

  /// What came of it, on the whole.
  var result: Outcome {
    if picture.monitors.isEmpty, picture.isSynced || !picture.complaints.isEmpty {
      return picture.isSynced ? .unconfigured : .failed
    }
    if !picture.isSynced || !picture.isCurrent { return .failed }
    if picture.monitors.contains(where: { $0.object.phase == .error }) { return .unconfigured }
    if !picture.locked.isEmpty { return .locked }
    // What was not seen may fail on a lock.
    if !picture.complaints.isEmpty { return .failed }
    return picture.counts.succeeded.isEmpty ? .nothing : .healed
  }

  /// The document as anybody may see it who reaches the port: of a Job it has the name alone.
  var openJSON: JSONValue {
    var json = json
    json["repositories"] = .array(
      picture.repositories.map { repository in
        var one = Self.json(repository)
        guard let job = one["plan"]?["job"] else { return one }
        one["plan"]?["job"] = [
          "metadata": [
            "namespace": job["metadata"]?["namespace"] ?? "",
            "name": job["metadata"]?["name"] ?? "",
          ]
        ]
        return one
      })
    return json
  }

  /// The document.
  var json: JSONValue {
    var json: JSONValue = [
      "timestamp": .string(time.timestamp.rfc3339()), "result": .string(result.rawValue),
      "dryRun": .bool(isDryRun), "settled": .bool(picture.isSettled),
      "current": .bool(picture.isCurrent),
      "complaints": .array(picture.complaints.map { .string($0) }),
      "monitors": .array(picture.monitors.map(Self.json)),
      "repositories": .array(picture.repositories.map(Self.json)),
      "lockRot": .array(picture.rot.map(Self.json)),
      "events": .array(
        picture.journal.map { entry in
          [
            "time": .string(entry.time.rfc3339()), "level": .string(entry.level.rawValue),
            "text": .string(entry.text),
          ]
        }),
    ]
    if result == .unconfigured, picture.monitors.isEmpty {
      json["hint"] = "no VolSyncMonitor says what is to be done: make one, or use --config FILE"
    }
    return json
  }

  private static func json(_ monitor: UnlockPicture.Monitor) -> JSONValue {
    var json: JSONValue = [
      "namespace": .string(monitor.key.namespace), "name": .string(monitor.key.name),
      "phase": .string(monitor.object.phase?.rawValue ?? ""),
    ]
    if let error = monitor.object.lastError { json["lastError"] = .string(error) }
    for counter in VolSyncMonitor.Counter.allCases {
      json[counter.rawValue] = .number(JSONNumber(monitor.object[counter]))
    }
    return json
  }

  /// A repository, what is known of its locks and what is, or would be, done.
  static func json(_ repository: UnlockPicture.Repository) -> JSONValue {
    var json: JSONValue = [
      "repository": .string(repository.name.description),
      "monitor": .string(repository.monitor.description),
      "state": .string(repository.state.word),
    ]
    if let detail = repository.state.detail { json["detail"] = .string(detail) }
    if let plan = repository.plan { json["plan"] = plan.json.withoutValues }
    json["failures"] = .array(repository.failures.map(Self.json))
    json["attempts"] = .array(
      repository.attempts.map { attempt in
        [
          "number": .number(JSONNumber(attempt.number)), "at": .string(attempt.at.rfc3339()),
          "mode": .string(attempt.mode), "job": .string(attempt.job),
          "outcome": .string(attempt.outcome.rawValue),
        ]
      })
    return json
  }

  private static func json(_ failure: LockFailure) -> JSONValue {
    var json: JSONValue = [
      "namespace": .string(failure.namespace), "job": .string(failure.jobName),
      "sign": .string(failure.sign.source.label), "line": .string(failure.sign.line),
      "saved": .bool(failure.sign.didSave),
    ]
    if let owner = failure.owner {
      json["kind"] = .string(owner.kind.rawValue)
      json["object"] = .string(owner.name)
    }
    if let pod = failure.pod?.metadata.name { json["pod"] = .string(pod.description) }
    if let ended = failure.ended { json["ended"] = .string(ended.rfc3339()) }
    return json
  }

  /// A backup whose retention has failed for long.
  static func json(_ rot: LockRot) -> JSONValue {
    [
      "namespace": .string(rot.owner.namespace), "object": .string(rot.owner.name),
      "kind": .string(rot.kind.rawValue), "since": .string(rot.since.rfc3339()),
      "text": .string(rot.description),
    ]
  }
}

extension JSONValue {
  /// A plan whose Job keeps the names of its variables, and of their values only mountmon's own: a mover
  /// may have its password in the open.
  fileprivate var withoutValues: JSONValue {
    var plan = self
    guard var pod = plan["job"]?["spec"]?["template"]?["spec"] else { return plan }
    for list in ["containers", "initContainers"] {
      guard let containers = pod[list]?.arrayValue else { continue }
      pod[list] = .array(
        containers.map { container in
          var container = container
          guard let variables = container["env"]?.arrayValue else { return container }
          container["env"] = .array(
            variables.map { variable in
              let isOwn = variable["name"]?.stringValue?.hasPrefix("MOUNTMON_") ?? false
              guard !isOwn, variable["value"] != nil else { return variable }
              var variable = variable
              variable["value"] = "(not shown)"
              return variable
            })
          return container
        })
    }
    plan["job"]?["spec"]?["template"]?["spec"] = pod
    return plan
  }
}
