public import Pacing
import TimeText

/// Decides, on every turn anew, whether the stack is to be drained, brought back, or left alone.
public struct PoolMachine: Hashable, Sendable {
  /// What can happen.
  public enum Event: Hashable, Sendable {
    /// The pool was judged.
    case judged(PoolJudgement)
    /// The stack is seen otherwise than before.
    case stack(StackView)
    /// Time has passed.
    case tick
  }

  /// What follows. The first three are said on every turn on which they hold: who carries them out
  /// does nothing about one that is under way.
  public enum Effect: Hashable, Sendable {
    /// Take the stack off the pool.
    case drain(isGone: Bool, reason: String)
    /// Bring the stack back.
    case resume(reason: String)
    /// Stop bringing it back: the pool is not healthy any more.
    case abandon(reason: String)
    /// The state is another.
    case changed(from: State, to: State)
    /// The pool went and came, or came and went, too quickly to do anything about; how often so far.
    case flapped(count: Int)
  }

  /// Where pool and stack stand.
  public enum State: Hashable, Sendable {
    /// Nothing can be said of the pool. Leads anywhere by the next judgement.
    case unknown
    /// Nothing is to be done. Leads to `doubtful` and `away` by a fault, to `recovering` by a debt.
    case steady
    /// The pool has a fault that has not lasted long enough. Leads to `away` when it has, and back
    /// when it ends.
    case doubtful(until: Tick)
    /// The stack is to be off the pool. Leads to `recovering` when the pool is healthy again.
    case away
    /// The pool is healthy, and the stack must wait: until it has been so for long enough, or for
    /// the next upgrade that is allowed. Leads to `returning`, or back to `doubtful` and `away`.
    case recovering(until: Tick)
    /// The stack is being brought back. Leads to `steady`, or to `doubtful` and `away`.
    case returning
    /// A person asked for nothing to be done. Leads anywhere when that is over.
    case held(until: Tick)
  }

  /// When what is done.
  public var policy: PoolPolicy
  /// Where pool and stack stand.
  public private(set) var state: State = .unknown
  /// What the pool was judged to be last.
  public private(set) var judgement = PoolJudgement(state: .unknown)
  /// How often the pool went and came, or came and went, without anything done.
  public private(set) var flapCount = 0
  private var stack = StackView()
  private var healthySince: Tick?
  /// Since when there has been a fault at least as pressing, without a break.
  private var since: [Peril: Tick] = [:]

  /// A machine that knows nothing.
  public init(policy: PoolPolicy) { self.policy = policy }

  /// When it must be told the time, if nothing else happens before.
  public var alarm: Tick? {
    switch state {
    case .doubtful(let tick), .recovering(let tick), .held(let tick): tick
    case .unknown, .steady, .away, .returning: nil
    }
  }

  /// Takes an event.
  public mutating func handle(_ event: Event, at now: Tick) -> [Effect] {
    var effects: [Effect] = []
    switch event {
    case .judged(let judgement): take(judgement, at: now)
    case .stack(let view): stack = view
    case .tick: break
    }
    let next = turn(at: now, &effects)
    if isFlap(to: next) {
      flapCount += 1
      effects.append(.flapped(count: flapCount))
    }
    if next != state {
      effects.append(.changed(from: state, to: next))
      state = next
    }
    return effects
  }

  private mutating func take(_ new: PoolJudgement, at now: Tick) {
    judgement = new
    healthySince = new.state == .healthy ? healthySince ?? now : nil
    // Who cannot say anything ends no fault and begins none.
    guard new.state != .unknown else { return }
    for peril in Peril.allCases where peril != .none {
      since[peril] = new.peril >= peril ? since[peril] ?? now : nil
    }
  }

  private func turn(at now: Tick, _ effects: inout [Effect]) -> State {
    if stack.request == .drain {
      effects.append(.drain(isGone: judgement.peril == .lost, reason: "asked for by hand"))
      return .away
    }
    // A request of which nobody can say yet whether it is granted waits.
    let isRefused = stack.request == .resume && judgement.state != .unknown
    if judgement.state != .healthy, stack.activity == .resuming || isRefused {
      effects.append(.abandon(reason: reason))
    }
    if stack.request == .resume, judgement.state == .healthy {
      effects.append(.resume(reason: "asked for by hand"))
      return .returning
    }
    if let until = stack.heldUntil, now < until { return .held(until: until) }
    guard judgement.state != .unknown else { return .unknown }
    if let due = drainDue {
      guard now >= due else { return .doubtful(until: due) }
      effects.append(.drain(isGone: judgement.peril == .lost, reason: reason))
      return .away
    }
    guard judgement.state == .healthy else { return .steady }
    switch stack.activity {
    case .draining: return .away
    case .resuming: return .returning
    case .none: break
    }
    guard wantsStack, let due = returnDue else { return .steady }
    guard now >= due else { return .recovering(until: due) }
    effects.append(.resume(reason: "the pool is healthy"))
    return .returning
  }

  private var reason: String {
    judgement.reasons.first ?? "the pool is \(judgement.state.rawValue)"
  }

  /// When the present fault has lasted long enough.
  private var drainDue: Tick? {
    since.compactMap { peril, tick in policy.drainAfter.delay(for: peril).map { tick + $0 } }.min()
  }

  /// Whether the stack is to be brought back, were it only for the pool.
  private var wantsStack: Bool {
    guard policy.upgradesByItself, !stack.isDrainedByHand else { return false }
    let isChosen = stack.startMethod == .manual && (stack.mode == .local || stack.mode == .none)
    guard !isChosen else { return false }
    if stack.debts != .none || stack.needsLook { return true }
    switch stack.mode {
    case .poolDegraded, .local: return true
    case .full, .none: return false
    }
  }

  /// When it may be brought back.
  private var returnDue: Tick? {
    guard let healthySince else { return nil }
    var due = healthySince + policy.upgradeAfter
    if let retry = stack.retryAt { due = max(due, retry) }
    // Clients of a stack that runs cost nobody anything.
    if stack.mode == .full, stack.debts == .clients, !stack.needsLook { return due }
    if let last = stack.upgrades.last { due = max(due, last + policy.coolDown) }
    let limit = policy.upgradesPerHour
    if stack.upgrades.count >= limit {
      due = max(due, stack.upgrades[stack.upgrades.count - limit] + .seconds(3600))
    }
    return due
  }

  private func isFlap(to next: State) -> Bool {
    switch (state, next) {
    case (.doubtful, .steady), (.doubtful, .recovering), (.doubtful, .returning):
      judgement.state == .healthy
    case (.recovering, .doubtful), (.recovering, .away), (.recovering, .steady):
      judgement.state != .healthy
    case (.doubtful, _), (.recovering, _), (.unknown, _), (.steady, _), (.away, _),
      (.returning, _), (.held, _):
      false
    }
  }
}
