public import Pacing
public import TimeText

/// Something to be asked or done outside, once.
public struct RestartRequest: Hashable, Sendable {
  /// Comes back with the answer. Numbers are not used again while the machine lives.
  public var id: UInt64
  /// What it is.
  public var call: RestartCall
  /// When to give up: from then on nothing of it may be sent any more. The machine expects an answer
  /// by then, a failed one if need be.
  public var deadline: Tick

  /// A request.
  public init(id: UInt64, call: RestartCall, deadline: Tick) {
    self.id = id
    self.call = call
    self.deadline = deadline
  }
}

/// What can be asked or done outside.
public enum RestartCall: Hashable, Sendable {
  /// Ask whether these are allowed (SelfSubjectAccessReview, one for each).
  case reviewAccess([RestartPermission])
  /// Read a pod of the own namespace.
  case readPod(name: String)
  /// Read the Lease of this name; one that is not there is an empty record without a version.
  case readRecord(name: String)
  /// Write the record. With a version: only over that one (PUT with `resourceVersion`); without:
  /// only if there is none (POST).
  case writeRecord(name: String, RestartRecord, over: String?)
  /// Evict the pod with this name, if it has this uid.
  case evict(name: String, uid: String)
  /// Delete the pod with this name, if it has this uid.
  case delete(name: String, uid: String)
  /// Ask the provider of the mounts for a sign of life.
  case checkUpstream(UpstreamGuard)
  /// Repair a mount.
  case repair(path: MountPath, RepairPlan)
}

/// What came of a request.
public enum RestartAnswer: Hashable, Sendable {
  /// It was asked what is allowed; these are not.
  case access(refused: Set<RestartPermission>)
  /// The pod was read; `nil`: there is none of that name.
  case pod(PodFacts?)
  /// The record was read; `wall` is the present by the API server's clock.
  case record(RestartRecord.Reading, wall: Timestamp)
  /// The record was stored.
  case stored(version: String)
  /// The record is another by now: nothing was written.
  case conflict
  /// The pod is to go: it was evicted or deleted.
  case removed
  /// The pod was not removed.
  case notRemoved(RemovalFault)
  /// The provider of the mounts answered, or did not, as `detail` tells.
  case upstream(isUp: Bool, detail: String)
  /// The repair succeeded, or did not, as `detail` tells.
  case repaired(Bool, detail: String)
  /// The call failed.
  case failed(CallFault)
}

/// Why a pod was not removed, as far as it makes a difference.
public enum RemovalFault: Hashable, Sendable {
  /// A disruption budget is in the way (429 with the cause `DisruptionBudget`).
  case blocked(String, retryAfter: Duration?)
  /// There is no pod of that name (404 that names the pod).
  case gone
  /// A pod of that name is there and has another uid (409).
  case otherPod
  /// The server knows no eviction (404 or 405 on the subresource).
  case unsupported(String)
}

/// Why a call failed.
public struct CallFault: Hashable, Sendable {
  /// What kind it is.
  public enum Kind: Hashable, Sendable {
    /// 403.
    case forbidden
    /// 429 without a disruption budget in the way, 5xx, no answer: it may succeed next time.
    case transient
    /// Anything else: trying again is of little use, but not forbidden.
    case rejected
  }

  /// What kind it is.
  public var kind: Kind
  /// What was wrong, for people.
  public var words: String
  /// Whether what was asked for may have happened all the same, or may happen yet.
  public var mayHaveHappened: Bool
  /// When the server wants to be asked again.
  public var retryAfter: Duration?

  /// A fault.
  public init(
    _ kind: Kind, _ words: String, mayHaveHappened: Bool = false, retryAfter: Duration? = nil
  ) {
    self.kind = kind
    self.words = words
    self.mayHaveHappened = mayHaveHappened
    self.retryAfter = retryAfter
  }
}

/// Something the service account must be allowed to do.
public enum RestartPermission: Hashable, Sendable {
  /// `get` of pods: the own one, and those that restart at the same time.
  case readPods
  /// `create` of `pods/eviction` for the pod of this name.
  case evict(pod: String)
  /// `delete` of the pod of this name.
  case delete(pod: String)
  /// `get` of the Lease of this name.
  case readRecord(name: String)
  /// `create` of Leases.
  case createRecord
  /// `update` of the Lease of this name.
  case updateRecord(name: String)
  /// `create` of events: wished, not needed.
  case createEvents

  /// As a rule in a Role says it: `create pods/eviction (plex-0)`.
  public var text: String {
    switch self {
    case .readPods: "get pods"
    case .evict(let pod): "create pods/eviction (\(pod))"
    case .delete(let pod): "delete pods (\(pod))"
    case .readRecord(let name): "get leases.coordination.k8s.io (\(name))"
    case .createRecord: "create leases.coordination.k8s.io"
    case .updateRecord(let name): "update leases.coordination.k8s.io (\(name))"
    case .createEvents: "create events.events.k8s.io"
    }
  }
}
