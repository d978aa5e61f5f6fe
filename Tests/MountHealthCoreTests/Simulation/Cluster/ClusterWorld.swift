import Pacing
import SimulationKit
import TimeText

@testable import MountHealthCore

/// A workload of a cluster: its pods, each with its own machine, their mounts, the API server, and
/// all that can go wrong with these.
final class ClusterWorld {
  /// What is going to happen.
  enum Item: Hashable {
    /// A machine is to be called again.
    case alarm(process: Int, Int)
    /// A request arrives at the server.
    case arrive(process: Int, RestartRequest, Delivery)
    /// An answer arrives at the process that asked.
    case answer(process: Int, UInt64, RestartAnswer)
    /// A pod's containers run.
    case started(uid: String)
    /// A process of a pod begins.
    case begin(uid: String)
    /// A pod is gone.
    case gone(uid: String)
    /// The controller makes the pods that are missing.
    case reconcile
    /// A mount breaks or mends by itself.
    case weather(uid: String)
    /// What the machine sees of the mounts changes.
    case look(process: Int)
    /// The provider goes down, or comes back.
    case provider
    case apiWeather
    case guardWeather
    case accessWeather
    case scale
    case accident
  }

  /// What a journal tells; words are found for it only when something went wrong.
  enum Note {
    case text(String)
    case event(Int, RestartMachine.Event)
    case state(Int, RestartState)
    case sent(Int, RestartRequest)
    case served(Int, RestartRequest, RestartAnswer)

    var text: String {
      switch self {
      case .text(let text): "   \(text)"
      case .event(let process, let event): "-> #\(process) \(event)"
      case .state(let process, let state): "   #\(process) is \(state)"
      case .sent(let process, let request): "<- #\(process) \(request.id) \(request.call)"
      case .served(let process, let request, let answer):
        "   server: \(request.id) of #\(process): \(answer)"
      }
    }
  }

  /// What becomes of a request on its way.
  enum Delivery: Hashable {
    case proper
    /// It is carried out and the answer is lost.
    case unanswered
    /// It is carried out, and an error is answered.
    case appliedAndFailed
  }

  let seed: UInt64
  var random: SeededGenerator
  var now = Tick.zero
  var agenda = Agenda<Item>()
  var journal = Journal<Note>()
  var violation: String?
  var cluster: FakeCluster
  let policy: RestartPolicy
  var replicas: Int
  var pods: [String: SimulatedPod] = [:]
  /// Processes by number: machines and what the world knows of them.
  var processes: [Int: SimulatedProcess] = [:]
  var nextNumber = 0
  var isCalm = false
  var providerIsUp = true
  var mood = APIMood.good
  /// Restarts that took effect.
  var removals: [Removal] = []
  /// Pods that are down by us, in the place of which nothing has come.
  var downs: [Down] = []
  /// What the machines came across.
  var holds: Set<String> = []
  var outcomes: Set<RestartStatistics.Outcome> = []
  var actions: Set<String> = []

  /// How the API server behaves.
  enum APIMood: Hashable, CaseIterable {
    case good, slow, refusing, throttling, losingAnswers, failingAfterwards, lateEffects, silent
  }

  struct Removal: Hashable {
    var at: Tick
    var weight: Int
  }

  struct Down: Hashable {
    var uid: String
    var at: Tick
  }

  /// How far clocks are off at the most.
  static let clockError = Duration.seconds(2)

  init(seed: UInt64) {
    self.seed = seed
    var random = SeededGenerator(seed: seed)
    let kind: FakeCluster.Kind =
      random.chance(0.05) ? .bare : random.chance(0.5) ? .deployment : .statefulSet
    cluster = FakeCluster(kind)
    replicas =
      kind == .bare ? 1 : random.chance(0.1) ? random.number(6...20) : random.number(1...4)
    policy = Self.policy(using: &random)
    self.random = random
    for _ in 0..<replicas { makePod() }
    plan(.provider, in: self.random.time(60_000...3_600_000))
    plan(.apiWeather, in: self.random.time(1_000...1_200_000))
    plan(.guardWeather, in: self.random.time(1_000...3_600_000))
    plan(.accessWeather, in: self.random.time(1_000...7_200_000))
    plan(.scale, in: self.random.time(600_000...7_200_000))
    plan(.accident, in: self.random.time(10_000...1_800_000))
  }

