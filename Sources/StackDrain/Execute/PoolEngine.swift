public import Pacing
public import TimeText

/// The pool, the stack and the ledger together: everything that decides, in one value.
///
/// A shell tells it what happens and carries out what it answers, in order. It is made from the
/// ledger that was kept last, and needs nothing else to go on after a kill.
public struct PoolEngine: Hashable, Sendable {
  /// What can happen.
  public enum Event: Hashable, Sendable {
    /// The pool was judged.
    case judged(PoolJudgement)
    /// A call was answered. One that is not within its deadline needs no answer.
    case answered(CallID, Answer)
    /// The ledger is kept, up to the entry with this number.
    case recorded(Int)
    /// The ledger could not be kept; why. The last one that was is still there.
    case notRecorded(String)
    /// A person asks for something.
    case commanded(PoolCommand)
    /// Something of the stack has changed, as its engine tells: a stack that is off the pool is
    /// looked at again at once.
    case stirred
    /// The date is another than was thought.
    case clock(Timestamp)
    /// Time has passed.
    case tick
  }

  /// What follows.
  public enum Effect: Hashable, Sendable {
    /// Keep this ledger, so that it survives everything, then say `.recorded` with its last number.
    /// There is never more than one that is not answered.
    case record(Ledger)
    /// Make a call, side by side with others, and give up at the tick.
    case call(CallID, Call, deadline: Tick)
    /// Tell people.
    case tell(PoolNotice)
  }

  enum Activity: Hashable, Sendable {
    /// Nothing is being done. Leads to `looking`.
    case idle
    /// The stack is being looked at, to plan. Leads to `running`, or to `idle` where there is
    /// nothing to do, or nobody to ask.
    case looking(Look)
    /// A plan is being carried out. Leads to `idle`.
    case running(Running)
  }

  struct Look: Hashable, Sendable {
    var call: CallID
    var by: Tick
    var kind: RunRecord.Kind
    var isGone: Bool
    var isByHand: Bool
    var asksClients: Bool
    var reason: String
    var mountID: UInt64?
  }

  struct Running: Hashable, Sendable {
    var record: RunRecord
    var isGone: Bool
    var mountID: UInt64?
    var machine: PlanMachine
  }

  /// What belongs to the stack.
  public let stack: StackDescription
  /// How long steps may take.
  public let planPolicy: PlanPolicy
  /// What was found, done and is owed.
  public internal(set) var ledger: Ledger
  /// What decides about the pool.
  public internal(set) var pool: PoolMachine
  /// The latest look at the stack; `nil` before the first.
  public internal(set) var snapshot: StackSnapshot?
  var activity: Activity = .idle
  var anchor: Moment
  var request: StackView.Request?
  var nextCall = 1
  var recordedNumber: Int
  var recordBeingKept: Int?
  var recordRetry: Tick?
  var recordFailures = 0
  var waiting: [Waiting] = []
  var drainLooks = 0
  var drainFailures = 0
  var launchFailures = 0
  var nextDrainLook: Tick?
  var resumeFailures = 0
  var resumeRetry: Tick?
  var inspectedMountID: UInt64?
  var startsFullStack = false

  struct Waiting: Hashable, Sendable {
    var number: Int
    var step: Int
  }

  /// An engine that goes on where a ledger ends.
  ///
  /// - Parameters:
  ///   - ledger: What was kept last; a new one for a first start.
  ///   - stack: What belongs to the stack.
  ///   - policy: When the stack is drained and brought back.
  ///   - planPolicy: How long steps may take.
  ///   - now: The present, by both clocks. Its tick must be of the boot's monotonic clock.
  public init(
    ledger: Ledger, stack: StackDescription, policy: PoolPolicy = PoolPolicy(),
    planPolicy: PlanPolicy = PlanPolicy(), now: Moment
  ) {
    self.ledger = ledger
    self.ledger.enter(now)
    self.stack = stack
    self.planPolicy = planPolicy
    pool = PoolMachine(policy: policy)
    anchor = now
    recordedNumber = ledger.lastNumber
    if let open = ledger.state.openRun, open.isByHand { request = StackView.Request(open.kind) }
    // After a reboot nothing runs but what the container engine started, and it may have refused to
    // start what needs the pool: the full stack is started again once the pool is there.
    let isNewBoot = ledger.entries.last.map { $0.moment.boot != now.boot } ?? false
    let wasReturning = ledger.state.mode == .poolDegraded && ledger.state.openRun?.kind == .resume
    startsFullStack =
      isNewBoot && (ledger.state.mode == .full || wasReturning) && !stack.fullProjects.isEmpty
    // The first judgement must not be met by a machine that knows of no hold. What follows is said
    // again on the first turn.
    _ = pool.handle(.stack(view(at: now.tick)), at: now.tick)
  }

