public import TimeText

/// What the entries of a ledger come to.
public struct LedgerState: Hashable, Sendable {
  /// A plan that has begun and not ended.
  public struct OpenRun: Hashable, Sendable {
    /// Its number.
    public var run: Int
    /// What it is for.
    public var kind: RunRecord.Kind
    /// Whether a person asked for it.
    public var isByHand: Bool
  }

  /// A time in which nothing is done unasked.
  public struct Hold: Hashable, Sendable {
    /// When it began.
    public var since: Moment
    /// How long it lasts.
    public var length: Duration

    /// What is left of it; zero where it is over.
    public func remaining(at now: Moment) -> Duration {
      max(length - since.age(at: now), .zero)
    }
  }

  /// What of the stack is meant to run.
  public var mode: StackMode = .none
  /// Who chose that.
  public var startMethod: StartMethod = .autostart
  /// Whether a person had the stack drained, and so is the one to bring it back.
  public var isDrainedByHand = false
  /// What must be undone.
  public var debts: [Target: Debt] = [:]
  /// The plan that is being carried out, or was when the process ended.
  public var openRun: OpenRun?
  /// The greatest number of a plan so far.
  public var lastRun = 0
  /// When the latest upgrades began, oldest first.
  public var upgrades: [Moment] = []
  /// The hold, over or not.
  public var hold: Hold?
  /// When the last drain began.
  public var lastDrain: Timestamp?
  /// When the last upgrade ended well.
  public var lastUpgraded: Timestamp?

  /// Projects whose start was begun and has not been seen to succeed. It is not kept when entries are
  /// summed up: then they count as started.
  var launching: Set<Target> = []

  /// How many upgrades are remembered.
  static let maximumUpgrades = 64

  /// The state before the first entry.
  public init() {}

  /// Whether a container is owed: something has to be started, and the pool to be there for it.
  public var owesContainers: Bool {
    debts.contains { $0.key.kind == .container && !$0.value.revives.isEmpty }
  }

  /// Whether a resume starts the projects of the full stack as well: not where they are on already,
  /// and a person may have put some of it off.
  ///
  /// - Parameter isByHand: Whether a person asks for it.
  /// - Returns: Whether it does.
  public func launchesFull(isByHand: Bool) -> Bool { mode == .local || (isByHand && mode == .none) }
}

extension LedgerState {
  /// Takes one more entry into account.
  mutating func take(_ fact: LedgerFact, at moment: Moment) {
    switch fact {
    case .began(let record):
      began(record, at: moment)
    case .found(_, let target, let move, let state):
      found(target, move, state)
    case .settled(_, let target, let move, let result, let units):
      settled(target, move, result, units)
    case .ended(let run, let isComplete, _):
      guard openRun?.run == run else { return }
      if isComplete, openRun?.kind == .resume { lastUpgraded = moment.wall }
      openRun = nil
    case .mode(let mode, let method):
      self.mode = mode
      startMethod = method
      // A drain leaves the method as it was: its word is no choice of a person.
      if method == .manual, mode != .poolDegraded { isDrainedByHand = false }
    case .held(let seconds):
      hold = Hold(since: moment, length: .seconds(seconds))
    case .released:
      hold = nil
    case .forgotten(let target):
      debts[target] = nil
    }
  }

  private mutating func began(_ record: RunRecord, at moment: Moment) {
    openRun = OpenRun(run: record.run, kind: record.kind, isByHand: record.isByHand)
    lastRun = max(lastRun, record.run)
    switch record.kind {
    case .drain:
      lastDrain = moment.wall
      // A drain by the monitor on top of one by hand leaves the return to the person.
      if record.isByHand { isDrainedByHand = true }
    case .resume:
      isDrainedByHand = false
      guard record.isUpgrade else { return }
      upgrades.append(moment)
      if upgrades.count > Self.maximumUpgrades { upgrades.removeFirst() }
    }
  }

  private mutating func found(_ target: Target, _ move: Move, _ state: TargetState) {
    switch move {
    case .pause, .stop, .kill, .restart:
      guard var debt = debts[target] else {
        let debt = Debt(
          revives: state.running.union(state.fallen),
          keepsIdle: state.idle.subtracting(state.running).subtracting(state.fallen),
          instance: state.instance)
        debts[target] = debt.isPaid ? nil : debt
        return
      }
      // Later looks see our own pauses among what is idle. What runs although a person had paused
      // it was resumed by somebody, or forgotten by a target that began another life.
      let isSameLife = state.instance != nil && state.instance == debt.instance
      // A unit in both sets cannot be read: that says nothing against what is known of it.
      let certain = isSameLife ? state.running.subtracting(state.idle) : []
      let forgotten = debt.keepsIdle.intersection(state.running).subtracting(certain)
      let resumed = state.running.subtracting(forgotten)
      debt.revives.formUnion(resumed.union(state.fallen.subtracting(debt.keepsIdle)))
      debt.keepsIdle.subtract(resumed)
      // The life in which a pause was last seen: until it is seen in this one, it is forgotten here.
      if forgotten.isEmpty { debt.instance = state.instance }
      debts[target] = debt.isPaid ? nil : debt
    case .launch:
      // What is launched to bring the stack back is to stay.
      guard openRun?.kind != .resume else { return }
      debts[target, default: Debt()].retires = true
      launching.insert(target)
    case .resume, .keep, .start, .retire, .settle, .verify:
      break
    }
  }

  private mutating func settled(
    _ target: Target, _ move: Move, _ result: StepResult, _ units: Set<String>
  ) {
    let wasLaunching = launching.contains(target)
    if move == .launch || move == .retire, result.isGood { launching.remove(target) }
    guard var debt = debts[target] else { return }
    switch move {
    case .resume, .start, .restart:
      debt.revives.subtract(units)
      if result.kind == .gone { debt = Debt() }
    case .keep:
      if result.isGood { debt.keepsIdle = [] }
    case .retire:
      if result.isGood { debt.retires = false }
    case .launch:
      // It ran already, and not by an earlier try; or it is not there: nothing of ours is to be stopped.
      if result.kind == .nothing && !wasLaunching || result.kind == .gone { debt.retires = false }
    case .pause, .stop, .kill, .settle, .verify:
      break
    }
    debts[target] = debt.isPaid ? nil : debt
  }
}
