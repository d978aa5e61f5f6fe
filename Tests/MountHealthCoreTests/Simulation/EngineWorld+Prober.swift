import Pacing
import SimulationKit

@testable import MountHealthCore

// The fake prober and the fake shell: they carry effects out, and answer.
extension EngineWorld {
  /// Gives the engine an event and carries out what it says.
  func feed(_ event: ProbeEngine.Event, touching touched: MountPath? = nil) {
    journal.note(.event(Self.text(of: event)), at: now)
    let effects = engine.handle(event, at: now)
    var paths: Set<MountPath> = []
    for flight in flights.values where flight.deadline <= now && !flight.isLate {
      flights[flight.flight]?.isLate = true
      paths.insert(truths[flight.mount].path)
    }
    if let touched { paths.insert(touched) }
    checkShape(of: effects)
    countHungRounds()
    var refused: [Flight] = []
    var queues: [UInt32] = []
    for effect in effects {
      switch effect {
      case .probe(let order):
        journal.note(.effect(effect), at: now)
        launch(order)
        if workerIsDown { refused.append(order.flight) }
      case .announce(let change):
        journal.note(.effect(effect), at: now)
        paths.insert(change.path)
        check(change)
      case .readTable:
        planTableRead()
      case .readFuseQueue(let mount, _):
        if random.chance(0.5) { queues.append(mount) }
      case .wake(let tick):
        promised = tick
        alarm += 1
        if tick.nanoseconds < .max { plan(.alarm(alarm), in: tick - now + timerLag()) }
      }
    }
    for mount in queues { refreshQueue(of: mount) }
    check(paths)
    for flight in refused { giveUp(flight) }
  }

  /// Timers are never early and a little late.
  private func timerLag() -> Duration {
    isCalm || random.chance(0.9) ? .microseconds(random.number(0...900)) : random.time(1...300)
  }

  private func refreshQueue(of mount: UInt32) {
    let effects = engine.handle(.fuseQueue(mount: mount, waiting: 3), at: now)
    if effects != [.wake(promised)] { fail("reading a FUSE queue led to \(effects)") }
  }

  private func launch(_ order: ProbeOrder) {
    guard let number = numbers[order.path],
      let mount = watched[order.path]
    else { return fail("a probe of \(order.path), which is not watched") }
    if let other = out[order.path] { fail("\(order) while \(other) is out") }
    if flights[order.flight] != nil || past.contains(order.flight) {
      fail("\(order.flight) is used twice")
    }
    if order.probe != mount.probe { fail("\(order) asks what is not configured") }
    let last = records[order.path]?.lastLaunch
    let isFirst = records[order.path]?.probes ?? 0 < 2
    records[order.path]?.probes += 1
    records[order.path]?.lastLaunch = now
    let truth = truths[number]
    // An unmounted path is an ordinary directory, as a rule without a canary.
    var condition = truth.condition
    if truth.stack.isEmpty {
      condition = mount.probe.target == .directory || random.chance(0.2) ? .good : .canaryMissing
    }
    flights[order.flight] = FakeFlight(
      flight: order.flight, mount: number, launched: now, deadline: now + mount.timeout,
      sighting: truth.sighting, identity: truth.stack.last?.identity, condition: condition,
      isExtra: isFirst || last.map { now - $0 < MountRecord.shortestRound(of: mount) } ?? false)
    out[order.path] = order.flight
    if let latency = condition.latency(of: mount, using: &random) {
      plan(.answer(order.flight, 0), in: latency)
      // The worst moment for a mount or an unmount: while a probe is under way.
      if random.chance(0.02) { plan(.tableFlash(number), in: latency / random.number(2...10)) }
    }
  }

  /// A probe comes back.
  func answer(_ flight: Flight, number: Int) {
    guard let known = flights[flight], known.answer == number else { return }
    if known.isAbandoned { return giveUp(flight) }
    guard let mount = watched[truths[known.mount].path] else {
      // Nobody watches it any more; the engine has to forget it all the same.
      forget(known)
      return feed(.answered(flight, ProbeReport(finding: known.condition.finding)))
    }
    let report = ProbeReport(
      finding: known.condition.finding,
      sighting: known.condition.showsPlace ? known.sighting : nil,
      latency: now - known.launched)
    note(report, of: known, for: mount)
    forget(known)
    feed(.answered(flight, report), touching: mount.path)
    if random.chance(0.02) { sendNonsense() }
  }

  /// A probe is over without an answer.
  func giveUp(_ flight: Flight) {
    guard let known = flights[flight] else { return }
    let path = truths[known.mount].path
    forget(known)
    records[path]?.reasons += 1
    feed(.answered(flight, ProbeReport(finding: .unable("the worker is gone"))), touching: path)
  }

  private func forget(_ known: FakeFlight) {
    flights[known.flight] = nil
    out[truths[known.mount].path] = nil
    past.append(known.flight)
    if past.count > 50 { past.removeFirst() }
  }

  /// Answers of flights that are over or never were: nothing may come of them.
  func sendNonsense() {
    if !isCalm { plan(.nonsense, in: random.time(1_000...120_000)) }
    guard promised > now else { return }
    var flight = Flight(
      mount: UInt32(random.number(0...60)), sequence: UInt32(random.number(0...2_000)))
    if !past.isEmpty, random.chance(0.7) { flight = random.pick(past) }
    guard flights[flight] == nil else { return }
    let before = engine.statuses(at: now)
    let finding = random.pick([Condition.good, .empty, .failing(.read, 5)]).finding
    let effects = engine.handle(.answered(flight, ProbeReport(finding: finding)), at: now)
    if effects != [.wake(promised)] { fail("an answer of \(flight), not out, led to \(effects)") }
    if engine.statuses(at: now) != before { fail("an answer of \(flight), not out, was believed") }
  }

  /// The worker dies: what is out is over at once, or once the threads let go.
  func breakWorker() {
    guard !isCalm else { return }
    workerIsDown = true
    plan(.workerUp, in: random.chance(0.2) ? random.time(1...200_000) : random.time(50...5_000))
    for flight in flights.values.map(\.flight).sorted() {
      guard let known = flights[flight] else { continue }
      if known.condition == .hung(isKillable: false) || random.chance(0.1) {
        flights[flight]?.isAbandoned = true
      } else {
        flights[flight]?.answer += 1
        plan(.unableAnswer(flight), in: random.time(0...1_500))
      }
    }
  }

  private static func text(of event: ProbeEngine.Event) -> String {
    switch event {
    case .table: "table"
    case .configured(let mounts): "configured \(mounts.count)"
    case .answered(let flight, let report):
      "answered \(flight.mount)/\(flight.sequence) \(report.finding) "
        + "at \(report.sighting.map { "\($0.mountID)" } ?? "-") in \(report.latency)"
    default: "\(event)"
    }
  }
}
