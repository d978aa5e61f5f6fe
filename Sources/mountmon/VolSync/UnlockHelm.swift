import JSONValue
import K8sClient
import Pacing
import ResticUnlock
import TimeText

/// Steers all monitors: takes in what the cluster tells and what came of calls, and says what is to be
/// done. A value: the shell carries out.
struct UnlockHelm {
  /// What comes in.
  enum Signal: Sendable {
    /// The cluster changed.
    case changed(ClusterChange)
    /// A monitor changed.
    case monitor(WatchChange<VolSyncMonitor>)
    /// The log of a failed pod was read for a monitor; `nil`: there is none.
    case log(MonitorKey, UID, LogTail?)
    /// It could not be read; why.
    case logFailed(MonitorKey, UID, String)
    /// A call was answered.
    case answered(MonitorKey, RepositoryIdentity, UInt64, UnlockAnswer)
    /// A status was written, or not.
    case statusWritten(MonitorKey, StatusOutcome)
    /// Time has passed.
    case timer
    /// It is to end.
    case stopping
  }

  /// What is to be done.
  enum Deed: Sendable {
    case readLog(MonitorKey, UID, namespace: String, pod: String, LogOptions)
    case call(MonitorKey, RepositoryIdentity, UInt64, UnlockCall, deadline: Tick)
    case writeStatus(MonitorKey, VolSyncMonitor)
    case tell(UnlockTale)
  }

  /// How long changes are gathered before they are looked at.
  static let gathering = Duration.milliseconds(300)
  /// How long it goes without a look: locks grow old without a word of the cluster.
  static let longestPause = Duration.seconds(30)
  /// Of how many repositories it is remembered whose they are, beside those that something is known of.
  static let ownersLimit = 256
  /// How much of what happened is kept to be shown.
  static let journalLimit = 50

  let identity: String
  let isDryRun: Bool
  private(set) var mirror: ClusterMirror
  var seats: [MonitorKey: UnlockSeat] = [:]
  var counts = UnlockCounts()
  var journal: [UnlockPicture.Entry] = []
  var rot: [MonitorKey: [LockRot]] = [:]
  var toldRot: Set<String> = []
  /// Whose repository it is, for counts and events, also when nothing fails any more.
  var owners: [RepositoryIdentity: [Mover.Owner]] = [:]
  /// Who kept the statuses when this process led before.
  let former: [MonitorKey: StatusKeeper]
  var areMonitorsKnown: Bool
  var monitorComplaint: String?
  var toldComplaints: Set<String> = []
  private var nextLook: Tick?
  private var lastLook = Tick.zero
  var turnedAt = Tick.zero
  var isSettled = false

  /// - Parameters:
  ///   - identity: Who this is among replicas.
  ///   - mirror: What will be known of the cluster.
  ///   - fixed: The monitors of a file; `nil`: they are objects of the cluster.
  ///   - isDryRun: Whether nothing may be changed.
  ///   - former: The `keepers` of when this process led before: what they noted is no news.
  ///   - wall: The present.
  init(
    identity: String, mirror: ClusterMirror, fixed: [VolSyncMonitor]?, isDryRun: Bool,
    after former: [MonitorKey: StatusKeeper] = [:], wall: Timestamp
  ) {
    self.former = former
    self.identity = identity
    self.mirror = mirror
    self.isDryRun = isDryRun
    areMonitorsKnown = fixed != nil
    for object in fixed ?? [] {
      let key = MonitorKey(
        namespace: object.metadata.namespace?.description ?? "",
        name: object.metadata.name?.description ?? "default", isObject: false)
      seats[key] = seat(object, key, wall: wall)
    }
  }

