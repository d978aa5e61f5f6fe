import Pacing
import TimeText

/// Kinds of calls, as far as their failures are counted apart.
enum CallKind: Hashable, Sendable {
  case access, readPod, readRecord, writeRecord, remove, upstream, repair
}

extension RestartCall {
  var kind: CallKind {
    switch self {
    case .reviewAccess: .access
    case .readPod: .readPod
    case .readRecord: .readRecord
    case .writeRecord: .writeRecord
    case .evict, .delete: .remove
    case .checkUpstream: .upstream
    case .repair: .repair
    }
  }

  /// What it does, for people.
  var text: String {
    switch self {
    case .reviewAccess: "ask what is allowed"
    case .readPod(let name): "read pod \(name)"
    case .readRecord(let name): "read lease \(name)"
    case .writeRecord(let name, _, _): "write lease \(name)"
    case .evict(let name, _): "evict pod \(name)"
    case .delete(let name, _): "delete pod \(name)"
    case .checkUpstream(let upstream): "ask \(upstream.endpoint)"
    case .repair(let path, _): "repair \(path)"
    }
  }
}

/// The own pod as it was shown last.
struct PodReading: Hashable, Sendable {
  /// `nil`: there is no pod of its name.
  var facts: PodFacts?
  /// When it was asked for: it is at least as new.
  var at: Tick
  /// The number of the request.
  var request: UInt64
}

/// The record as it was shown last, or written.
struct RecordReading: Hashable, Sendable {
  var reading: RestartRecord.Reading
  /// When it was asked for: it is at least as new.
  var at: Tick
  /// The time of the API server at `at`.
  var wall: Timestamp

  func wall(at now: Tick) -> Timestamp { wall + (now - at) }
}

/// What the service account may do.
enum AccessKnowledge: Hashable, Sendable {
  case unknown
  case allowed(refused: Set<RestartPermission>)
  case refused([RestartPermission])
}

/// What the provider of the mounts said last.
struct UpstreamReading: Hashable, Sendable {
  var isUp: Bool
  var detail: String
  var at: Tick
  /// Since when it answers again after it did not.
  var upSince: Tick?
}

/// The place that the own pod has in the record.
struct OwnClaim: Hashable, Sendable {
  var claim: RestartRecord.Claim
  /// Whether a former process of this pod made it.
  var isResumed: Bool
  /// Until when it stands for a predecessor that is down: its place is not given to others before
  /// this pod is well, or then.
  var slotUntil: Tick?
  /// Whether its restart was announced by this process.
  var isAnnounced = false
  /// When the pod's removal was asked for, until a look at the pod showed that it stays.
  var asked: Tick?
  /// The number of that request.
  var askedBy: UInt64 = 0
  /// Whether the API server agreed to that.
  var isAccepted = false
  /// Whether a removal was ever asked for, or may have been.
  var mayHaveAsked: Bool
  /// From then on nothing that was asked for before can take effect any more.
  var quietFrom: Tick
  /// Whether evicting it failed for good, so that it is deleted.
  var isDeletionNext = false
  /// Whether it is to be taken back, for now.
  var isGivenUp = false
}

/// A restart has to wait.
struct Pause: Hashable, Sendable {
  var reason: RestartReason
  var until: Tick
  /// Whether it is one between two tries of a burst: the facts hold on.
  var isShort = false
}

/// No call is made for a while, because calls failed.
struct Calm: Hashable, Sendable {
  var until: Tick
  /// Why, once a whole burst of tries was in vain.
  var reason: RestartReason?
}

/// How often calls of one kind failed.
struct Trouble: Hashable, Sendable {
  /// In this burst.
  var tries = 0
  /// Bursts that ended without success.
  var bursts = 0
}

/// A request that is out.
struct RequestFlight: Hashable, Sendable {
  var request: RestartRequest
  var sent: Tick
}

/// How a claim of another pod was seen to stand.
struct ClaimWatch: Hashable, Sendable {
  enum Standing: Hashable, Sendable {
    /// The pod lives: its removal was not asked for yet, or was given up.
    case alive
    /// It is going.
    case going
    /// It is gone.
    case gone
  }

  var standing: Standing
  /// Since when it is seen to stand so.
  var since: Tick
  /// When it was looked at last.
  var seen: Tick
}

/// How far the repair of a mount has come in this outage.
struct RepairProgress: Hashable, Sendable {
  enum Phase: Hashable, Sendable {
    case due(Tick)
    case running(UInt64)
    case settling(until: Tick)
    case over
  }

  var phase: Phase
  var attempts = 0
}

/// What to do next with the API server.
enum Decision: Hashable, Sendable {
  /// Nothing before this tick, or an event.
  case rest(RestartState, until: Tick?)
  /// Send this.
  case send(RestartCall, RestartState)
  /// Look again: something was settled without a call.
  case again
}
