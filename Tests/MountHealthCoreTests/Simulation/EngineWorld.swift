import Pacing
import SimulationKit

@testable import MountHealthCore

/// A world of mounts, a prober and a shell around one `ProbeEngine`, all of it made up from a seed.
final class EngineWorld {
  /// What is going to happen.
  enum Item: Hashable {
    case alarm(Int)
    case answer(Flight, Int)
    case unableAnswer(Flight)
    case readTable
    case weather(Int)
    case tableWeather(Int)
    case tableFlash(Int)
    case workerDown
    case workerUp
    case configure
    case comeBack(Int)
    case nonsense
    case twice
  }

  /// What a journal tells.
  enum Note {
    case item(Item)
    case event(String)
    case effect(ProbeEngine.Effect)
    case truth(String)

    var text: String {
      switch self {
      case .item(let item): "\(item)"
      case .event(let text): "-> \(text)"
      case .effect(.probe(let order)): "<- probe \(order.path), flight \(order.flight.text)"
      case .effect(.announce(let change)):
        "<- \(change.path): \(change.previous) to \(change.health), "
          + "\(change.verdict?.rawValue ?? "-"), \(change.failureCount) failures"
      case .effect(let effect): "<- \(effect)"
      case .truth(let text): "   \(text)"
      }
    }
  }

  let seed: UInt64
  var random: SeededGenerator
  var now: Tick
  var engine: ProbeEngine
  var agenda = Agenda<Item>()
  var journal = Journal<Note>()
  /// The first thing that was not as it must be.
  var violation: String?

  var truths: [TrueMount] = []
  var numbers: [MountPath: Int] = [:]
  var configured: [Mount] = [] {
    didSet {
      watched = Dictionary(uniqueKeysWithValues: configured.map { ($0.path, $0) })
    }
  }
  var watched: [MountPath: Mount] = [:]
  var records: [MountPath: MountRecord] = [:]
  var flights: [Flight: FakeFlight] = [:]
  /// The one flight that may be out for each path.
  var out: [MountPath: Flight] = [:]
  var past: [Flight] = []
  var nextMountID: UInt64 = 100
  var table = MountTable.empty
  var tableRead: Tick
  var tableIsDue = false
  var workerIsDown = false
  var isCalm = false
  var alarm = 0
  var promised: Tick
  var stalledUntil: Tick
  var steps = 0

  init(seed: UInt64) throws {
    self.seed = seed
    random = SeededGenerator(seed: seed)
    now = Tick(nanoseconds: Int64(random.number(0...1_000_000_000)))
    promised = now
    stalledUntil = now
    tableRead = now
    engine = ProbeEngine(mounts: [], seed: 0, start: now)
    let count = random.chance(0.05) ? random.number(8...50) : random.number(1...4)
    // The more mounts, the shorter the story: all seeds take about as long to tell.
    duration = .seconds(random.chance(0.05) ? 3 * 3600 / count : max(60, 1_000 / count))
    for number in 0..<count {
      let truth = try TrueMount(number: number, id: UInt64(2 + number), using: &random)
      numbers[truth.path] = number
      truths.append(truth)
    }
    for truth in truths where truth.habit == .wretched || random.chance(0.9) {
      configured.append(try truth.configuration(using: &random))
    }
    // Observers do not run in an initializer.
    watched = Dictionary(uniqueKeysWithValues: configured.map { ($0.path, $0) })
    engine = ProbeEngine(mounts: configured, seed: random.next(), start: now)
    for mount in configured { records[mount.path] = MountRecord(start: now) }
    for number in truths.indices { planWeather(of: number) }
    if random.chance(0.4) { plan(.workerDown, in: random.time(1_000...600_000)) }
    if random.chance(0.6) { plan(.configure, in: random.time(1_000...300_000)) }
    if random.chance(0.5) { plan(.nonsense, in: random.time(1...60_000)) }
  }

  let duration: Duration

  /// Lives through it all: stormy times, a time in which nothing changes, a good end.
  func run() throws {
    deliverTable()
    try live(until: now + duration)
    isCalm = true
    let wait = settle(isGood: false) { random.chance(0.3) ? .good : .bad(using: &random) }
    try live(until: now + wait)
    checkThatConditionsShow()
    let rest = settle(isGood: true) { .good }
    try live(until: now + rest)
    checkThatAllIsWell()
  }

  func live(until end: Tick) throws {
    while violation == nil, let due = agenda.nextTick, due <= end, let next = agenda.next() {
      now = max(now, next.tick, stalledUntil)
      // Sometimes the shell is late: a busy machine, or one that slept.
      if !isCalm, random.chance(0.002) {
        let lag = random.chance(0.02) ? random.time(1_000...200_000) : random.time(1...900)
        stalledUntil = now + lag
      }
      if case .alarm(let number) = next.item, number != alarm { continue }
      try happen(next.item)
      steps += 1
    }
    now = max(now, end)
  }

  private func happen(_ item: Item) throws {
    switch item {
    case .alarm:
      feed(.turn)
    case .answer(let flight, let number):
      answer(flight, number: number)
    case .unableAnswer(let flight):
      giveUp(flight)
    case .readTable:
      deliverTable()
    case .weather(let number):
      changeCondition(of: number)
    case .tableWeather(let number):
      changeTable(of: number)
      let quickly = random.chance(0.3)
      plan(item, in: quickly ? random.time(1...2_000) : random.time(2_000...300_000))
    case .tableFlash(let number):
      changeTable(of: number)
    case .workerDown:
      journal.note(.item(item), at: now)
      breakWorker()
    case .workerUp:
      workerIsDown = false
      if !isCalm { plan(.workerDown, in: random.time(10_000...900_000)) }
    case .configure:
      guard !isCalm else { return }
      journal.note(.item(item), at: now)
      try reconfigure()
    case .comeBack(let number):
      try comeBack(number)
    case .nonsense:
      sendNonsense()
    case .twice:
      feed(.turn)
    }
  }

  func plan(_ item: Item, in time: Duration) {
    agenda.plan(item, at: now + time)
  }

  /// Records what must not be; the world ends there.
  func fail(_ text: @autoclosure () -> String) {
    guard violation == nil else { return }
    violation = """
      seed \(seed): \(text())
      replay: \(Seeds.replay(of: seed))
      watched: \(configured.map(\.story).joined(separator: "; "))
      the last that happened:
      \(journal.text { $0.text })
      """
  }
}
