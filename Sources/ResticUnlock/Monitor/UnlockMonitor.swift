public import K8sClient
public import Pacing
public import TimeText

/// Decides for all repositories of a monitor: which logs are read, who is unlocked, how many at a time.
public struct UnlockMonitor: Sendable {
  /// What can happen.
  public enum Event: Sendable {
    /// This is the cluster now.
    case seen(ClusterSnapshot)
    /// These are the settings from now on.
    case configured(MonitorSettings)
    /// The log of a failed pod was read; `nil`: it is not to be had, and will not be.
    case log(UID, LogTail?)
    /// The log of a failed pod could not be read this time.
    case logFailed(UID)
    /// The call of a repository was answered.
    case answered(RepositoryIdentity, UInt64, UnlockAnswer)
    /// Time has passed.
    case tick
  }

  /// What is to be done.
  public enum Effect: Hashable, Sendable {
    /// Read the log of a failed pod.
    case readLog(UID, namespace: String, pod: String, LogOptions)
    /// Make a call for a repository.
    case send(RepositoryIdentity, UInt64, UnlockCall, deadline: Tick)
    /// Tell this of a repository.
    case tell(RepositoryIdentity, UnlockNotice)
  }

  /// The most logs that are being read at a time.
  public static let maximumReads = 4
  /// How often a log that cannot be read holds up `isSettled`.
  static let triesOfLog = 3

  /// What to do, and how.
  public private(set) var settings: MonitorSettings
  /// The repositories of which something is known.
  public private(set) var machines: [RepositoryIdentity: UnlockMachine] = [:]
  private let make: @Sendable (RepositoryIdentity, MonitorSettings) -> UnlockMachine
  private var snapshot: ClusterSnapshot?
  /// The failed pods of the snapshot.
  private var failed: [FailedMover] = []
  private var finder = FailedMoverFinder()
  /// What the logs of failed pods said; `.none` inside: nothing of a lock.
  private var signs: [UID: (LockSign?, Timestamp)] = [:]
  private var reading: Set<UID> = []
  private var pauses: [UID: (failures: Int, until: Tick)] = [:]
  private var syncs: [String: Timestamp] = [:]
  private var queue: [RepositoryIdentity] = []

  /// A monitor that knows nothing.
  ///
  /// - Parameters:
  ///   - settings: What to do, and how.
  ///   - make: Makes the machine of a repository.
  public init(
    settings: MonitorSettings,
    make: @escaping @Sendable (RepositoryIdentity, MonitorSettings) -> UnlockMachine
  ) {
    self.settings = settings
    self.make = make
  }

  /// Whether all that can be known is, and nothing is under way; what waits for a certain time, or for
  /// somebody, is not. A log that could not be read three times holds up nothing.
  public var isSettled: Bool {
    guard snapshot != nil else { return false }
    if settings.isEnabled {
      let isOpen = failed.contains { failed in
        failed.needsLog && signs[failed.podUID] == nil
          && (pauses[failed.podUID]?.failures ?? 0) < Self.triesOfLog
      }
      if isOpen { return false }
    }
    return machines.values.allSatisfy(\.isSettled)
  }

  /// When it must be told the time, if nothing else happens before.
  public var alarm: Tick? {
    (machines.values.compactMap(\.alarm) + pauses.values.map(\.until)).min()
  }

  /// Takes an event.
  ///
  /// - Parameters:
  ///   - event: What happened.
  ///   - now: When; never earlier than at the call before.
  ///   - wall: The same by the clock of the API server.
  /// - Returns: What is to be done, in this order.
  public mutating func handle(_ event: Event, at now: Tick, wall: Timestamp) -> [Effect] {
    var effects: [Effect] = []
    switch event {
    case .seen(let snapshot):
      var snapshot = snapshot
      snapshot.view.sortHosts()
      self.snapshot = snapshot
      look(at: now, wall: wall, &effects)
    case .configured(let settings):
      guard settings != self.settings else { break }
      // Other patterns may see a lock where the former saw none.
      if settings.patterns != self.settings.patterns { signs = signs.filter { $0.value.0 != nil } }
      self.settings = settings
      for name in machines.keys { tell(name, .configured(settings), at: now, wall, &effects) }
      look(at: now, wall: wall, &effects)
    case .log(let uid, let log):
      reading.remove(uid)
      pauses[uid] = nil
      guard let failed = failed.first(where: { $0.podUID == uid }) else { break }
      let sign = LockSign.found(
        exitCode: failed.exitCode, log: log, patterns: settings.patterns)
      signs[uid] = (sign, wall)
      look(at: now, wall: wall, &effects)
    case .logFailed(let uid):
      reading.remove(uid)
      let count = (pauses[uid]?.failures ?? 0) + 1
      let pause = Backoff(initial: .seconds(1), maximum: .seconds(60)).limit(after: count)
      pauses[uid] = (count, now + pause)
    case .answered(let repository, let id, let answer):
      tell(repository, .answered(id, answer), at: now, wall, &effects)
    case .tick:
      readLogs(at: now, &effects)
      for name in machines.keys.sorted(by: { $0.description < $1.description }) {
        guard let alarm = machines[name]?.alarm, alarm <= now else { continue }
        tell(name, .tick, at: now, wall, &effects)
      }
    }
    grant(at: now, wall: wall, &effects)
    return effects
  }

