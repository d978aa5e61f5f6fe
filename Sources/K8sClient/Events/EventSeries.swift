import Pacing
import TimeText

/// The same thing about the same object, however often it happened.
struct EventSeries: Hashable, Sendable {
  /// What makes two notes the same.
  struct Key: Hashable, Sendable {
    var kind: EventNote.Kind
    var reason: String
    var action: String
    var note: String
    var object: EventObject
    var controller: String
    var instance: String

    init(_ note: EventNote) {
      kind = note.kind
      reason = note.reason
      action = note.action
      self.note = note.note
      object = EventObject(note.regarding)
      controller = note.reportingController
      instance = note.reportingInstance
    }
  }

  /// What the server is to know, with the time of the first occurrence.
  var note: EventNote
  /// What its name ends with.
  var number: UInt64
  /// Its place among all.
  let order: UInt64
  /// How often it happened.
  var count = 1
  /// How often the server knows of; 0: the event is not there yet.
  var known = 0
  /// When it happened last, by the wall's clock and by ours.
  var lastTime: Timestamp
  var lastSeen: Tick
  /// Since when something of it waits.
  var waitsSince: Tick
  /// When the last call for it was made that succeeded.
  var lastCall: Tick?

  var isPending: Bool { known < count }
  var isNew: Bool { known == 0 }

  /// From when on there may be a call for it.
  func due(interval: Duration) -> Tick { lastCall.map { $0 + interval } ?? waitsSince }
}

/// An object that events are about.
struct EventObject: Hashable, Sendable {
  var kind: String
  var place: String
  var uid: String

  init(_ reference: ObjectReference) {
    kind = reference.kind
    place = "\(reference[text: "namespace"] ?? "")/\(reference[text: "name"] ?? "")"
    uid = reference[text: "uid"] ?? ""
  }
}

/// How many more events an object may have.
struct EventBucket: Hashable, Sendable {
  private var tokens: Int
  private(set) var since: Tick

  init(full burst: Int, at now: Tick) {
    tokens = burst
    since = now
  }

  /// Takes one; `false` where there is none left.
  mutating func take(at now: Tick, burst: Int, refill: Duration) -> Bool {
    let gained = Int(clamping: (now - since).clampedNanoseconds / refill.clampedNanoseconds)
    if gained > 0 {
      tokens = min(burst, tokens + min(gained, burst))
      since = tokens == burst ? now : since + refill * gained
    }
    guard tokens > 0 else { return false }
    if tokens == burst { since = now }
    tokens -= 1
    return true
  }
}
