import JSONValue
import Pacing
import SimulationKit
import Testing
import TimeText

@testable import K8sClient

/// Candidates for one Lease, each with a clock of its own speed, and a server that one reaches badly.
struct LeaseWorld {
  struct Candidate {
    var machine: LeaseMachine
    /// How fast its clock goes, and from where.
    var rate: Double
    var offset: Duration
    var pausedUntil = Tick.zero
    /// The call or the pause whose end it waits for.
    var token = 0
    var isAlive = true
    var isTold = false

    func local(_ now: Tick) -> Tick { .zero + offset + (now - .zero) * rate }
    func real(_ local: Tick) -> Tick {
      .zero + .nanoseconds(Int64(((local - .zero) - offset).inSeconds / rate * 1e9) + 1000)
    }
  }

  enum Item {
    case deliver(to: Int, token: Int, LeaseMachine.Event)
    case apply(from: Int, token: Int, Request, answers: Bool)
    case fault
  }

  enum Request {
    case get
    case post(Lease)
    case put(Lease)
  }

  var random: SeededGenerator
  var now = Tick.at(1)
  var candidates: [Candidate] = []
  var agenda: [(tick: Tick, order: Int, item: Item)] = []
  var order = 0
  /// The object on the server.
  var lease: Lease?
  var version = 1
  var uids = 0
  let honorsUID: Bool
  let calm: Tick
  let end: Tick
  var outage: Tick = .zero
  var violations: [String] = []
  var changes: [(tick: Tick, candidate: Int, change: LeadershipChange)] = []

  static func path() throws -> ObjectPath { try ObjectPath(Lease.self, "leader", in: "media") }

  init(seed: UInt64) throws {
    random = SeededGenerator(seed: seed)
    honorsUID = random.chance(0.7)
    calm = now + .seconds(1800)
    end = calm + .seconds(4600)
    for index in 0..<random.number(1...4) {
      let candidate = Candidate(
        machine: try Self.machine(index, seed: random.next()),
        rate: Double(random.number(90...110)) / 100, offset: random.time(0...1_000_000))
      candidates.append(candidate)
      plan(.deliver(to: index, token: 0, .tick), in: random.time(0...20_000))
    }
    plan(.fault, in: random.time(0...60_000))
  }

  static func machine(_ index: Int, seed: UInt64) throws -> LeaseMachine {
    LeaseMachine(try path(), policy: LeasePolicy(identity: "c\(index)"), seed: seed)
  }

  mutating func plan(_ item: Item, in time: Duration) {
    order += 1
    agenda.append((now + time, order, item))
  }

  mutating func run() throws {
    while now < end, violations.isEmpty {
      guard
        let next = agenda.indices.min(by: {
          (agenda[$0].tick, agenda[$0].order) < (agenda[$1].tick, agenda[$1].order)
        })
      else { break }
      let (tick, _, item) = agenda.remove(at: next)
      now = max(now, tick); order += 1;
      if order > 1_000_000 { return violations.append("it never ends") }
      switch item {
      case .deliver(let index, let token, let event): deliver(event, to: index, token)
      case .apply(let index, let token, let request, let answers):
        let event = apply(request)
        if answers { plan(.deliver(to: index, token: token, event), in: delay()) }
      case .fault:
        try fault()
        if now < calm { plan(.fault, in: random.time(0...60_000)) }
      }
      check()
    }
    checkEnd()
  }

  mutating func deliver(_ event: LeaseMachine.Event, to index: Int, _ token: Int) {
    guard candidates[index].isAlive, candidates[index].token == token else { return }
    let paused = candidates[index].pausedUntil
    guard paused <= now else {
      return plan(.deliver(to: index, token: token, event), in: paused - now)
    }
    let local = candidates[index].local(now)
    let effects = candidates[index].machine.handle(event, at: local, wall: wall(index))
    candidates[index].token += 1
    for (place, effect) in effects.enumerated() {
      switch effect {
      case .announce(let change): note(change, index)
      case .read(let until): call(.get, index, until: until)
      case .create(let lease, let until): call(.post(lease), index, until: until)
      case .replace(let lease, let until): call(.put(lease), index, until: until)
      case .wait(let until):
        plan(
          .deliver(to: index, token: candidates[index].token, .tick),
          in: candidates[index].real(until) - now)
      case .finish: candidates[index].isAlive = false
      }
      if !effect.isTelling, place != effects.count - 1 { violations.append("order: \(effects)") }
    }
    if effects.allSatisfy(\.isTelling), event != .stop { violations.append("stuck after \(event)") }
  }

  /// Wall clocks tell any time, and are set back now and then.
  private mutating func wall(_ index: Int) -> Timestamp {
    Timestamp(seconds: 1_700_000_000 + Int64(random.number(-100_000...100_000)))
      + .microseconds(random.number(0...999_999))
  }

  private mutating func note(_ change: LeadershipChange, _ index: Int) {
    changes.append((now, index, change))
    switch change {
    case .started:
      if candidates[index].isTold { violations.append("started twice") }
      candidates[index].isTold = true
    case .stopped:
      if !candidates[index].isTold { violations.append("stopped, never started") }
      candidates[index].isTold = false
    case .sawLeader, .failing, .recovered: break
    }
  }

  private mutating func delay() -> Duration {
    guard now < calm else { return random.time(1...100) }
    return random.chance(0.9) ? random.time(1...300) : random.time(1...20_000)
  }

  private mutating func call(_ request: Request, _ index: Int, until: Tick) {
    let token = candidates[index].token
    let limit = candidates[index].real(until) - now
    let late = KubernetesError(.timeout, "call", mayHaveHappened: true)
    let failure: LeaseMachine.Event =
      if case .get = request { .readFailed(late) } else { .writeFailed(late) }
    plan(.deliver(to: index, token: token, failure), in: max(limit, .zero))
    let isLost = now < calm && (now < outage || random.chance(0.05))
    let isSilent = now < calm && random.chance(0.05)
    guard !isLost else { return }
    plan(.apply(from: index, token: token, request, answers: !isSilent), in: delay())
  }

  private mutating func apply(_ request: Request) -> LeaseMachine.Event {
    switch request {
    case .get:
      return .read(lease)
    case .post(let new):
      guard lease == nil else { return .writeFailed(KubernetesError(.alreadyExists, "create")) }
      return store(new, uid: nil)
    case .put(let new):
      guard let lease else {
        if honorsUID { return .writeFailed(KubernetesError(.conflict, "replace")) }
        return store(new, uid: nil)
      }
      guard new.uid == lease.uid, new.metadata.resourceVersion == lease.metadata.resourceVersion
      else { return .writeFailed(KubernetesError(.conflict, "replace")) }
      return store(new, uid: lease.uid)
    }
  }

  private mutating func store(_ new: Lease, uid: String?) -> LeaseMachine.Event {
    version += 1
    if uid == nil { uids += 1 }
    var new = new
    new[text: "metadata", "uid"] = uid ?? "u\(uids)"
    new[text: "metadata", "resourceVersion"] = String(version)
    lease = new
    return .written(new)
  }
}

extension LeaseMachine.Effect {
  var isTelling: Bool { if case .announce = self { true } else { false } }
}
