import Pacing
import TimeText

@testable import StackDrain

/// One client that forgets its pauses in one container, an engine, and all that can happen next.
struct SmallPool {
  /// What can happen.
  enum Move: Hashable {
    case pool(PoolState, Peril)
    case kept, notKept
    /// The first call that waits is carried out; how.
    case carriedOut, unanswered, refused, late, stray
    case time
    case person(PoolCommand)
    case personPauses, personResumes
    case kill
  }

  /// What is left of what may go wrong.
  struct Luck: Hashable {
    var faults = 2
    var weather = 3
    var commands = 2
    var touches = 1
    var kills = 1
  }

  static let client = Target.client("sab")
  static let box = Target.container("sab")
  static let pools: [(PoolState, Peril)] = [
    (.healthy, .none), (.unmounted, .lost), (.stale, .unresponsive),
  ]

  var engine: PoolEngine
  var now = Tick.zero + .seconds(100)
  var pool = PoolJudgement(state: .unknown, mountID: 1)
  var durable = Ledger()
  var keeping: Ledger?
  var calls: [(id: CallID, call: Call)] = []
  /// A call that nobody waits for any more, and that comes through all the same.
  var strayCall: Call?
  var queueRuns = ["a": true, "b": false]
  var wishes = ["a": true, "b": false]
  var boxRuns = true
  var life = 1
  var luck = Luck()
  var isLoose = false
  var path: [Move] = []
  var fault: String?

  static let policy = PoolPolicy(coolDown: .zero, upgradesPerHour: 60)

  static var stack: StackDescription {
    var users = PoolUsers(paths: [])
    users.labels = ["test.uses": nil]
    return StackDescription(
      clients: [
        ClientDescription(client, role: .download, container: "sab", forgetsPauses: true)
      ], users: users)
  }

  init() {
    engine = Self.engine(Ledger(), at: now)
    feed(.commanded(.choose(.full, .autostart)))
    settle()
  }

  private static func engine(_ ledger: Ledger, at now: Tick) -> PoolEngine {
    PoolEngine(
      ledger: ledger, stack: stack, policy: policy,
      now: Moment(boot: "b", tick: now, wall: Timestamp(seconds: 1_767_225_600)))
  }

  // MARK: What can happen

  var moves: [Move] {
    // Time in which a call waits is a fault: calls are carried out at once.
    var moves: [Move] = calls.isEmpty || luck.faults > 0 ? [.time] : []
    if keeping != nil { moves += luck.faults > 0 ? [.kept, .notKept] : [.kept] }
    if !calls.isEmpty {
      moves.append(.carriedOut)
      if luck.faults > 0 { moves += [.unanswered, .refused] }
      if luck.faults > 0, strayCall == nil, calls[0].call.isAct { moves.append(.late) }
    }
    if strayCall != nil { moves.append(.stray) }
    if luck.weather > 0 {
      moves += Self.pools.filter { $0.0 != pool.state }.map { .pool($0.0, $0.1) }
    }
    if luck.commands > 0 {
      moves += [.person(.drain), .person(.hold(.seconds(60)))]
      if pool.state == .healthy { moves.append(.person(.resume)) }
    }
    if luck.touches > 0, boxRuns {
      moves.append(queueRuns["a"] == true ? .personPauses : .personResumes)
    }
    if luck.kills > 0 { moves.append(.kill) }
    return moves
  }

  mutating func make(_ move: Move) {
    path.append(move)
    excuse(move)
    switch move {
    case .pool(let state, let peril):
      luck.weather -= 1
      let isBack = pool.peril == .lost && peril != .lost
      pool = PoolJudgement(
        state: state, peril: peril, reasons: ["\(state)"],
        mountID: (pool.mountID ?? 0) + (isBack ? 1 : 0))
      feed(.judged(pool))
    case .kept:
      guard let ledger = keeping else { return }
      (durable, keeping) = (ledger, nil)
      feed(.recorded(ledger.lastNumber))
    case .notKept:
      luck.faults -= 1
      keeping = nil
      feed(.notRecorded("no space left"))
    case .carriedOut:
      let (id, call) = calls.removeFirst()
      feed(.answered(id, carryOut(call)))
    case .unanswered:
      luck.faults -= 1
      _ = carryOut(calls.removeFirst().call)
    case .refused:
      luck.faults -= 1
      feed(.answered(calls.removeFirst().id, .failed("HTTP 500")))
    case .late:
      luck.faults -= 1
      strayCall = calls.removeFirst().call
    case .stray:
      if let call = strayCall { _ = carryOut(call) }
      strayCall = nil
    case .time:
      let later = now + .seconds(5)
      now = engine.alarm.map { max($0, now + .milliseconds(1)) } ?? later
      feed(.tick)
    case .person(let command):
      luck.commands -= 1
      feed(.commanded(command))
    case .personPauses, .personResumes: touch(move == .personResumes)
    case .kill:
      luck.kills -= 1
      kill()
    }
  }