  /// Takes signals in.
  ///
  /// - Parameters:
  ///   - signals: What came, in its order.
  ///   - now: When; never earlier than at the call before.
  ///   - wall: The same by the clock of the API server.
  /// - Returns: What is to be done, in this order.
  mutating func take(_ signals: [Signal], at now: Tick, wall: Timestamp) -> [Deed] {
    var deeds: [Deed] = []
    turnedAt = now
    for signal in signals where signal.isOfCluster { take(signal, at: now, wall: wall, &deeds) }
    let others = signals.filter { !$0.isOfCluster }
    // What an answer leads to is decided by the cluster as it is now, not as it was at the last look.
    let isDue = now >= nextLook ?? (lastLook + Self.longestPause)
    if isReady, isDue || (nextLook != nil && others.contains(where: \.isAnswer)) {
      look(at: now, wall: wall, &deeds)
    }
    for signal in others { take(signal, at: now, wall: wall, &deeds) }
    tellComplaints(at: wall, &deeds)
    if isReady {
      for key in seats.keys.sorted() {
        guard let alarm = seats[key]?.monitor.alarm, alarm <= now else { continue }
        tell(key, .tick, at: now, wall: wall, &deeds)
      }
    }
    let complaint = mirror.isCurrent ? nil : mirror.complaints.first
    let isReady = isReady
    for key in seats.keys.sorted() {
      seats[key]?.note(rot: rot[key] ?? [], complaint: complaint, isReady: isReady, at: wall)
      guard !isDryRun, let object = seats[key]?.statusToWrite(at: now) else { continue }
      deeds.append(.writeStatus(key, object))
    }
    isSettled =
      isReady && nextLook == nil && seats.values.allSatisfy { $0.monitor.isSettled }
      && (isDryRun || !seats.values.contains { $0.owesStatus })
    return deeds
  }

  /// When it must be told the time, if nothing else happens before.
  func alarm(after now: Tick) -> Tick {
    var alarms = [now + Self.longestPause]
    if isReady {
      alarms += seats.values.compactMap(\.monitor.alarm)
      alarms.append(nextLook ?? (lastLook + Self.longestPause))
    }
    if !isDryRun { alarms += seats.values.compactMap(\.statusAlarm) }
    return alarms.min() ?? now + Self.longestPause
  }

  /// Whether enough is known, and of now, to decide anything.
  var isReady: Bool { areMonitorsKnown && mirror.isSynced && mirror.isCurrent }

  private mutating func take(
    _ signal: Signal, at now: Tick, wall: Timestamp, _ deeds: inout [Deed]
  ) {
    switch signal {
    case .changed(let change):
      guard mirror.take(change, at: wall) else { return }
      nextLook = nextLook ?? now + Self.gathering
    case .monitor(let change):
      take(change, at: now, wall: wall, &deeds)
    case .log(let key, let uid, let log):
      tell(key, .log(uid, log), at: now, wall: wall, &deeds)
    case .logFailed(let key, let uid, let why):
      counts.failedCalls += 1
      deeds.append(
        .tell(UnlockTale(.debug, "log of a failed pod not read", ["error": .string(why)])))
      tell(key, .logFailed(uid), at: now, wall: wall, &deeds)
    case .answered(let key, let repository, let id, let answer):
      counts.calls += 1
      if case .failed(let why) = answer {
        counts.failedCalls += 1
        deeds.append(
          .tell(
            UnlockTale(
              .warn, "call failed",
              ["repository": .string(repository.description), "error": .string(why)])))
      }
      tell(key, .answered(repository, id, answer), at: now, wall: wall, &deeds)
    case .statusWritten(let key, let outcome):
      seats[key]?.statusWritten(outcome, at: now)
      if case .failed(let why) = outcome {
        counts.failedCalls += 1
        deeds.append(
          .tell(
            UnlockTale(
              .warn, "status not written",
              ["monitor": .string(key.description), "error": .string(why)])))
      }
    case .timer, .stopping: break
    }
  }

