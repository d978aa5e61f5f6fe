import JSONValue
import TimeText

/// What a stream has to give.
public struct StubStreamPiece: Hashable, Sendable {
  /// Whole events, each with its line feed; for a log, pieces of text.
  public var pieces: [[UInt8]]
  /// Whether nothing follows.
  public var isOver: Bool
}

/// A watch or a followed log.
struct OpenStream {
  enum Kind {
    case watch(Watch)
    /// Of this pod's container.
    case log(pod: String, container: String)
  }

  struct Watch {
    var selection: Selection
    var form: AcceptedForm
    /// Changes up to this revision are known.
    var revision: Int
    var wantsBookmarks: Bool
    /// When it ends by itself.
    var end: Timestamp
  }

  var kind: Kind
  var pieces: [[UInt8]] = []
  var isOver = false

  mutating func deliver(_ change: Change) {
    guard case .watch(let watch) = kind, !isOver, change.type.store == watch.selection.type.store,
      change.revision > watch.revision
    else { return }
    let isIn = watch.selection.contains(change.name, change.object) && change.kind != .deleted
    let wasIn = change.previous.map { watch.selection.contains(change.name, $0) } ?? false
    switch (wasIn, isIn) {
    case (false, false): return
    case (false, true): send("ADDED", change.object, watch)
    case (true, true): send("MODIFIED", change.object, watch)
    case (true, false):
      // Who leaves the selection is shown as it was when it was last in it.
      var last = change.kind == .deleted ? change.object : change.previous ?? change.object
      last.set(["metadata", "resourceVersion"], .string(String(change.revision)))
      send("DELETED", last, watch)
    }
  }

  mutating func send(_ type: String, _ object: JSONValue, _ watch: Watch) {
    let shown =
      watch.form == .metadata
      ? StubCluster.partial(object) : EventViews.shown(object, watch.selection.type)
    append(type, shown)
  }

  /// Tells how far the stream is.
  mutating func bookmark(_ revision: Int, isEndOfInitialEvents: Bool = false) {
    guard case .watch(let watch) = kind else { return }
    var metadata: JSONValue = ["resourceVersion": .string(String(revision))]
    if isEndOfInitialEvents {
      metadata["annotations"] = ["k8s.io/initial-events-end": "true"]
    }
    let type = watch.selection.type
    let isPartial = watch.form == .metadata
    append(
      "BOOKMARK",
      [
        "kind": .string(isPartial ? "PartialObjectMetadata" : type.kind),
        "apiVersion": .string(isPartial ? "meta.k8s.io/v1" : type.groupVersion),
        "metadata": metadata,
      ])
  }

  /// Says that the revision to begin at is gone, and ends.
  mutating func expire(_ asked: Int, floor: Int) {
    append(
      "ERROR",
      [
        "kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Failure",
        "message": .string("too old resource version: \(asked) (\(floor))"), "reason": "Expired",
        "code": 410,
      ])
    isOver = true
  }

  private mutating func append(_ type: String, _ object: JSONValue) {
    let event: JSONValue = ["type": .string(type), "object": object]
    pieces.append(event.bytes() + [0x0A])
  }
}
