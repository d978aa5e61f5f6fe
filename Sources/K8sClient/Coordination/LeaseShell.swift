import Pacing
import Synchronization
import TimeText

/// What an election keeps between two steps: the machine, and the work that it leads to.
struct LeaseShell {
  enum Signal {
    /// The one thing that was to be done is done.
    case event(LeaseMachine.Event)
    /// The work has ended.
    case workEnded
  }

  private(set) var action: LeaseMachine.Effect?
  private(set) var isFinished = false
  /// Whether the work has returned by itself, so that nothing is left to lead for.
  private(set) var isDone = false
  private var machine: LeaseMachine
  private let clock: TickClock
  private let wall: @Sendable () -> Timestamp
  private let window: Leadership.Window
  /// What the work runs behind, while it runs.
  private var gate: Gate?
  private var transition = 0
  /// Whether it leads, and no work was begun for that.
  private var isOwed = false

  init(_ election: LeaseElection) {
    machine = LeaseMachine(election.path, policy: election.policy, seed: election.seed)
    clock = election.clock
    wall = election.wall
    window = Leadership.Window(clock: election.clock)
  }

  /// Feeds an event; says what is to be told.
  mutating func take(_ event: LeaseMachine.Event) -> [LeadershipChange] {
    var changes: [LeadershipChange] = []
    for effect in machine.handle(event, at: clock.now(), wall: wall()) {
      switch effect {
      case .announce(let change):
        changes.append(change)
        note(change)
      case .read, .create, .replace, .wait: action = effect
      case .finish: isFinished = true
      }
    }
    window.set(machine.leadsUntil)
    return changes
  }

  private mutating func note(_ change: LeadershipChange) {
    switch change {
    case .started(let number):
      transition = number
      isOwed = true
    case .stopped:
      isOwed = false
      gate?.close()
    case .sawLeader, .failing, .recovered: break
    }
  }

  /// What to begin, if it leads and no work is on.
  mutating func beginWork() -> (Leadership, Gate)? {
    guard isOwed, gate == nil, !isDone else { return nil }
    isOwed = false
    let gate = Gate()
    self.gate = gate
    return (Leadership(transition: transition, window: window), gate)
  }

  /// The work has ended; says whether that was its own wish.
  mutating func workEnded() -> Bool {
    isDone = gate?.isOpen ?? false
    gate = nil
    return isDone
  }

  /// Nothing is led any more, by the clock's word too.
  func close() { window.set(nil) }
}

/// What work runs behind: closing it cancels the work.
final class Gate: Sendable {
  private let stream: AsyncStream<Never>
  private let continuation: AsyncStream<Never>.Continuation
  private let state = Mutex(true)

  init() {
    (stream, continuation) = AsyncStream.makeStream(of: Never.self)
  }

  var isOpen: Bool { state.withLock { $0 } }

  func close() {
    state.withLock { $0 = false }
    continuation.finish()
  }

  /// Runs work and cancels it when the gate closes; returns when the work has ended.
  func whileOpen(_ work: @escaping @Sendable () async -> Void) async {
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await work() }
      group.addTask { [stream] in for await _ in stream {} }
      await group.next()
      group.cancelAll()
    }
  }
}
