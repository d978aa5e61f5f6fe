import JSONValue
import TimeText

/// A pod's status, as the kubelet of the recordings writes it.
enum PodStatus {
  static func condition(
    _ type: String, _ isTrue: Bool, _ now: Timestamp, _ reason: String?
  ) -> JSONValue {
    var condition: JSONValue = [
      "type": .string(type), "status": isTrue ? "True" : "False", "lastProbeTime": .null,
      "lastTransitionTime": .string(now.rfc3339()),
    ]
    if let reason { condition["reason"] = .string(reason) }
    return condition
  }

  static func written(
    _ pod: JSONValue, phase: String, isReady: Bool, at now: Timestamp,
    last: ((JSONValue?) -> JSONValue)?, state: (JSONValue?) -> JSONValue
  ) -> JSONValue {
    let old = pod["status"] ?? [:]
    let conditions = old["conditions"]?.arrayValue ?? []
    let own = ["Initialized", "PodReadyToStartContainers", "ContainersReady", "Ready"]
    let reason = "ContainersNotReady"
    var status: JSONValue = ["phase": .string(phase)]
    status["conditions"] = .array(
      [
        condition("Initialized", true, now, nil),
        condition("PodReadyToStartContainers", true, now, nil),
        condition("ContainersReady", isReady, now, reason),
        condition("Ready", isReady, now, reason),
      ] + conditions.filter { !own.contains($0.text("type") ?? "") })
    status["hostIP"] = "127.0.0.1"
    let ip = old["podIP"] ?? .string("10.244.0.\(number(of: pod))")
    status["podIP"] = ip
    status["podIPs"] = [["ip": ip]]
    status["startTime"] = old["startTime"] ?? .string(now.rfc3339())
    let before = old["containerStatuses"]?.arrayValue ?? []
    status["containerStatuses"] = .array(
      (pod.at("spec", "containers")?.arrayValue ?? []).map { container in
        let own = before.first { $0["name"] == container["name"] }
        let count = own?.integer("restartCount") ?? 0
        return [
          "name": container["name"] ?? "", "state": state(own),
          "lastState": last?(own) ?? own?["lastState"] ?? [:], "ready": .bool(isReady),
          "restartCount": .int(last == nil ? count : count + 1),
          "image": container["image"] ?? "", "imageID": "",
          "containerID": .string("fake://" + hex(pod.uid.utf8.prefix(32))),
          "started": .bool(isReady || phase == "Running" && last == nil),
        ]
      })
    status["qosClass"] = old["qosClass"] ?? "BestEffort"
    return status
  }

  private static func number(of pod: JSONValue) -> Int {
    Int(pod.uid.utf8.reduce(UInt8(1)) { $0 &* 31 &+ $1 }) % 254 + 1
  }

  private static func hex(_ bytes: Substring.UTF8View) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}
