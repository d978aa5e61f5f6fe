import K8sClient
import ResticUnlock
import TimeText

/// Publishes tales as Kubernetes events on the backups and restores that they concern.
struct UnlockEvents: Sendable {
  private let recorder: EventRecorder
  private let identity: String
  private let wall: @Sendable () -> Timestamp

  /// How long the last events may take.
  static let lastEvents = Duration.milliseconds(500)

  /// - Parameters:
  ///   - caller: Who carries calls.
  ///   - identity: Who tells.
  ///   - wall: The present, by the API server's clock.
  init(_ caller: any APICaller, by identity: String, wall: @escaping @Sendable () -> Timestamp) {
    recorder = EventRecorder(by: caller)
    self.identity = identity
    self.wall = wall
  }

  /// Publishes until the task is cancelled, and then what still waits.
  func run() async { await recorder.run(flushingWithin: Self.lastEvents) }

  /// Has a tale published as soon as that can be done. Returns at once.
  func announce(_ tale: UnlockTale) {
    guard let reason = tale.reason else { return }
    for owner in tale.regarding {
      guard let object = ObjectReference(owner) else { continue }
      recorder.record(
        EventNote(
          tale.level > .info ? .warning : .normal, reason: reason.rawValue, action: reason.action,
          note: tale.text, regarding: object, time: wall(), reportingInstance: identity))
    }
  }
}

extension ObjectReference {
  /// The object that a mover works for; `nil` where not enough is known of it.
  fileprivate init?(_ owner: Mover.Owner) {
    guard let name = try? ObjectName(existing: owner.name),
      let namespace = try? Namespace(owner.namespace)
    else { return nil }
    let type =
      owner.kind == .source ? ReplicationSource.type : ReplicationDestination.type
    self.init(type, name, in: namespace, uid: owner.uid)
  }
}
