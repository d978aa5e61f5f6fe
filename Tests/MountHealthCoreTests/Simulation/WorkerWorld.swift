import Pacing
import SimulationKit

@testable import MountHealthCore

/// A world around one `WorkerMachine`: worker processes, and the shell that starts and kills them.
///
/// Who sends probes is left open: a `WorkerWorld` sends them itself, a `WholeWorld` has a
/// `ProbeEngine` that does.
class WorkerWorld {
  /// What is going to happen.
  enum Item: Hashable {
    case alarm(Int)
    case engineAlarm(Int)
    case started(Int)
    case pong(Int32)
    case finished(Int32, Flight)
    case lateReport(Flight)
    case exited(Int32, Int)
    case stuck(Int32)
    case send
    case trouble
    case weather(UInt32)
  }

  let seed: UInt64
  var random: SeededGenerator
  var now = Tick.zero
  var machine: WorkerMachine
  var workers = FakeWorkers()
  var agenda = Agenda<Item>()
  var journal = Journal<String>()
  var violation: String?
  var startsFail = false
  var isCalm = false
  /// Mounts whose probes do not come back, and whether SIGKILL frees them.
  var hanging: [UInt32: Bool] = [:]
  let mounts: UInt32
  /// The flights that were handed in and are neither reported nor lost.
  var out: [Flight: Int32] = [:]
  var over: Set<Flight> = []
  var past: [Flight] = []
  /// When the last worker, or the last attempt at one, came to its end.
  var ended: Tick?
  /// The least pause that has to follow.
  var pause = WorkerMachine.firstPause
  private var alarm = 0
  private var start = 0
  private var sequence: UInt32 = 0
  private var began = Tick.zero

  init(seed: UInt64, mounts: UInt32? = nil) {
    self.seed = seed
    var random = SeededGenerator(seed: seed)
    let chosen = UInt32(random.number(1...12))
    self.random = random
    self.mounts = mounts ?? chosen
    machine = WorkerMachine(start: .zero)
    for mount in 0..<self.mounts { plan(.weather(mount), in: self.random.time(100...60_000)) }
    plan(.trouble, in: self.random.time(1_000...60_000))
  }

  func begin() {
    feed(.turn)
    plan(.send, in: .milliseconds(10))
  }

  /// Stormy times, then times in which every start succeeds and every ping is answered.
  func run() {
    begin()
    live(until: now + .seconds(random.number(60...400)))
    isCalm = true
    startsFail = false
    for mount in 0..<mounts { heal(mount) }
    live(until: now + WorkerMachine.maximumPause + .seconds(20))
    if !machine.isRunning { fail("no worker runs in the end: \(machine.state)") }
    if workers.processes.count > 1 { fail("\(workers.processes.count) processes in the end") }
    checkEnd()
  }

  /// What else must hold in the end.
  func checkEnd() {
    let lost = out.filter { workers.processes[$0.value]?.threads[$0.key.mount] != $0.key }
    if !lost.isEmpty { fail("nobody was told that \(lost.keys.map(\.text)) are over") }
  }

  func live(until end: Tick) {
    while violation == nil, let due = agenda.nextTick, due <= end, let next = agenda.next() {
      now = max(now, next.tick)
      if case .alarm(let number) = next.item, number != alarm { continue }
      // A busy machine, or one that slept: nothing happens for a while.
      if !isCalm, random.chance(0.001) { now = now + random.time(1...90_000) }
      happen(next.item)
    }
    now = max(now, end)
  }

  func happen(_ item: Item) {
    switch item {
    case .alarm: feed(.turn)
    case .engineAlarm, .lateReport: break
    case .started(let number) where number == start:
      if startsFail {
        noteEnd(ranFor: .zero)
        feed(.startFailed("pids limit"))
      } else {
        let pid = workers.start()
        began = now
        feed(.started(pid: pid))
      }
    case .started: break
    case .pong(let pid):
      if workers.processes[pid]?.isKilled == false { feed(.pong) }
    case .finished(let pid, let flight): finish(flight, of: pid)
    case .exited(let pid, let number): end(pid, number)
    case .stuck(let pid):
      if let process = workers.processes[pid] {
        feed(.stuck(pid: pid, mounts: Set(process.threads.keys)))
      }
    case .send:
      if !isCalm { plan(.send, in: random.time(1...3_000)) }
      sendProbes()
    case .trouble: makeTrouble()
    case .weather(let mount): changeWeather(of: mount)
    }
    if item == .send, random.chance(0.05), !past.isEmpty {
      // An answer from beyond the grave.
      feed(.reported(random.pick(past)))
    }
  }

  /// Gives the machine an event and carries out what it says.
  func feed(_ event: WorkerMachine.Event) {
    journal.note("-> \(event)", at: now)
    let effects = machine.handle(event, at: now)
    let wakes = effects.filter { if case .wake = $0 { true } else { false } }
    guard wakes.count == 1, case .wake(let wake)? = effects.last else {
      return fail("the last of \(effects) is not the only wake")
    }
    if wake <= now { fail("the machine wants to be called again at once") }
    for effect in effects {
      if case .wake = effect {} else { journal.note("<- \(effect)", at: now) }
      carryOut(effect)
    }
    alarm += 1
    if wake.nanoseconds < .max { plan(.alarm(alarm), in: wake - now + random.time(0...2)) }
    if workers.running.count > 1 { fail("\(workers.running.count) workers run") }
  }

  private func carryOut(_ effect: WorkerMachine.Effect) {
    switch effect {
    case .start: beginStart()
    case .ping:
      if let worker = workers.running.first, !worker.isSilent {
        plan(.pong(worker.pid), in: random.time(0...50))
      }
    case .kill(let pid):
      noteEnd(ranFor: now - began)
      kill(pid)
    case .inspect(let pid): plan(.stuck(pid), in: random.time(0...3))
    case .lost(let flights, _): flights.forEach(lose)
    case .announce, .wake: break
    }
  }

  private func beginStart() {
    if !workers.running.isEmpty { fail("a start while a worker runs") }
    if let ended, now - ended < pause {
      fail("a start \(now - ended) after the last came to its end, \(pause) due")
    }
    start += 1
    plan(.started(start), in: random.time(0...30))
  }

  /// A start failed or a worker was given up. Those that ran well earn a quick start of the next.
  private func noteEnd(ranFor time: Duration) {
    if let last = ended, time < WorkerMachine.maximumPause, now > last {
      pause = min(pause * 2, WorkerMachine.maximumPause)
    } else {
      pause = WorkerMachine.firstPause
    }
    ended = now
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
      the last that happened:
      \(journal.text { $0 })
      """
  }

  /// Tells the sender of a probe that it is over.
  func tell(_ flight: Flight, isLost: Bool) {}

  /// Sends what is due; a mount that has a probe out gets none.
  func sendProbes() {
    guard machine.isRunning else { return }
    var flights: [Flight] = []
    for mount in 0..<mounts where random.chance(0.6) {
      guard !out.keys.contains(where: { $0.mount == mount }) else { continue }
      sequence += 1
      flights.append(Flight(mount: mount, sequence: sequence))
    }
    hand(flights)
  }
}