  private mutating func take(
    _ change: WatchChange<VolSyncMonitor>, at now: Tick, wall: Timestamp, _ deeds: inout [Deed]
  ) {
    switch change {
    case .added(let object), .modified(let object):
      let key = MonitorKey(
        namespace: object.metadata.namespace?.description ?? "",
        name: object.metadata.name?.description ?? "")
      if seats[key] == nil {
        seats[key] = seat(object, key, wall: wall)
        nextLook = nextLook ?? now
      } else if let effects = seats[key]?.take(object, isDryRun: isDryRun, at: now, wall: wall) {
        carry(effects, of: key, at: now, wall: wall, &deeds)
      }
      tellSettings(key, &deeds)
    case .deleted(let departed):
      let key = MonitorKey(namespace: departed.key.namespace, name: departed.key.name)
      seats[key] = nil
      rot[key] = nil
      counts.turns[key] = nil
    case .synced, .resumed:
      if case .synced = change {
        // What was deleted while another one led is not told.
        counts.turns = counts.turns.filter { !$0.key.isObject || seats[$0.key] != nil }
      }
      monitorComplaint = nil
      noMoreMonitors(at: now, wall: wall)
    case .interrupted(let error):
      if [.notFound, .forbidden].contains(error.code) { noMoreMonitors(at: now, wall: wall) }
      monitorComplaint =
        error.code == .notFound
        ? "the cluster has no VolSyncMonitor: apply Examples/kubernetes/volsync/crd.yaml, or say "
          + "what is to be done by --config FILE" : "\(error)"
    }
  }

  /// All monitors are known, be it that there is none. Who only looks then looks with the usual settings.
  private mutating func noMoreMonitors(at now: Tick, wall: Timestamp) {
    areMonitorsKnown = true
    nextLook = nextLook ?? now
    guard isDryRun, seats.isEmpty else { return }
    let usual: JSONValue = ["metadata": ["name": "usual settings"], "spec": ["enabled": true]]
    let key = MonitorKey(namespace: "", name: "usual settings", isObject: false)
    seats[key] = seat(VolSyncMonitor(json: usual), key, wall: wall)
  }

  private func seat(_ object: VolSyncMonitor, _ key: MonitorKey, wall: Timestamp) -> UnlockSeat {
    // Two monitors of one process are two, when it comes to whose try it is.
    let identity = "\(identity) \(key)"
    let name = key.name
    return UnlockSeat(
      object, key, isDryRun: isDryRun, after: former[key],
      make: { _, settings in
        UnlockMachine(
          monitor: name, identity: identity, settings: settings, seed: .random(in: .min ... .max))
      }, wall: wall)
  }

  private mutating func look(at now: Tick, wall: Timestamp, _ deeds: inout [Deed]) {
    nextLook = nil
    lastLook = now
    let snapshot = mirror.snapshot(now: wall)
    for key in seats.keys.sorted() {
      tell(key, .seen(snapshot), at: now, wall: wall, &deeds)
      counts.turns[key, default: .init()].successes += seats[key]?.fault == nil ? 1 : 0
      counts.turns[key, default: .init()].errors += seats[key]?.fault == nil ? 0 : 1
      lookForRot(key, snapshot, wall: wall, &deeds)
    }
  }

  private mutating func lookForRot(
    _ key: MonitorKey, _ snapshot: ClusterSnapshot, wall: Timestamp, _ deeds: inout [Deed]
  ) {
    guard let seat = seats[key], seat.monitor.settings.isEnabled else {
      rot[key] = []
      return
    }
    let failures = seat.monitor.machines.values.flatMap(\.failures)
    let found = snapshot.sources.filter { source in
      source.metadata.namespace.map {
        seat.monitor.settings.rules.cover(namespace: $0.description)
      } ?? false
    }.compactMap { LockRot.found(in: $0, failures: failures, now: wall) }
    rot[key] = found
    for one in found where toldRot.insert("\(key) \(one.kind) \(one.owner)").inserted {
      tellStory(.rot(one), of: key, at: wall, &deeds)
    }
    toldRot = toldRot.filter { text in
      rot.contains { key, all in all.contains { "\(key) \($0.kind) \($0.owner)" == text } }
    }
  }
}

extension UnlockHelm.Signal {
  /// Whether it tells of the cluster, or of what is to be done.
  fileprivate var isOfCluster: Bool {
    switch self {
    case .changed, .monitor: true
    case .log, .logFailed, .answered, .statusWritten, .timer, .stopping: false
    }
  }

  /// Whether something may be decided on it.
  fileprivate var isAnswer: Bool {
    switch self {
    case .answered, .log: true
    case .changed, .monitor, .logFailed, .statusWritten, .timer, .stopping: false
    }
  }
}
