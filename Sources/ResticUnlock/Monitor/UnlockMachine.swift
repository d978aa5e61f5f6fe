import K8sClient
public import Pacing
public import TimeText

/// Decides what is done about the locks of one repository, and when.
///
/// It looks at what is on every turn; nothing rests on having seen an edge. What is under way is read
/// from the cluster: unlock Jobs by their label, tries by the record. A try is written into the record,
/// over the version that was read, before anything is done; so of two replicas one makes it. The next
/// try waits until the Job of the one before has ended, or until it can not be made any more.
public struct UnlockMachine: Hashable, Sendable {
  /// What can happen.
  public enum Event: Hashable, Sendable {
    /// This is what there is of the repository.
    case seen(RepositoryView)
    /// These are the settings from now on.
    case configured(MonitorSettings)
    /// It may make a Job: one of the places for it is given to it, or taken.
    case granted(Bool)
    /// The call of this number was answered.
    case answered(UInt64, UnlockAnswer)
    /// Time has passed.
    case tick
  }

  /// What is to be done.
  public enum Effect: Hashable, Sendable {
    /// Make this call and send `Event.answered`; at most one is out at a time.
    case send(UInt64, UnlockCall, deadline: Tick)
    /// Tell this.
    case tell(UnlockNotice)
  }

  /// Where it stands.
  public enum State: Hashable, Sendable {
    /// No backup fails on a lock. Leads anywhere by a failure.
    case idle
    /// A lock is in the way, and it has to stay for now, for this reason.
    case waiting(String)
    /// Something can be done as soon as fewer unlocks are under way.
    case queued
    /// A try is being made, by this Job or token.
    case acting(String)
    /// Nothing is left to be tried until a person does something. Leads elsewhere when they have.
    case refused(String)
    /// Too many tries did not help. Leads elsewhere when the oldest of them is a day ago, or when
    /// backups succeed.
    case givenUp(until: Timestamp)
    /// It would do this, were it not told to only say so; `plan` has it where it is about locks.
    case wouldAct(String)
    /// It was told to do nothing.
    case disabled
  }

  /// How long a call may take.
  public static let callDeadline = Duration.seconds(15)
  /// How long after it was claimed a try's Job may still appear.
  public static let settling = Duration.seconds(150)
  /// How long after it was claimed a try's Job may still be asked for.
  static let claimLife = Duration.seconds(30)
  /// How old what is known of the cluster may be when something is begun.
  public static let viewLife = Duration.seconds(90)
  /// How long a record that was read counts.
  static let recordLife = Duration.seconds(300)

  /// What to do, and how.
  public internal(set) var settings: MonitorSettings
  /// When a lock counts as left behind.
  public let policy: LockPolicy
  /// How often it is tried.
  public let budget: UnlockBudget
  /// The name of the monitor, for labels.
  public let monitor: String
  /// Who this is among replicas; another one in each process.
  public let identity: String
  /// Where it stands.
  public internal(set) var state: State = .idle
  /// What it would do, or does.
  public internal(set) var plan: UnlockPlan?

  var view: RepositoryView?
  var record: RecordReading?
  var knowledge = LockKnowledge()
  var flight: Flight?
  var nextID: UInt64 = 0
  var isGranted = false
  var outbox: [Effect] = []
  /// The Job or token of the try that this machine claimed: of two monitors in one process each makes
  /// its own.
  var claimed: String?
  /// The number of the try whose Job this process asked for.
  var created: Int?
  /// The names of Jobs whose report was read, or cannot be.
  var read: Set<String> = []
  /// How tries ended, by their Jobs, as long as that is not in the record.
  var ends: [String: UnlockRecord.Outcome] = [:]
  var told: Set<String> = []
  /// The uids of failed Jobs that were removed, or cannot be.
  var removed: Set<String> = []
  /// How many calls in a row failed.
  var failedCalls = 0
  var calmUntil: Tick = .zero
  var generator: SeededGenerator
  /// Why the last call was refused.
  var refusal: String?

  /// The record, and when it was read.
  struct RecordReading: Hashable {
    var record: UnlockRecord
    var version: String?
    var at: Tick
  }

  /// A call that is out.
  struct Flight: Hashable {
    var id: UInt64
    var call: UnlockCall
    var deadline: Tick
  }

  /// A machine that knows nothing.
  ///
  /// - Parameters:
  ///   - monitor: The name of the monitor, for labels.
  ///   - identity: Who this is among replicas; another one in each process.
  ///   - settings: What to do, and how.
  ///   - policy: When a lock counts as left behind.
  ///   - budget: How often it is tried.
  ///   - seed: Where the jitter of its pauses comes from.
  public init(
    monitor: String, identity: String, settings: MonitorSettings, policy: LockPolicy = LockPolicy(),
    budget: UnlockBudget = UnlockBudget(), seed: UInt64 = 0
  ) {
    self.monitor = monitor
    self.identity = identity
    self.settings = settings
    self.policy = policy
    self.budget = budget
    generator = SeededGenerator(seed: seed)
  }

