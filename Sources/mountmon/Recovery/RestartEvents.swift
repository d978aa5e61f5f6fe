import K8sClient
import MountHealthCore
import Synchronization
import TimeText

/// Publishes the restart machine's notices as Kubernetes events: on the pod, so that `kubectl describe
/// pod` shows them, and on its owner, so that they outlive it.
final class RestartEvents: Sendable {
  private let caller: any APICaller
  private let recorder: EventRecorder
  private let pod: K8sClient.PodIdentity
  private let wall: @Sendable () -> Timestamp
  /// Who owns the pod, and who owns that: a ReplicaSet and its Deployment.
  private let owners = Mutex<[PodOwner]>([])
  private let publishing = Mutex<Task<Void, Never>?>(nil)

  /// - Parameters:
  ///   - caller: Who carries calls.
  ///   - pod: The own pod.
  ///   - wall: The present, by the API server's clock.
  init(
    _ caller: any APICaller, about pod: K8sClient.PodIdentity,
    wall: @escaping @Sendable () -> Timestamp
  ) {
    self.caller = caller
    recorder = EventRecorder(by: caller)
    self.pod = pod
    self.wall = wall
  }

  /// How many events were given up.
  var dropped: UInt64 {
    let counts = recorder.counts
    return UInt64(clamping: counts.limited + counts.crowdedOut + counts.refused)
  }

  /// Takes over who owns the pod. Who owns a ReplicaSet is asked for once, and only wished to be known.
  func noteOwner(_ owner: PodOwner?) {
    let isNew = owners.withLock { owners in
      guard owners.first != owner else { return false }
      owners = owner.map { [$0] } ?? []
      return true
    }
    guard isNew, let owner, owner.kind == ReplicaSet.type.kind else { return }
    Task.detached { await self.findOwner(of: owner) }
  }

  private func findOwner(of owner: PodOwner) async {
    guard let name = try? ObjectName(existing: owner.name),
      let path = try? ObjectPath(ReplicaSet.self, name, in: pod.namespace),
      let json = try? await caller.send(.get(path)), let set = try? ReplicaSet(checking: json),
      set.metadata.uid?.description == owner.uid, let above = set.metadata.controller,
      let aboveName = above.name, let aboveUID = above.uid
    else { return }
    let found = PodOwner(
      kind: above.kind, name: aboveName.description, uid: aboveUID.description)
    owners.withLock { owners in
      if owners == [owner] { owners.append(found) }
    }
  }

  /// Publishes a notice as soon as that can be done. Returns at once.
  func announce(_ notice: RestartNotice) {
    start()
    let own = ObjectReference(Pod.type, pod.name, in: pod.namespace, uid: pod.uid)
    recorder.record(note(notice, regarding: own))
    for owner in owners.withLock({ $0 }) {
      guard let reference = reference(to: owner) else { continue }
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