  /// Whoever does not answer keeps nobody from being stopped, and what a person had paused there is
  /// known to nobody.
  private mutating func excuse(_ move: Move) {
    switch move {
    case .unanswered, .refused, .late, .time:
      if move == .time, !calls.isEmpty { luck.faults -= 1 }
      let isUnknown = durable.debts[Self.client]?.keepsIdle != ["b"]
      if isUnknown, calls.contains(where: { $0.call.asksClient }) { isLoose = true }
    case .pool, .kept, .notKept, .carriedOut, .stray, .person, .personPauses, .personResumes, .kill:
      break
    }
  }

  mutating func kill() {
    // What is being written may have come through, and what was asked for will.
    keeping = nil
    for (_, call) in calls where call.isAct { _ = carryOut(call) }
    calls = []
    engine = Self.engine(durable, at: now)
    feed(.judged(pool))
  }

  /// A person pauses or resumes what ran; where that is in the middle of ours, nobody can tell.
  private mutating func touch(_ runs: Bool) {
    luck.touches -= 1
    let isClear = durable.debts.isEmpty && engine.activity == .idle && keeping == nil
    queueRuns["a"] = runs
    if isClear { wishes["a"] = runs } else { isLoose = true }
  }

  // MARK: The engine and the stack

  mutating func feed(_ event: PoolEngine.Event) {
    for effect in engine.handle(event, at: now) {
      switch effect {
      case .record(let ledger):
        if keeping != nil { fail("two ledgers are kept at once") }
        keeping = ledger
      case .call(let id, let call, _):
        check(call)
        calls.append((id, call))
      case .tell: break
      }
    }
  }

  mutating func fail(_ words: String) {
    if fault == nil { fault = "\(words)\n\(path.map { "\($0)" }.joined(separator: "\n"))" }
  }

  private mutating func check(_ call: Call) {
    let debt = call.target.flatMap { durable.debts[$0] } ?? Debt()
    switch call {
    case .survey, .look, .measure: break
    case .pause(_, let units):
      if !units.isSubset(of: debt.revives.union(debt.keepsIdle)) { fail("\(call) is not recorded") }
    case .stop, .kill:
      if debt.revives.isEmpty { fail("\(call) is not recorded") }
    case .resume(_, let units):
      if !units.isSubset(of: debt.revives) { fail("\(call) is not owed") }
      checkStart(call)
    case .start:
      if debt.revives.isEmpty { fail("\(call) is not owed") }
      checkStart(call)
    case .restart, .launch, .retire: fail("\(call)")
    }
  }

  private mutating func checkStart(_ call: Call) {
    if pool.state != .healthy { fail("\(call) while the pool is \(pool.state)") }
    if durable.state.isDrainedByHand { fail("\(call), and a person drained it") }
  }

  mutating func carryOut(_ call: Call) -> Answer {
    switch call {
    case .survey(let asksClients): return .surveyed(snapshot(asksClients))
    case .measure: return .traffic(PoolTraffic(requests: 0, bytesPerSecond: 0))
    case .look(Self.client): return boxRuns ? .state(clientState) : .failed("connection refused")
    case .look: return .state(.whole(runs: boxRuns, instance: "\(life)"))
    case .pause(_, let units): return set(units, false)
    case .resume(_, let units): return set(units, true)
    case .stop, .kill:
      boxRuns = false
      return .taken
    case .start, .restart, .launch, .retire:
      guard !boxRuns else { return .taken }
      (boxRuns, life, queueRuns) = (true, life + 1, ["a": true, "b": true])
      return .taken
    }
  }

  private mutating func set(_ units: Set<String>, _ runs: Bool) -> Answer {
    guard boxRuns else { return .failed("connection refused") }
    for unit in units { queueRuns[unit] = runs }
    return .taken
  }

  private var clientState: TargetState {
    TargetState(
      running: Set(queueRuns.filter(\.value).keys), idle: Set(queueRuns.filter { !$0.value }.keys),
      instance: "\(life)")
  }

  private func snapshot(_ asksClients: Bool) -> StackSnapshot {
    StackSnapshot(
      containers: [
        ContainerSnapshot(
          name: "sab", state: boxRuns ? .running : .exited, labels: ["test.uses": "1"],
          startedAt: "\(life)", showsDeadMount: false)
      ],
      clients: asksClients && boxRuns ? [Self.client: clientState] : [:])
  }
}

extension Call {
  fileprivate var asksClient: Bool {
    switch self {
    case .survey(let asksClients): asksClients
    case .look(let target), .pause(let target, _): target == SmallPool.client
    case .resume, .stop, .kill, .start, .restart, .launch, .retire, .measure: false
    }
  }
}
