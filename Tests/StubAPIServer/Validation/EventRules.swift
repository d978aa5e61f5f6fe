import JSONValue

/// The rules of Events, which are strict in events.k8s.io and lax in core/v1.
enum EventRules {
  /// The event is given as it is stored.
  static func faults(_ event: JSONValue, group: String) -> [FieldFault] {
    let isNew = group == "events.k8s.io"
    var faults: [FieldFault] = []
    let isTimed = event.text("eventTime") != nil
    let about = event.text("involvedObject", "namespace") ?? ""
    let mismatch = FieldFault.invalid(
      "involvedObject.namespace", "\"\(about)\"", "does not match event.namespace")
    if about.isEmpty {
      if event.namespace != nil, event.namespace != "default" { faults.append(mismatch) }
    } else if !isTimed, about != event.namespace {
      faults.append(mismatch)
    }
    if isTimed { faults += timedFaults(event, isNew: isNew) }
    guard isNew else { return faults }
    if !isTimed { faults.append(.required("eventTime")) }
    let type = event.text("type") ?? ""
    if !["Normal", "Warning"].contains(type) {
      faults.append(.invalid("type", "\"\"", "has invalid value: \(type)"))
    }
    return faults + seriesFaults(event)
  }

  /// Of events that have an eventTime.
  private static func timedFaults(_ event: JSONValue, isNew: Bool) -> [FieldFault] {
    var faults: [FieldFault] = []
    let field = isNew ? "reportingController" : "reportingComponent"
    let controller = event.text("reportingComponent") ?? ""
    if controller.isEmpty { faults.append(.required(field)) }
    faults += Names.qualifiedFaults(controller).map { .invalid(field, "\"\(controller)\"", $0) }
    for key in ["reportingInstance", "action", "reason"] {
      let text = event.text(key) ?? ""
      if text.isEmpty { faults.append(.required(key)) }
      if text.count > 128 {
        faults.append(.invalid(key, "\"\"", "can have at most 128 characters"))
      }
    }
    if (event.text("message") ?? "").count > 1024 {
      faults.append(.invalid("message", "\"\"", "can have at most 1024 characters"))
    }
    return faults
  }

  private static func seriesFaults(_ event: JSONValue) -> [FieldFault] {
    guard let series = event["series"] else { return [] }
    var faults: [FieldFault] = []
    if (series.integer("count") ?? 0) < 2 {
      faults.append(.invalid("series.count", "\"\"", "should be at least 2"))
    }
    if series.text("lastObservedTime") == nil {
      faults.append(.required("series.lastObservedTime"))
    }
    return faults
  }

  static func changeFaults(_ old: JSONValue, _ new: JSONValue) -> [FieldFault] {
    let fixed = [
      "involvedObject", "reason", "message", "source", "firstTimestamp", "lastTimestamp", "count",
      "related", "type", "eventTime", "action", "reportingComponent", "reportingInstance",
    ]
    return fixed.filter { old[$0] != new[$0] }.map { key in
      let field = key == "reportingComponent" ? "reportingController" : key
      return .invalid(field, new[key]?.text() ?? "null", "field is immutable")
    }
  }
}
