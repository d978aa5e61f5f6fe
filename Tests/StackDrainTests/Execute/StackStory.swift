import Pacing
import TimeText

@testable import StackDrain

/// The whole engine with a small stack around it that does at once what it is told, unless it is
/// said to be silent, and a disk for the ledger. Made to tell stories in seconds.
struct StackStory: Hashable {
  var engine: PoolEngine
  var stack: StackDescription
  var policy: PoolPolicy
  var now = Tick.zero + .seconds(1000)
  var boot = "boot 1"
  /// What the targets do. Containers run by the unit `whole`.
  var states: [Target: TargetState]
  /// Who does not answer.
  var silent: Set<Target> = []
  var engineIsSilent = false
  var diskIsFull = false
  /// What the disk holds.
  var durable = Ledger()
  var pool = PoolJudgement(state: .healthy, mountID: 1)
  var containersShowingDeadMounts: Set<String> = []
  /// What was done to the stack, with the second.
  var deeds: [String] = []
  var refusals: [String] = []
  var looks = 0

  init(
    _ states: [Target: TargetState], clients: [ClientDescription] = [],
    portable: [Target] = [], full: [Target] = [], policy: PoolPolicy = PoolPolicy(),
    ledger: Ledger = Ledger()
  ) {
    var users = PoolUsers(paths: [])
    users.labels = ["test.uses": nil]
    stack = StackDescription(
      clients: clients, users: users, portableProjects: portable, fullProjects: full)
    self.states = states
    self.policy = policy
    durable = ledger
    engine = PoolEngine(
      ledger: ledger, stack: stack, policy: policy,
      now: Moment(boot: boot, tick: now, wall: Timestamp(seconds: 1_767_225_600)))
  }

  // MARK: Time

  /// The engine is killed, and begins again with what the disk holds.
  mutating func restart(newBoot: Bool = false, wall: Int64 = 1_767_225_600) {
    if newBoot { boot += "'" }
    engine = PoolEngine(
      ledger: durable, stack: stack, policy: policy,
      now: Moment(boot: boot, tick: now, wall: Timestamp(seconds: wall)))
  }

  mutating func become(_ state: PoolState, _ peril: Peril = .none) {
    let isBack = pool.peril == .lost && peril != .lost
    let mountID = (pool.mountID ?? 0) + (isBack ? 1 : 0)
    pool = PoolJudgement(state: state, peril: peril, reasons: ["it is \(state)"], mountID: mountID)
    tell(.judged(pool))
  }

  /// Lets some seconds pass; the pool is judged every ten.
  mutating func wait(_ seconds: Int) {
    let end = now + .seconds(seconds)
    var judging = now + .seconds(10)
    while true {
      let alarm = engine.alarm.map { max($0, now + .milliseconds(1)) } ?? end
      now = min(alarm, judging, end)
      if now == judging {
        judging = now + .seconds(10)
        tell(.judged(pool))
      } else {
        tell(.tick)
      }
      if now >= end { return }
    }
  }

  // MARK: Events and effects

  mutating func tell(_ event: PoolEngine.Event) {
    var events = [event]
    while !events.isEmpty {
      for effect in engine.handle(events.removeFirst(), at: now) {
        switch effect {
        case .record(let ledger):
          if !diskIsFull { durable = ledger }
          events.append(
            diskIsFull ? .notRecorded("no space left on device") : .recorded(ledger.lastNumber))
        case .call(let id, let call, _):
          if let answer = carryOut(call) { events.append(.answered(id, answer)) }
        case .tell(.refused(let command, let words)): refusals.append("\(command): \(words)")
        case .tell: break
        }
      }
    }
  }

  private mutating func carryOut(_ call: Call) -> Answer? {
    let target = call.target ?? .stack
    let isContainer = target.kind == .container || target.kind == .stack
    guard !silent.contains(target), !(engineIsSilent && isContainer) else { return nil }
    switch call {
    case .survey(let asksClients):
      looks += 1
      return .surveyed(snapshot(asksClients))
    case .measure: return .traffic(PoolTraffic(requests: 0, bytesPerSecond: 0))
    case .look: return states[target].map { .state($0) } ?? .gone("no such target")
    case .pause(_, let units): move(units, of: target, toRunning: false)
    case .resume(_, let units): move(units, of: target, toRunning: true)
    case .stop, .kill, .retire: move(states[target]?.running ?? [], of: target, toRunning: false)
    case .start:
      begin(target)
    case .launch: move(states[target]?.idle ?? [], of: target, toRunning: true)
    case .restart:
      containersShowingDeadMounts.remove(target.name)
      let life = states[target]?.instance ?? ""
      states[target]?.instance = life + "'"
    }
    let second = (now - .zero).components.seconds - 1000
    deeds.append("\(second) \(call.words)")
    return .taken
  }

  /// A container begins another life, and with it the client of the same name, which has forgotten
  /// its pauses.
  mutating func begin(_ target: Target) {
    for target in [target, .client(target.name)] {
      guard let state = states[target] else { continue }
      states[target] = TargetState(
        running: state.running.union(state.idle), instance: (state.instance ?? "") + "'")
    }
  }

  private mutating func move(_ units: Set<String>, of target: Target, toRunning: Bool) {
    guard var state = states[target] else { return }
    state.running = toRunning ? state.running.union(units) : state.running.subtracting(units)
    state.idle = toRunning ? state.idle.subtracting(units) : state.idle.union(units)
    states[target] = state
  }

  private func snapshot(_ asksClients: Bool) -> StackSnapshot {
    var seen = StackSnapshot(containers: [])
    for (target, state) in states.sorted(by: { $0.key < $1.key }) {
      switch target.kind {
      case .container:
        seen.containers?.append(
          ContainerSnapshot(
            name: target.name, state: state.running.isEmpty ? .exited : .running,
            labels: ["test.uses": "1"], startedAt: state.instance,
            showsDeadMount: containersShowingDeadMounts.contains(target.name)))
      case .client where asksClients && !silent.contains(target): seen.clients[target] = state
      case .project where asksClients && !silent.contains(target): seen.projects[target] = state
      case .client, .project, .stack: break
      }
    }
    return seen
  }
}
