import Pacing
import SimulationKit
import Testing

@testable import MountHealthCore

@Suite struct `Simulation of every small world of the worker machine` {
  /// A machine with two probes to send, and the processes that there are.
  struct Story: Hashable {
    var machine = WorkerMachine(start: .zero)
    var now = Tick.zero
    var wake = Tick.zero
    var isStarting = false
    var running: Int32?
    /// Processes that were killed and have not ended, with the mounts their threads are on.
    var dying: [Int32: Set<UInt32>] = [:]
    var threads: Set<UInt32> = []
    var out: Set<Flight> = []
    var over: Set<Flight> = []
    var nextPID: Int32 = 1
    var path: [String] = []
  }

  @Test func `keeps its rules in every order of events`() {
    var exploration = Exploration<Story, Story>()
    let fault = exploration.run(
      from: Story(), depth: 13, limit: 60_000,
      key: { story in
        var key = story
        key.path = []
        return key
      },
      steps: { $0.steps() })
    #expect(fault == nil, "\(fault ?? "")")
    print("worker machine: \(exploration.text)")
  }
}

extension `Simulation of every small world of the worker machine`.Story {
  static let flights = [Flight(mount: 1, sequence: 1), Flight(mount: 2, sequence: 1)]

  /// All that can happen next.
  func steps() -> [(state: Self, fault: String?)] {
    var events: [(WorkerMachine.Event, Tick)] = [(.turn, max(now, wake))]
    if isStarting {
      events += [(.started(pid: nextPID), now), (.startFailed("no"), now)]
    }
    if let running {
      events += [(.pong, now), (.broke("nonsense"), now), (.exited(pid: running, "died"), now)]
      for flight in Self.flights where !out.contains(flight) && !over.contains(flight) {
        events.append((.sent([flight]), now))
      }
    }
    events += out.sorted().map { (.reported($0), now) }
    for (pid, mounts) in dying.sorted(by: { $0.key < $1.key }) {
      events.append((.stuck(pid: pid, mounts: mounts), now))
      // Its threads let go, and it ends.
      events.append((.exited(pid: pid, "killed"), now))
      events += mounts.sorted().map { (.stuck(pid: pid, mounts: mounts.subtracting([$0])), now) }
    }
    return events.map { event, tick in
      var next = self
      let fault = next.take(event, at: tick)
      return (next, fault.map { "\($0): \(next.path)" })
    }
  }

  private mutating func take(_ event: WorkerMachine.Event, at tick: Tick) -> String? {
    now = tick
    path.append("\(event)")
    let wasWake = wake
    prepare(for: event)
    let effects = machine.handle(event, at: now)
    guard case .wake(let wake)? = effects.last, wake > now else { return "no wake: \(effects)" }
    self.wake = wake
    if event == .turn, wasWake <= now, wake <= wasWake { return "no progress" }
    for effect in effects {
      if let fault = carryOut(effect) { return fault }
    }
    if machine.isRunning != (running != nil) { return "running: \(machine.isRunning)" }
    if dying.isEmpty, !threads.isSuperset(of: out.map(\.mount)) { return "lost, and nobody told" }
    if machine.isRunning, machine.silentSince != nil { return "silent while it runs" }
    return nil
  }

  private mutating func prepare(for event: WorkerMachine.Event) {
    switch event {
    case .started(let pid):
      running = pid
      isStarting = false
      nextPID += 1
    case .startFailed: isStarting = false
    case .sent(let flights):
      out.formUnion(flights)
      threads.formUnion(flights.map(\.mount))
    case .reported(let flight):
      out.remove(flight)
      over.insert(flight)
      threads.remove(flight.mount)
      for pid in dying.keys { dying[pid]?.remove(flight.mount) }
    case .stuck(let pid, let mounts): dying[pid] = mounts
    case .exited(let pid, _):
      dying[pid] = nil
      if running == pid {
        threads = []
        running = nil
      }
    case .turn, .pong, .broke: break
    }
  }

  private mutating func carryOut(_ effect: WorkerMachine.Effect) -> String? {
    switch effect {
    case .start:
      if running != nil || isStarting { return "a second start" }
      isStarting = true
    case .kill(let pid):
      // A process that has ended is killed no more; only its pipes are closed.
      guard running == pid else { return running == nil ? nil : "\(pid) is killed" }
      dying[pid] = threads
      threads = []
      running = nil
    case .lost(let flights, _):
      for flight in flights {
        if out.remove(flight) == nil { return "\(flight) is lost and not out" }
        over.insert(flight)
        let isBusy = (dying.values + [threads]).contains { $0.contains(flight.mount) }
        if isBusy { return "\(flight) is lost and a thread is at it" }
      }
    case .inspect(let pid):
      if dying[pid] == nil { return "\(pid) is inspected" }
    case .ping: if running == nil { return "a ping for nobody" }
    case .announce, .wake: break
    }
    return nil
  }
}
