import Pacing
import TimeText

@testable import MountHealthCore

/// As much of an API server as restarts need: the pods and the Lease of one workload.
struct FakeCluster: Hashable {
  /// Who makes pods.
  enum Kind: String, Hashable, CaseIterable {
    /// A replacement has another name and is made while the old pod is still going.
    case deployment = "Deployment"
    /// A replacement has the same name and is made when the old pod is gone.
    case statefulSet = "StatefulSet"
    /// Nobody.
    case bare = "Pod"
  }

  struct Pod: Hashable {
    var name: String
    var uid: String
    var created: Timestamp
    var isTerminating = false
  }

  struct Lease: Hashable {
    var version: Int
    var annotations: [String: String]
  }

  /// What the tick zero is by the server's clock.
  static let dawn = Timestamp(seconds: 1_767_225_600)

  let kind: Kind
  /// By uid.
  var pods: [String: Pod] = [:]
  var lease: Lease?
  /// What the service account may not do.
  var refused: Set<RestartPermission> = []
  /// Whether a disruption budget is in the way, and what it says.
  var blocked: String?
  var knowsEviction = true
  var upstreamIsUp = true
  private var versions = 0

  init(_ kind: Kind) {
    self.kind = kind
  }

  /// Whose claims and history there are, as everybody reads them.
  var record: RestartRecord {
    lease.map {
      RestartRecord.Reading(version: "\($0.version)", annotations: $0.annotations).record
    }
      ?? RestartRecord()
  }

  func pod(named name: String) -> Pod? {
    // Those that are there; a StatefulSet has one of each name.
    pods.values.first { $0.name == name }
  }

  func facts(_ pod: Pod) -> PodFacts {
    let owner: PodOwner? =
      switch kind {
      case .deployment: PodOwner(kind: "ReplicaSet", name: "plex-7c9", uid: "owner")
      case .statefulSet: PodOwner(kind: "StatefulSet", name: "plex", uid: "owner")
      case .bare: nil
      }
    return PodFacts(
      name: pod.name, uid: pod.uid,
      created: Timestamp(seconds: pod.created.seconds), isTerminating: pod.isTerminating,
      owner: owner, templateHash: kind == .deployment ? "7c9" : nil)
  }

  /// Does what is asked.
  ///
  /// - Parameters:
  ///   - call: What is asked.
  ///   - wall: The present as the caller will know it.
  /// - Returns: The answer.
  mutating func carryOut(_ call: RestartCall, wall: Timestamp) -> RestartAnswer {
    if let permission = permission(for: call), refused.contains(permission) {
      return .failed(CallFault(.forbidden, "403: forbidden: \(permission.text)"))
    }
    switch call {
    case .reviewAccess(let permissions):
      return .access(refused: refused.intersection(permissions))
    case .readPod(let name):
      return .pod(pod(named: name).map(facts))
    case .readRecord:
      guard let lease else { return .record(RestartRecord.Reading(version: nil), wall: wall) }
      return .record(
        RestartRecord.Reading(version: "\(lease.version)", annotations: lease.annotations),
        wall: wall)
    case .writeRecord(_, let record, let version):
      guard version == lease.map({ "\($0.version)" }) else { return .conflict }
      versions += 1
      lease = Lease(version: versions, annotations: record.annotations)
      return .stored(version: "\(versions)")
    case .evict(let name, let uid):
      if !knowsEviction { return .notRemoved(.unsupported("404 page not found")) }
      guard let pod = pod(named: name) else { return .notRemoved(.gone) }
      if !pod.isTerminating, let blocked {
        return .notRemoved(.blocked(blocked, retryAfter: nil))
      }
      return remove(pod, uid)
    case .delete(let name, let uid):
      guard let pod = pod(named: name) else { return .notRemoved(.gone) }
      return remove(pod, uid)
    case .checkUpstream:
      return .upstream(isUp: upstreamIsUp, detail: upstreamIsUp ? "answers" : "refused")
    case .repair:
      return .repaired(true, detail: "200")
    }
  }

  private mutating func remove(_ pod: Pod, _ uid: String) -> RestartAnswer {
    guard pod.uid == uid else { return .notRemoved(.otherPod) }
    pods[uid]?.isTerminating = true
    return .removed
  }

  private func permission(for call: RestartCall) -> RestartPermission? {
    switch call {
    case .readPod: .readPods
    case .readRecord(let name): .readRecord(name: name)
    case .writeRecord(let name, _, let over):
      over == nil ? .createRecord : .updateRecord(name: name)
    case .evict(let name, _): .evict(pod: name)
    case .delete(let name, _): .delete(pod: name)
    case .reviewAccess, .checkUpstream, .repair: nil
    }
  }
}
