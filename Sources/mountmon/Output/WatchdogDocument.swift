import JSONValue
import MountHealthCore
import TimeText

extension StatusDocument {
  /// What the watchdog is about, in `/healthz/status`. Fields of which nothing is known are left out.
  static func watchdog(_ snapshot: WatchdogView.Snapshot, at clock: WallClock) -> JSONObject {
    var object: JSONObject = [
      "state": .string(snapshot.state.word),
      "since": .string(clock.timestamp(of: snapshot.since).rfc3339()),
    ]
    if let reason = snapshot.state.reason {
      object["reason"] = .string(reason.word)
      object["explanation"] = .string(reason.text)
    }
    switch snapshot.state {
    case .pending(let mounts, _, let due):
      object["mounts"] = .array(mounts.map { .string($0) })
      object["due"] = .string(clock.timestamp(of: due).rfc3339())
    case .acting(let step):
      object["step"] = .string(step.rawValue)
    case .spent(let until):
      object["until"] = .string(clock.timestamp(of: until).rfc3339())
    case .disabled, .armed, .holding, .waitingForPodToGo:
      break
    }
    object["budgetLeft"] = snapshot.statistics.budgetLeft.map { .number(JSONNumber($0)) }
    return object
  }
}