  private static func policy(using random: inout SeededGenerator) -> RestartPolicy {
    RestartPolicy(
      isEnabled: true, restartDelay: .seconds(random.pick([0, 0, 30, 300])),
      maxRetries: random.number(1...4),
      strategy: random.pick([.evict, .evict, .evict, .delete, .exit]),
      budget: RestartBudget(
        restarts: random.pick([1, 2, 3, 3, 6]), window: .seconds(random.pick([1200, 3600])),
        spacing: .seconds(random.pick([0, 60, 300]))),
      concurrency: random.pick([1, 1, 1, 2, 3]),
      upstream: random.chance(0.5) ? UpstreamGuard(endpoint: "tcp://provider:443") : nil,
      dryRun: random.chance(0.03))
  }

  /// Stormy hours, then hours in which nothing fails.
  func run() {
    live(until: now + .seconds(random.number(1...6) * 3600))
    calmDown()
    // The least that a budget gives is one restart in a window.
    let sick = pods.values.count { !$0.isWell } + replicas
    let bound =
      policy.budget.window * (2 * sick + 2) + policy.claimDuration * 3 + .seconds(1800)
      + policy.restartDelay
    let end = now + bound
    while violation == nil, now < end, !isCured { live(until: now + .seconds(600)) }
    checkEnd(bound)
  }

  func live(until end: Tick) {
    while violation == nil, let due = agenda.nextTick, due <= end, let next = agenda.next() {
      now = max(now, next.tick)
      happen(next.item)
    }
    now = max(now, end)
  }

  private func happen(_ item: Item) {
    switch item {
    case .alarm(let process, let number):
      if processes[process]?.alarm == number { feed(.tick, to: process) }
    case .arrive(let process, let request, let delivery):
      arrive(request, from: process, delivery)
    case .answer(let process, let id, let answer):
      if case .upstream(let isUp, _) = answer { processes[process]?.upstream = (isUp, now) }
      feed(.answered(id, answer), to: process)
    case .started(let uid): started(uid)
    case .begin(let uid): begin(uid)
    case .gone(let uid): gone(uid)
    case .reconcile: reconcile()
    case .weather(let uid): changeWeather(of: uid)
    case .look(let process): look(process)
    case .provider, .apiWeather, .guardWeather, .accessWeather, .scale, .accident:
      if !isCalm { changeWorld(item) }
    }
  }

  /// Gives a machine an event and carries out what it says.
  func feed(_ event: RestartMachine.Event, to number: Int) {
    guard let process = processes[number] else { return }
    // A busy node: the process is not scheduled for a while.
    if !isCalm, process.frozenUntil == nil, random.chance(0.002) {
      process.frozenUntil = now + random.time(100...90_000)
    }
    if let until = process.frozenUntil {
      if until > now {
        process.waiting.append(event)
        if process.waiting.count == 1 {
          plan(.alarm(process: number, process.alarm), in: until - now)
        }
        return
      }
      process.frozenUntil = nil
    }
    let waiting = process.waiting
    process.waiting = []
    for event in waiting + [event] where processes[number] != nil { handle(event, by: process) }
  }

  private func handle(_ event: RestartMachine.Event, by process: SimulatedProcess) {
    if event != .tick { journal.note(.event(process.number, event), at: now) }
    let before = process.machine.state
    let effects = process.machine.handle(event, at: now)
    if process.machine.state != before {
      journal.note(.state(process.number, process.machine.state), at: now)
    }
    guard case .wake(let wake)? = effects.last, wake > now else {
      return fail("no wake in the future: \(effects)")
    }
    for effect in effects {
      switch effect {
      case .send(let request): send(request, by: process)
      case .announce(let notice):
        if notice.reason == .watchdogRestart { process.hasAnnounced = true }
        if notice.reason == .restartHeld || notice.reason == .restartRefused {
          process.hasSaidWhy = true
        }
      case .log: break
      case .exit(let code): exit(process, code)
      case .wake(let tick):
        process.alarm += 1
        if tick.nanoseconds < .max {
          plan(
            .alarm(process: process.number, process.alarm), in: tick - now + random.time(0...20))
        }
      }
    }
    if process.machine.state != before {
      holds.formUnion(process.machine.statistics.holds.keys)
      outcomes.formUnion(process.machine.statistics.restarts.keys)
    }
    checkPace(of: process)
  }

  func plan(_ item: Item, in time: Duration) {
    agenda.plan(item, at: now + time)
  }

  func number() -> Int {
    nextNumber += 1
    return nextNumber
  }

  /// Records what must not be; the world ends there.
  func fail(_ text: @autoclosure () -> String) {
    guard violation == nil else { return }
    violation = """
      seed \(seed): \(text())
      at \(Double(now.nanoseconds) / 1e9) s: \(cluster.kind.rawValue), \(replicas) replicas
      replay: \(Seeds.replay(of: seed))
      policy: \(policy)
      lease: \(cluster.lease?.annotations ?? [:])
      the last that happened:
      \(journal.text { $0.text })
      """
  }
}
