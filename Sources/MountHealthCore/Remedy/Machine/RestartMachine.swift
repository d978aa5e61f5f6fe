public import Pacing
import TimeText

/// Decides whether, when and how the pod that this process runs in is replaced.
///
/// It looks at what is and what should be on every turn; nothing rests on having seen an edge. All
/// mounts that ask for a remedy count, and one still has to ask for it at the moment of each step.
///
/// The way: *repair* the mounts, where that is configured; look at the own pod, the provider of the
/// mounts and the record of former restarts; *claim* a place in the record before anything is done;
/// say so; *remove* the pod; look whether it goes. A claim that is not needed any more is taken back.
public struct RestartMachine: Hashable, Sendable {
  /// What can happen.
  public enum Event: Hashable, Sendable {
    /// Time has passed.
    case tick
    /// This is the policy from now on.
    case configured(RestartPolicy)
    /// This is what is known of the own pod.
    case identified(PodSelf)
    /// These are the mounts: all of them, each time one of them changes.
    case mounts([MountNeed])
    /// The request with this number was answered.
    case answered(UInt64, RestartAnswer)
    /// The process is asked to end: nothing new is begun, a claim that was not acted on is taken back.
    case stopping
  }

  /// What is to be done about it.
  public enum Effect: Hashable, Sendable {
    /// Carry this out and send `Event.answered`. Requests do not wait for each other; at most one
    /// repair and one other request are out at a time.
    case send(RestartRequest)
    /// Publish an event, best effort: no answer is expected. What was announced before an `exit` is
    /// given a moment to go out.
    case announce(RestartNotice)
    /// Log this.
    case log(RestartLogLine)
    /// End the process with this code.
    case exit(code: Int32)
    /// Send `Event.tick` at this tick, if nothing else happened before.
    case wake(Tick)
  }

  /// How long a call to the API server may take.
  public static let callDeadline = Duration.seconds(10)
  /// How long after it was given up a request may still take effect.
  public static let afterEffect = Duration.seconds(60)
  /// The longest time between two looks at what holds a restart.
  public static let longestPause = Duration.seconds(300)

  /// The policy.
  public internal(set) var policy: RestartPolicy
  /// Where the restart stands.
  public internal(set) var state: RestartState = .holding(.starting)
  /// What was counted.
  public internal(set) var statistics = RestartStatistics()

  var generator: SeededGenerator
  var outbox: [Effect] = []
  var nextID: UInt64 = 0
  var isStopping = false

  // What is known.
  var identity: PodSelf = .unknown
  var mounts: [MountNeed] = []
  var repairs: [MountPath: RepairProgress] = [:]
  var pod: PodReading?
  var access: AccessKnowledge = .unknown
  var accessDue: Tick
  var accessTries = 0
  var upstream: UpstreamReading?
  var record: RecordReading?
  var unreadableSince: Tick?
  var firstSeen: [RestartRecord.Entry: Tick] = [:]
  var watches: [RestartRecord.Claim: ClaimWatch] = [:]
  var claim: OwnClaim?
  /// The claims of the first record that was read. A pod that was claimed later is none in whose place
  /// this one came.
  var firstClaims: Set<RestartRecord.Claim>?
  /// When this process made claims, so that it knows its own from those of a former process.
  var claimed: [Timestamp] = []
  /// When a write that was not answered can take effect no more: the record is read again then.
  var lateWrite: Tick?

  // What is under way.
  var flight: RequestFlight?
  var repairFlight: RequestFlight?
  /// What a write that is out is for.
  var writing: Writing?
  /// The claim in whose place the own one is being written.
  var adopts: RestartRecord.Claim?
  /// Since when the facts are gathered on which a restart rests.
  var attempt: Tick?
  var pause: Pause?
  var troubles: [CallKind: Trouble] = [:]
  /// No call before this tick, for the reason given.
  var calm: Calm
  var telling = Telling()

  /// What the record is written for.
  enum Writing: Hashable, Sendable {
    case claim(RestartRecord.Claim)
    case withdraw
    case settle
  }

