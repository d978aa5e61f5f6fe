public import JSONValue
public import TimeText

/// Something that was told about an object (`events.k8s.io/v1`).
public struct Event: Resource {
  /// `events.k8s.io/v1`, `events`.
  public static let type = ResourceType(
    group: "events.k8s.io", version: "v1", plural: "events", kind: "Event")

  /// What its fields have to be.
  public static let fields: [FieldRule] = [
    .object("regarding"), .text("reason"), .text("note"), .text("type"), .text("action"),
    .time("eventTime"), .text("reportingController"), .text("reportingInstance"),
    .object("series"), .integer("series", "count"), .time("series", "lastObservedTime"),
  ]

  /// The whole object.
  public var json: JSONValue

  /// The event that some JSON is.
  public init(json: JSONValue) { self.json = json }

  /// Which object it is about.
  public var regarding: ObjectReference? { self[part: "regarding"] }
  /// Why, in one word.
  public var reason: String { self[text: "reason"] ?? "" }
  /// What happened, in a sentence.
  public var note: String { self[text: "note"] ?? "" }
  /// Whether somebody should look.
  public var kind: EventNote.Kind? { self[text: "type"].flatMap(EventNote.Kind.init(rawValue:)) }
  /// What was done about it, in one word.
  public var action: String { self[text: "action"] ?? "" }
  /// When it happened first; `nil` where the event was made by the core group.
  public var eventTime: Timestamp? { self[microTime: "eventTime"] }
  /// How often it happened.
  public var count: Int {
    self[integer: "series", "count"] ?? self[integer: "deprecatedCount"] ?? 1
  }
  /// When it happened last, as far as is told.
  public var lastObservedTime: Timestamp? {
    self[time: "series", "lastObservedTime"] ?? self[time: "deprecatedLastTimestamp"] ?? eventTime
  }

  /// A change that says that it happened again. An event of which the server knows nothing any more
  /// (404) has to be made anew.
  ///
  /// - Parameters:
  ///   - count: How often it happened by now; less than two counts as two, of which a series begins.
  ///   - time: When it happened last.
  /// - Returns: The patch.
  public static func seriesPatch(count: Int, lastObserved time: Timestamp) -> Patch {
    .merge([
      "series": [
        "count": .number(JSONNumber(max(count, 2))),
        "lastObservedTime": .string(time.microTimeText),
      ]
    ])
  }
}

/// Something that was told about an object (core group).
public struct CoreEvent: Resource {
  /// `v1`, `events`.
  public static let type = ResourceType(version: "v1", plural: "events", kind: "Event")

  /// What its fields have to be.
  public static let fields: [FieldRule] = [
    .object("involvedObject"), .text("reason"), .text("message"), .text("type"),
    .integer("count"), .time("firstTimestamp"), .time("lastTimestamp"), .time("eventTime"),
  ]

  /// The whole object.
  public var json: JSONValue

  /// The event that some JSON is.
  public init(json: JSONValue) { self.json = json }

  /// Which object it is about.
  public var regarding: ObjectReference? { self[part: "involvedObject"] }
  /// Why, in one word.
  public var reason: String { self[text: "reason"] ?? "" }
  /// What happened, in a sentence.
  public var note: String { self[text: "message"] ?? "" }
  /// Whether somebody should look.
  public var kind: EventNote.Kind? { self[text: "type"].flatMap(EventNote.Kind.init(rawValue:)) }
  /// How often it happened.
  public var count: Int { self[integer: "count"] ?? self[integer: "series", "count"] ?? 1 }
  /// When it happened first, as far as is told.
  public var firstTimestamp: Timestamp? { self[time: "firstTimestamp"] ?? self[time: "eventTime"] }
  /// When it happened last, as far as is told.
  public var lastTimestamp: Timestamp? {
    self[time: "lastTimestamp"] ?? self[time: "series", "lastObservedTime"] ?? firstTimestamp
  }

  /// A change that says that it happened again.
  ///
  /// - Parameters:
  ///   - count: How often it happened by now; at least two.
  ///   - time: When it happened last.
  /// - Returns: The patch.
  public static func seriesPatch(count: Int, lastObserved time: Timestamp) -> Patch {
    .merge([
      "count": .number(JSONNumber(max(count, 2))), "lastTimestamp": .string(time.wholeSecondText),
    ])
  }
}
