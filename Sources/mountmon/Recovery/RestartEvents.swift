import K8sClient
import MountHealthCore
import Synchronization
import TimeText

/// Publishes the restart machine's notices as Kubernetes events: on the pod, so that `kubectl describe
/// pod` shows them, and on its owner, so that they outlive it.
final class RestartEvents: Sendable {
  private let recorder: EventRecorder
  private let pod: K8sClient.PodIdentity
  private let wall: @Sendable () -> Timestamp
  private let owner = Mutex<PodOwner?>(nil)
  private let publishing = Mutex<Task<Void, Never>?>(nil)

  /// - Parameters:
  ///   - caller: Who carries calls.
  ///   - pod: The own pod.
  ///   - wall: The present, by the API server's clock.
  init(
    _ caller: any APICaller, about pod: K8sClient.PodIdentity,
    wall: @escaping @Sendable () -> Timestamp
  ) {
    recorder = EventRecorder(by: caller)
    self.pod = pod
    self.wall = wall
  }

  /// How many events were given up.
  var dropped: UInt64 {
    let counts = recorder.counts
    return UInt64(clamping: counts.limited + counts.crowdedOut + counts.refused)
  }

  /// Takes over who owns the pod, for notices that come without it.
  func noteOwner(_ owner: PodOwner?) {
    self.owner.withLock { $0 = owner }
  }

  /// Publishes a notice as soon as that can be done. Returns at once.
  func announce(_ notice: RestartNotice) {
    start()
    let own = ObjectReference(Pod.type, pod.name, in: pod.namespace, uid: pod.uid)
    recorder.record(note(notice, regarding: own))
    if let owner = notice.owner ?? owner.withLock({ $0 }), let reference = reference(to: owner) {
      recorder.record(note(notice, regarding: reference))
    }
  }

  /// Publishes what waits, as far as `limit` lets it.
  func close(within limit: Duration) async {
    guard let task = publishing.withLock({ $0 }) else { return }
    task.cancel()
    await task.value
  }

  private func start() {
    publishing.withLock { task in
      guard task == nil else { return }
      let recorder = recorder
      task = Task.detached { await recorder.run(flushingWithin: ClusterLink.lastEvents) }
    }
  }

  private func note(_ notice: RestartNotice, regarding object: ObjectReference) -> EventNote {
    EventNote(
      notice.isWarning ? .warning : .normal, reason: notice.reason.rawValue,
      action: notice.reason.action, note: notice.message, regarding: object, time: wall(),
      reportingInstance: pod.name.description)
  }

  private func reference(to owner: PodOwner) -> ObjectReference? {
    let group = owner.kind == "ReplicationController" ? "" : "apps"
    guard let name = try? ObjectName(existing: owner.name), let uid = try? UID(owner.uid) else {
      return nil
    }
    let type = ResourceType(
      group: group, version: "v1", plural: owner.kind.lowercased() + "s", kind: owner.kind)
    return ObjectReference(type, name, in: pod.namespace, uid: uid)
  }
}

extension RestartNotice.Reason {
  /// What was done, in one word, as an event has it.
  fileprivate var action: String {
    switch self {
    case .watchdogRestart: "Restart"
    case .mountDegraded, .mountUnhealthy, .mountRecovered: "Watch"
    case .restartHeld: "Hold"
    case .restartRefused: "Refuse"
    case .mountRepaired: "Repair"
    }
  }
}
