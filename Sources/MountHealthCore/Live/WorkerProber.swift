import CLinux
import Glibc
import Pacing

/// Probes by a child process: carries out what a `WorkerMachine` decides.
final class WorkerProber: Prober {
  private let command: [String]
  private(set) var machine: WorkerMachine
  private var child: WorkerProcess?
  private var killed: [WorkerProcess] = []
  private var machineWake: Tick

  /// How often a killed child is asked for while it ought to end any moment.
  private static let reapInterval = Duration.milliseconds(20)

  init(command: [String], start: Tick) {
    self.command = command
    machine = WorkerMachine(start: start)
    machineWake = start
  }

  var descriptors: [(descriptor: Int32, events: Int16)] { child?.descriptors ?? [] }

  var wake: Tick {
    killed.map(\.reapDue).reduce(machineWake, min)
  }

  var isSilent: Bool { machine.isSilent }

  func begin(_ orders: [ProbeOrder], at now: Tick) -> [ProberEvent] {
    guard let child, machine.isRunning else {
      return orders.map {
        .answered($0.flight, ProbeReport(finding: .unable("no probe worker is running")))
      }
    }
    let events = handle(.sent(orders.map(\.flight)), at: now)
    do {
      try child.channel.send(orders)
      return events
    } catch {
      return events + ended(child, error, at: now)
    }
  }

  func turn(at now: Tick, ready: [Int32]) -> [ProberEvent] {
    var events: [ProberEvent] = []
    if let child, !ready.isEmpty { events += exchange(with: child, ready, at: now) }
    for process in killed where process.reapDue <= now {
      process.reapDue = now + max(Self.reapInterval, (now - process.killedAt) / 4)
      guard let reason = process.reap() else { continue }
      killed.removeAll { $0 === process }
      events += handle(.exited(pid: process.pid, reason), at: now)
    }
    if machineWake <= now { events += handle(.turn, at: now) }
    return events
  }

  func stop() {
    if let child {
      child.kill(at: .now())
      killed.append(child)
    }
    child = nil
    // The program may live on: it is to keep no zombies, but for those that cannot be killed.
    for _ in 0..<100 {
      killed.removeAll { $0.reap() != nil }
      guard !killed.isEmpty else { return }
      usleep(1000)
    }
  }

  private func exchange(
    with child: WorkerProcess, _ ready: [Int32], at now: Tick
  ) -> [ProberEvent] {
    var events: [ProberEvent] = []
    do {
      if ready.contains(child.errors.number) { child.hearComplaints() }
      try child.channel.flush()
      let hasReports = ready.contains(child.channel.descriptor.descriptor)
      for report in hasReports ? try child.channel.receive() : [] {
        events += handle(.reported(report.flight), at: now)
        events.append(.answered(report.flight, report.report))
      }
      if ready.contains(child.life.number), child.hearSignOfLife() {
        events += handle(.pong, at: now)
      }
    } catch {
      events += ended(child, error, at: now)
    }
    return events
  }

  private func ended(
    _ child: WorkerProcess, _ fault: MessageChannel.Fault, at now: Tick
  ) -> [ProberEvent] {
    // The process may have ended by itself: then its status tells more than the broken socket.
    child.reapSoon().map { handle(.exited(pid: child.pid, $0), at: now) }
      ?? handle(.broke("\(fault)"), at: now)
  }

  /// Carries out what the machine says; what that leads to goes back into it.
  private func handle(_ event: WorkerMachine.Event, at now: Tick) -> [ProberEvent] {
    var events: [ProberEvent] = []
    for effect in machine.handle(event, at: now) {
      switch effect {
      case .start:
        events += start(at: now)
      case .ping:
        child?.askForSignOfLife()
      case .kill(let pid):
        kill(pid, at: now)
      case .inspect(let pid):
        if let mounts = WorkerProcess.busyMounts(of: pid) {
          events += handle(.stuck(pid: pid, mounts: mounts), at: now)
        }
      case .lost(let flights, let reason):
        events += flights.map { .answered($0, ProbeReport(finding: .unable(reason))) }
      case .announce(let change):
        events.append(.worker(change))
      case .wake(let tick):
        machineWake = tick
      }
    }
    return events
  }

  private func start(at now: Tick) -> [ProberEvent] {
    do {
      let child = try WorkerProcess(command: command)
      self.child = child
      return handle(.started(pid: child.pid), at: now)
    } catch {
      return handle(
        .startFailed("start \(command.first ?? "the probe worker"): \(error)"), at: now)
    }
  }

  private func kill(_ pid: Int32, at now: Tick) {
    guard let child, child.pid == pid else { return }
    child.kill(at: now)
    if !child.isReaped { killed.append(child) }
    self.child = nil
  }
}