  /// Whether it waits for a place to make a Job in.
  public var wantsPlace: Bool { state == .queued && !isGranted }

  /// Whether it makes a Job, or has one under way.
  public var takesPlace: Bool {
    if isGranted { return true }
    guard let view else { return false }
    return view.unlockJobs.contains { !$0.isFinished && $0.hangs(at: view.cluster.now) == nil }
  }

  /// Whether nothing is under way: by itself it does nothing now, or nothing before a certain time.
  public var isSettled: Bool {
    guard flight == nil, !isGranted else { return false }
    switch state {
    case .acting, .queued: return false
    case .waiting, .refused, .givenUp, .wouldAct, .disabled: return true
    case .idle:
      // Without the record, what is to be done about failures is not known.
      guard let view else { return false }
      return record != nil || (view.failures.isEmpty && view.unlockJobs.isEmpty)
    }
  }

  /// The failures by locks that are known, the latest first; also such as were dealt with.
  public var failures: [LockFailure] { view?.failures ?? [] }

  /// The tries that are remembered, the latest last; none as long as the record was not read.
  public var attempts: [UnlockRecord.Attempt] { record?.record.attempts ?? [] }

  /// The locks, judged by what is known now, and whether these are all.
  public var locks: (judged: [LockJudgement], isListed: Bool) {
    guard let view else { return ([], false) }
    let judged = knowledge.locks.map { LockJudgement($0, in: view.cluster, by: policy) }
    return (judged, knowledge.isListed)
  }

  /// Whether nothing is known that calls for it.
  var isAtRest: Bool {
    guard state == .idle, flight == nil, let view else { return false }
    return view.failures.isEmpty && view.unlockJobs.isEmpty
  }

  /// When it must be told the time, if nothing else happens before.
  public internal(set) var alarm: Tick?

  /// Takes an event.
  ///
  /// - Parameters:
  ///   - event: What happened.
  ///   - now: When; never earlier than at the call before.
  ///   - wall: The same by the clock of the API server.
  /// - Returns: What is to be done, in this order.
  public mutating func handle(_ event: Event, at now: Tick, wall: Timestamp) -> [Effect] {
    take(event, at: now, wall: wall)
    if let flight, now >= flight.deadline + .seconds(5) {
      answered(.failed("no answer came"), to: flight.call, at: now, wall: wall)
      self.flight = nil
    }
    let before = state
    alarm = nil
    if flight == nil {
      turn(at: now, wall: wall)
    }
    if let flight { wake(at: flight.deadline + .seconds(5)) }
    if state != before { outbox.append(.tell(.changed(state))) }
    defer { outbox = [] }
    return outbox
  }

  private mutating func take(_ event: Event, at now: Tick, wall: Timestamp) {
    switch event {
    case .seen(let view):
      self.view = view
      for failure in view.failures where !told.contains(failure.key) {
        told.insert(failure.key)
        outbox.append(.tell(.detected(failure)))
      }
      for job in view.unlockJobs {
        guard let name = job.metadata.name?.description, !told.contains(name) else { continue }
        told.insert(name)
        let mode = job.metadata.annotations["homelab.rafaribe.com/mode"] ?? ""
        outbox.append(.tell(.made(job: name, mode: mode)))
      }
      told.formIntersection(
        view.failures.map(\.key) + view.unlockJobs.compactMap { $0.metadata.name?.description })
      read.formIntersection(view.unlockJobs.compactMap { $0.metadata.name?.description })
      if !removed.isEmpty {
        removed.formIntersection(view.cluster.jobs.compactMap { $0.metadata.uid?.description })
      }
      knowledge.take(view.failures)
    case .configured(let settings):
      self.settings = settings
      refusal = nil
    case .granted(let isGranted):
      self.isGranted = isGranted
    case .answered(let id, let answer):
      guard let flight, flight.id == id else { return }
      self.flight = nil
      answered(answer, to: flight.call, at: now, wall: wall)
    case .tick:
      break
    }
  }

  mutating func wake(at tick: Tick) {
    alarm = min(alarm ?? tick, tick)
  }

  mutating func send(_ call: UnlockCall, at now: Tick) {
    guard !settings.isDryRun || call.isRead else { return }
    nextID += 1
    flight = Flight(id: nextID, call: call, deadline: now + Self.callDeadline)
    outbox.append(.send(nextID, call, deadline: now + Self.callDeadline))
  }

  /// After a call that failed, none is made for a while, and longer each time.
  mutating func calm(at now: Tick) {
    failedCalls += 1
    let pause = Backoff(initial: .seconds(1), maximum: .seconds(120))
      .pause(after: failedCalls, using: &generator)
    calmUntil = now + pause
  }
}
