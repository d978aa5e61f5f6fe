import JSONValue
import TimeText

extension HTTPAnswer {
  /// Whether something is well, and why not: `/healthz/live` and `/healthz/ready`.
  static func health(isGood: Bool, _ reason: String? = nil) -> HTTPAnswer {
    var object: JSONObject = [
      "status": .string(isGood ? "healthy" : "unhealthy"),
      "timestamp": .string(WallClock.now().timestamp.rfc3339()),
    ]
    object["reason"] = reason.map { .string($0) }
    return .json(isGood ? .ok : .unavailable, JSONValue.object(object).text() + "\n")
  }
}