  /// What runs of the plan, for status: its record, its stage and the results so far.
  public var run: (record: RunRecord, stage: Stage?, results: [Int: StepResult])? {
    guard case .running(let running) = activity else { return nil }
    return (running.record, running.machine.stage, running.machine.results)
  }

  /// When it must be told the time, if nothing else happens before.
  public var alarm: Tick? {
    var alarms = [pool.alarm, recordRetry]
    if pool.state == .away, case .idle = activity { alarms.append(nextDrainLook) }
    if request == .resume, case .idle = activity { alarms.append(resumeRetry) }
    switch activity {
    case .idle: break
    case .looking(let look): alarms.append(look.by)
    case .running(let running): alarms.append(running.machine.alarm)
    }
    return alarms.compactMap { $0 }.min()
  }

  /// The same instant by all clocks.
  func moment(at now: Tick) -> Moment {
    Moment(boot: anchor.boot, tick: now, wall: anchor.wall + (now - anchor.tick))
  }

  /// Takes an event.
  public mutating func handle(_ event: Event, at now: Tick) -> [Effect] {
    var effects: [Effect] = []
    if startsFullStack {
      startsFullStack = false
      choose(.local, .autostart, at: now, &effects)
    }
    switch event {
    case .judged(let judgement):
      take(judgement, at: now, &effects)
    case .answered(let call, let answer):
      take(answer, of: call, at: now, &effects)
    case .recorded(let number):
      recordBeingKept = nil
      recordFailures = 0
      recordedNumber = max(recordedNumber, number)
      releaseWaiting(at: now, &effects)
    case .notRecorded(let words):
      recordBeingKept = nil
      recordFailures += 1
      recordRetry = now + Self.backoff(recordFailures, from: .seconds(1), to: .seconds(30))
      effects.append(.tell(.unwritable(words)))
    case .commanded(let command):
      take(command, at: now, &effects)
    case .stirred:
      // What failed keeps its pause: a container that starts over and over stirs without end.
      if let next = nextDrainLook, drainFailures == 0, launchFailures == 0 {
        nextDrainLook = min(next, now + Self.stirPause)
      }
    case .clock(let wall):
      anchor = Moment(boot: anchor.boot, tick: now, wall: wall)
    case .tick:
      break
    }
    passTime(at: now, &effects)
    turn(at: now, &effects)
    keepLedger(at: now, &effects)
    return effects
  }

  private mutating func take(
    _ judgement: PoolJudgement, at now: Tick, _ effects: inout [Effect]
  ) {
    let before = pool.judgement.state
    if judgement.state != before {
      effects.append(
        .tell(.pool(from: before, to: judgement.state, reasons: judgement.reasons)))
    }
    if judgement.state == .healthy { drainLooks = 0 }
    decide(.judged(judgement), at: now, &effects)
  }

  private mutating func passTime(at now: Tick, _ effects: inout [Effect]) {
    switch activity {
    case .idle:
      break
    case .looking(let look):
      guard now >= look.by else { return }
      let words = "the stack did not answer a look in time"
      looked(StackSnapshot(complaints: [words]), look, at: now, &effects)
    case .running:
      drive(.tick, at: now, &effects)
    }
  }

  private mutating func releaseWaiting(at now: Tick, _ effects: inout [Effect]) {
    let ready = waiting.filter { $0.number <= recordedNumber }
    waiting.removeAll { $0.number <= recordedNumber }
    for step in ready { drive(.recorded(step: step.step), at: now, &effects) }
  }

  private mutating func keepLedger(at now: Tick, _ effects: inout [Effect]) {
    guard recordBeingKept == nil, ledger.lastNumber > recordedNumber else { return }
    if let recordRetry, now < recordRetry { return }
    recordRetry = nil
    recordBeingKept = ledger.lastNumber
    effects.append(.record(ledger))
  }

  mutating func write(_ fact: LedgerFact, at now: Tick) -> Int {
    ledger.append(fact, at: moment(at: now))
  }

  /// How soon after the stack has stirred it is looked at.
  static let stirPause = Duration.seconds(1)

  static func backoff(_ failures: Int, from: Duration, to: Duration) -> Duration {
    Backoff(initial: from, maximum: to, jitter: 0).limit(after: failures)
  }
}
