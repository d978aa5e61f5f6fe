import JSONValue
import MountHealthCore
import TimeText

/// What is known of mounts, as the JSON of `/healthz/status` and of `mountmon check`.
enum StatusDocument {
  /// The document: when, the verdict over all, and each mount.
  static func document(_ statuses: [MountStatus], at clock: WallClock) -> JSONValue {
    let isHealthy = statuses.allSatisfy { $0.health == .healthy }
    return [
      "timestamp": .string(clock.timestamp.rfc3339()),
      "status": .string(isHealthy ? "healthy" : "unhealthy"),
      "mounts": .array(statuses.map { .object(mount($0, at: clock)) }),
    ]
  }

  /// One mount. Fields of which nothing is known are left out.
  static func mount(_ status: MountStatus, at clock: WallClock) -> JSONObject {
    var object: JSONObject = [
      "path": .string(status.mount.path.description),
      "name": .string(status.mount.label),
      "status": .string(status.health.rawValue.uppercased()),
    ]
    object["lastCheck"] = status.lastCheck.map { .string(clock.timestamp(of: $0).rfc3339()) }
    object["failureCount"] = .number(JSONNumber(status.failureCount))
    object["lastError"] = status.lastError.map { .string($0) }
    object["verdict"] = status.verdict.map { .string($0.rawValue) }
    object["since"] = .string(clock.timestamp(of: status.since).rfc3339())
    object["latency"] = status.latency.map { .string($0.text(roundedTo: .microseconds(1))) }
    object["flapping"] = status.isFlapping ? true : nil
    object["overdue"] = status.overdue.map { .string($0.text(roundedTo: .milliseconds(1))) }
    object["fuseWaiting"] = status.fuseWaiting.map { .number(JSONNumber($0)) }
    object["mountPoint"] = status.isMountPoint.map { .bool($0) }
    if let entry = status.entry {
      object["fsType"] = .string(entry.fsType)
      object["source"] = .string(entry.source)
      object["propagation"] = .string(entry.propagation.rawValue)
    }
    return object
  }

  /// The short document of the probe endpoints; without mounts where it does not speak of them.
  static func brief(
    _ statuses: [MountStatus], isGood: Bool, reason: String? = nil, at clock: WallClock
  ) -> JSONValue {
    var object: JSONObject = [
      "status": .string(isGood ? "healthy" : "unhealthy"),
      "timestamp": .string(clock.timestamp.rfc3339()),
    ]
    object["reason"] = reason.map { .string($0) }
    guard !statuses.isEmpty else { return .object(object) }
    object["mounts"] = .array(
      statuses.map { status in
        [
          "name": .string(status.mount.label), "path": .string(status.mount.path.description),
          "status": .string(status.health.rawValue),
        ]
      })
    return .object(object)
  }
}