  /// A machine that knows of no mount and no pod.
  ///
  /// - Parameters:
  ///   - policy: When and how.
  ///   - seed: Where the jitter of its pauses comes from; another one in each pod.
  ///   - start: The present.
  public init(policy: RestartPolicy, seed: UInt64, start: Tick) {
    self.policy = policy
    generator = SeededGenerator(seed: seed)
    accessDue = start
    calm = Calm(until: start)
  }

  /// Takes an event.
  ///
  /// - Parameters:
  ///   - event: What happened.
  ///   - now: When; never earlier than at the call before.
  /// - Returns: What is to be done, in this order; the last effect is always the only `wake`.
  public mutating func handle(_ event: Event, at now: Tick) -> [Effect] {
    take(event, at: now)
    giveUpOverdue(at: now)
    turnRepairs(at: now)
    var wake = turn(at: now)
    for tick in [
      nextMountTick(after: now), flight?.request.overdue, repairFlight?.request.overdue, lateWrite,
    ] {
      if let tick { wake = min(wake, tick) }
    }
    statistics.nextDue = wake.nanoseconds == .max ? nil : wake
    tellState(at: now)
    let effects = outbox + [.wake(max(wake, now + .milliseconds(1)))]
    outbox = []
    return effects
  }

  private mutating func take(_ event: Event, at now: Tick) {
    switch event {
    case .tick:
      break
    case .configured(let policy):
      guard policy != self.policy else { return }
      self.policy = policy
      forgetAccess(at: now)
      pause = nil
      attempt = nil
    case .identified(let identity):
      guard identity != self.identity else { return }
      self.identity = identity
      // What is under way is another pod's affair.
      flight = nil
      writing = nil
      pod = nil
      record = nil
      claim = nil
      claimed = []
      forgetAccess(at: now)
    case .mounts(let mounts):
      tellMounts(from: self.mounts, to: mounts)
      self.mounts = mounts
    case .answered(let id, let answer):
      answered(id, answer, at: now)
    case .stopping:
      isStopping = true
      calm = Calm(until: now)
    }
  }

  /// The cluster's turn: at most one call is out at a time.
  private mutating func turn(at now: Tick) -> Tick {
    // Each round either ends the turn or settles something for good; the limit is for the case
    // that this is not true.
    for _ in 0..<8 {
      guard flight == nil else { return .init(nanoseconds: .max) }
      switch decide(at: now) {
      case .rest(let state, let until):
        self.state = state
        return until ?? Tick(nanoseconds: .max)
      case .send(let call, let state):
        self.state = state
        if calm.until > now {
          showCalm()
          return calm.until
        }
        flight = RequestFlight(request: send(call, at: now), sent: now)
      case .again:
        continue
      }
    }
    return now + .seconds(1)
  }

  mutating func send(_ call: RestartCall, at now: Tick) -> RestartRequest {
    let patience: Duration
    switch call {
    case .checkUpstream(let upstream): patience = upstream.deadline
    case .repair(_, let plan): patience = plan.deadline
    case .reviewAccess, .readPod, .readRecord, .writeRecord, .evict, .delete:
      patience = Self.callDeadline
    }
    nextID += 1
    let request = RestartRequest(id: nextID, call: call, deadline: now + patience)
    outbox.append(.send(request))
    return request
  }

  /// While no call is made because calls failed, that is what is shown, where it matters.
  private mutating func showCalm() {
    guard let reason = calm.reason else { return }
    switch state {
    case .holding, .acting: state = .holding(reason)
    case .disabled, .armed, .pending, .waitingForPodToGo, .spent: break
    }
  }

  /// Forgets what is allowed, so that it is asked again.
  mutating func forgetAccess(at now: Tick) {
    access = .unknown
    accessDue = now
  }
}

extension RestartRequest {
  /// When it counts as never to be answered.
  var overdue: Tick { deadline + .seconds(5) }
}

extension RestartPolicy {
  /// The pauses inside a burst of tries.
  var burst: Backoff { Backoff(initial: retryBackoffInitial, maximum: retryBackoffMax) }
  /// The pauses between bursts.
  static let betweenBursts = Backoff(initial: .seconds(10), maximum: RestartMachine.longestPause)
}
