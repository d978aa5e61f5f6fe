import JSONValue

/// One Event, seen through two APIs: it is stored as core/v1 has it.
enum EventViews {
  private static let renamed: [(core: String, new: String)] = [
    ("involvedObject", "regarding"), ("message", "note"), ("source", "deprecatedSource"),
    ("firstTimestamp", "deprecatedFirstTimestamp"), ("lastTimestamp", "deprecatedLastTimestamp"),
    ("count", "deprecatedCount"), ("reportingComponent", "reportingController"),
  ]

  /// As core/v1 has it, with what that API always shows.
  static func stored(_ event: JSONValue, from group: String) -> JSONValue {
    var fields = event
    if group == "events.k8s.io" {
      for (core, new) in renamed {
        if let value = event[new] { fields[core] = value }
        fields[new] = nil
      }
    }
    var stored: JSONValue = ["kind": "Event", "apiVersion": "v1"]
    for key in order { stored[key] = fields[key] ?? always[key] }
    return stored
  }

  static func view(_ event: JSONValue, in group: String) -> JSONValue {
    guard group == "events.k8s.io" else { return event }
    var view: JSONValue = ["kind": "Event", "apiVersion": "events.k8s.io/v1"]
    view["metadata"] = event["metadata"]
    let keys = [
      "eventTime", "series", "reportingController", "reportingInstance", "action", "reason",
      "regarding", "related", "note", "type", "deprecatedSource", "deprecatedFirstTimestamp",
      "deprecatedLastTimestamp", "deprecatedCount",
    ]
    for key in keys {
      let core = renamed.first { $0.new == key }?.core ?? key
      guard let value = event[core], value.stringValue != "" else { continue }
      view[key] = value
    }
    return view
  }

  private static let order = [
    "metadata", "involvedObject", "reason", "message", "source", "firstTimestamp", "lastTimestamp",
    "count", "type", "eventTime", "series", "action", "related", "reportingComponent",
    "reportingInstance",
  ]

  private static let always: [String: JSONValue] = [
    "involvedObject": [:], "source": [:], "firstTimestamp": .null, "lastTimestamp": .null,
    "eventTime": .null, "reportingComponent": "", "reportingInstance": "",
  ]
}
