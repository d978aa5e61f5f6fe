import JSONValue
public import TimeText

/// Something to be told about an object, for `kubectl describe` and `kubectl get events`.
///
/// What is too long for the API is cut, at the end of a character; what may not be empty and is,
/// becomes `Unknown`. So an event made of it is never refused for its text.
public struct EventNote: Hashable, Sendable {
  /// Whether somebody should look.
  public enum Kind: String, CaseIterable, Hashable, Sendable {
    /// All is as it should be.
    case normal = "Normal"
    /// Somebody should look.
    case warning = "Warning"
  }

  /// The most bytes of a note.
  public static let maximumNoteBytes = 1024
  /// The most bytes of a reason, of an action and of the name of an instance.
  public static let maximumWordBytes = 128

  /// Whether somebody should look.
  public var kind: Kind
  /// Why, in one word: `MountDead`.
  public var reason: String
  /// What is done about it, in one word: `Evict`.
  public var action: String
  /// What happened, in a sentence.
  public var note: String
  /// Which object it is about.
  public var regarding: ObjectReference
  /// When it happened.
  public var time: Timestamp
  /// Who tells of it: `mountmon`, `example.com/mountmon`.
  public var reportingController: String
  /// Which of these tells of it: the name of its pod.
  public var reportingInstance: String

  /// A note.
  ///
  /// - Parameters:
  ///   - kind: Whether somebody should look.
  ///   - reason: Why, in one word.
  ///   - action: What is done about it, in one word.
  ///   - note: What happened, in a sentence.
  ///   - regarding: Which object it is about.
  ///   - time: When it happened.
  ///   - reportingController: Who tells of it.
  ///   - reportingInstance: Which of these tells of it.
  public init(
    _ kind: Kind, reason: String, action: String, note: String, regarding: ObjectReference,
    time: Timestamp, reportingController: String = ClientIdentity.fieldManager,
    reportingInstance: String
  ) {
    self.kind = kind
    self.reason = reason
    self.action = action
    self.note = note
    self.regarding = regarding
    self.time = time
    self.reportingController = reportingController
    self.reportingInstance = reportingInstance
  }

  /// Where the event belongs: with its object, or in `default` where that has no namespace.
  public var namespace: String { regarding.namespace?.description ?? "default" }

  /// The name of the event: that of its object and some digits.
  ///
  /// - Parameter number: What tells it from other events of the object: a random number, or the
  ///   nanoseconds of a clock.
  /// - Returns: A subdomain of at most 253 bytes.
  public func name(_ number: UInt64) -> String {
    let digits = String(number, radix: 16)
    let object = regarding[text: "name"] ?? ""
    var base: [UInt8] = object.lowercased().utf8.map { byte in
      let isFit =
        0x61...0x7A ~= byte || 0x30...0x39 ~= byte || byte == UInt8(ascii: "-")
        || byte == UInt8(ascii: ".")
      return isFit ? byte : UInt8(ascii: "-")
    }
    base = Array(base.prefix(253 - 1 - digits.utf8.count))
    let text = String(decoding: base, as: UTF8.self)
    let parts = text.split(separator: ".").map { part in
      part.trimming { $0 == "-" }
    }
    let prefix = parts.filter { !$0.isEmpty }.joined(separator: ".")
    return prefix.isEmpty ? "event.\(digits)" : "\(prefix).\(digits)"
  }

  /// The event of `events.k8s.io/v1`.
  ///
  /// - Parameter number: See `name(_:)`.
  /// - Returns: The event, to be created in `namespace`.
  public func event(_ number: UInt64) -> Event {
    Event(json: [
      "apiVersion": .string(Event.type.apiVersion), "kind": .string(Event.type.kind),
      "metadata": ["name": .string(name(number)), "namespace": .string(namespace)],
      "regarding": regarding.json, "reason": .string(word(reason)),
      "note": .string(note.cut(toBytes: Self.maximumNoteBytes)), "type": .string(kind.rawValue),
      "action": .string(word(action)), "eventTime": .string(time.microTimeText),
      "reportingController": .string(controllerName),
      "reportingInstance": .string(word(reportingInstance)),
    ])
  }

  /// The event of the core group, for accounts that may not create the other.
  ///
  /// - Parameter number: See `name(_:)`.
  /// - Returns: The event, to be created in `namespace`.
  public func coreEvent(_ number: UInt64) -> CoreEvent {
    CoreEvent(json: [
      "apiVersion": .string(CoreEvent.type.apiVersion), "kind": .string(CoreEvent.type.kind),
      "metadata": ["name": .string(name(number)), "namespace": .string(namespace)],
      "involvedObject": regarding.json, "reason": .string(word(reason)),
      "message": .string(note.cut(toBytes: Self.maximumNoteBytes)),
      "type": .string(kind.rawValue), "action": .string(word(action)),
      "source": ["component": .string(controllerName)],
      "firstTimestamp": .string(time.wholeSecondText),
      "lastTimestamp": .string(time.wholeSecondText), "count": 1,
      "reportingComponent": .string(controllerName),
      "reportingInstance": .string(word(reportingInstance)),
    ])
  }

  private func word(_ text: String) -> String {
    let cut = text.cut(toBytes: Self.maximumWordBytes)
    return cut.isEmpty ? "Unknown" : cut
  }

  /// The controller as a qualified name, which the API asks for; what is none becomes our own name.
  private var controllerName: String {
    (try? LabelKey(reportingController))?.description ?? ClientIdentity.fieldManager
  }
}

extension String {
  /// The longest begin of the text that has at most so many bytes and ends with a character.
  func cut(toBytes limit: Int) -> String {
    guard utf8.count > limit else { return self }
    var end = utf8.index(startIndex, offsetBy: limit)
    while end > startIndex, end.samePosition(in: unicodeScalars) == nil {
      end = utf8.index(before: end)
    }
    return String(unicodeScalars[..<end])
  }
}

extension Substring {
  fileprivate func trimming(_ isUnwanted: (Character) -> Bool) -> Substring {
    var rest = self
    while let first = rest.first, isUnwanted(first) { rest.removeFirst() }
    while let last = rest.last, isUnwanted(last) { rest.removeLast() }
    return rest
  }
}