  private mutating func readLogs(at now: Tick, _ effects: inout [Effect]) {
    guard settings.isEnabled else { return }
    for failed in failed {
      let uid = failed.podUID
      guard reading.count < Self.maximumReads else { return }
      guard signs[uid] == nil, !reading.contains(uid), pauses[uid].map({ $0.until <= now }) ?? true,
        failed.needsLog
      else { continue }
      pauses[uid]?.until = Tick(nanoseconds: .max)
      reading.insert(uid)
      effects.append(
        .readLog(
          uid, namespace: failed.mover.namespace,
          pod: failed.pod.metadata.name?.description ?? "", failed.logOptions))
    }
  }

  /// Sorts what is there by repositories, and shows each its own.
  private mutating func look(at now: Tick, wall: Timestamp, _ effects: inout [Effect]) {
    guard let snapshot else { return }
    failed = finder.all(in: snapshot.view, rules: settings.rules)
    let present = Set(failed.map(\.podUID))
    signs = signs.filter { present.contains($0.key) }
    pauses = pauses.filter { present.contains($0.key) }
    readLogs(at: now, &effects)
    var failures: [RepositoryIdentity: [LockFailure]] = [:]
    for mover in failed {
      guard case (let sign?, let seen)? = signs[mover.podUID] else { continue }
      failures[mover.mover.repository, default: []].append(
        LockFailure(mover, sign: sign, seen: seen))
    }
    for failure in rememberedFailures(snapshot, wall: wall) {
      // What a pod tells, VolSync need not remember.
      guard failures[failure.repository] == nil else { continue }
      failures[failure.repository] = [failure]
    }
    let jobs = Dictionary(grouping: snapshot.view.jobs.filter { OwnJob.isOne($0.metadata) }) {
      $0.metadata.labels[OwnJob.repositoryLabel] ?? ""
    }
    for name in Set(failures.keys).union(machines.keys).sorted(by: {
      $0.description < $1.description
    }) {
      let sources = snapshot.sources.filter { source in
        guard let namespace = source.metadata.namespace?.description else { return false }
        return name.secretReference.map {
          $0.0 == namespace && $0.1 == source.repositorySecretName
        } ?? false
      }
      let view = RepositoryView(
        repository: name, failures: failures[name] ?? [], cluster: snapshot.view,
        unlockJobs: jobs[name.hash] ?? [], sources: sources)
      if machines[name] == nil { machines[name] = make(name, settings) }
      tell(name, .seen(view), at: now, wall, &effects)
      // What it would have to remember is on its Lease.
      if machines[name]?.isAtRest == true { machines[name] = nil }
    }
  }

  private mutating func rememberedFailures(
    _ snapshot: ClusterSnapshot, wall: Timestamp
  ) -> [LockFailure] {
    let found =
      snapshot.sources.compactMap {
        FailedSync($0, patterns: settings.patterns, rules: settings.rules)
      }
      + snapshot.destinations.compactMap {
        FailedSync($0, patterns: settings.patterns, rules: settings.rules)
      }
    var seen: [String: Timestamp] = [:]
    var failures: [LockFailure] = []
    for sync in found {
      var failure = LockFailure(sync, seen: wall)
      failure.seen = syncs[failure.key] ?? wall
      seen[failure.key] = failure.seen
      failures.append(failure)
    }
    syncs = seen
    return failures
  }

  private mutating func tell(
    _ name: RepositoryIdentity, _ event: UnlockMachine.Event, at now: Tick, _ wall: Timestamp,
    _ effects: inout [Effect]
  ) {
    guard let made = machines[name]?.handle(event, at: now, wall: wall) else { return }
    for effect in made {
      switch effect {
      case .send(let id, let call, let deadline):
        effects.append(.send(name, id, call, deadline: deadline))
      case .tell(let notice): effects.append(.tell(name, notice))
      }
    }
  }

  /// Gives places to those that wait, the longest wait first.
  private mutating func grant(at now: Tick, wall: Timestamp, _ effects: inout [Effect]) {
    queue.removeAll { machines[$0]?.wantsPlace != true }
    for name in machines.keys.sorted(by: { $0.description < $1.description })
    where machines[name]?.wantsPlace == true && !queue.contains(name) {
      queue.append(name)
    }
    while let first = queue.first,
      machines.values.count(where: \.takesPlace) < settings.maxConcurrentUnlocks
    {
      queue.removeFirst()
      tell(first, .granted(true), at: now, wall, &effects)
    }
  }
}
