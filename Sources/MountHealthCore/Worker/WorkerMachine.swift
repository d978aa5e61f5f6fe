public import Pacing
import TimeText

/// Keeps a probe worker alive: starts it, listens for its heartbeat, replaces it.
///
/// Probes that were out when a worker ended are told to be over only once nothing of the worker can
/// still be at them: when the process is gone, or when it is unkillable but no thread of it is on
/// that mount any more.
public struct WorkerMachine: Hashable, Sendable {
  /// What can happen.
  public enum Event: Hashable, Sendable {
    /// Time has passed.
    case turn
    /// The worker asked for was started.
    case started(pid: Int32)
    /// It could not be started.
    case startFailed(String)
    /// Probes were handed to the worker.
    case sent([Flight])
    /// A probe came back.
    case reported(Flight)
    /// The worker shows that it is alive.
    case pong
    /// Its pipe broke, or what came through it made no sense.
    case broke(String)
    /// The process has ended and was reaped.
    case exited(pid: Int32, String)
    /// The mounts on which threads of an unkillable worker still are.
    case stuck(pid: Int32, mounts: Set<UInt32>)
  }

  /// What is to be done about it.
  public enum Effect: Hashable, Sendable {
    /// Start a worker.
    case start
    /// Ask the worker for a sign of life, and to help probes that wait behind one that hangs.
    case ping
    /// Kill this process (SIGKILL) and close its pipes.
    case kill(pid: Int32)
    /// Look which threads of this process are left.
    case inspect(pid: Int32)
    /// These probes are over, without an answer, for this reason.
    case lost([Flight], String)
    /// Tell people.
    case announce(WorkerChange)
    /// Send `Event.turn` at this tick at the latest.
    case wake(Tick)
  }

  /// Where the worker stands.
  public enum State: Hashable, Sendable {
    /// None runs; one is due at this tick. Leads to `starting`.
    case waiting(until: Tick)
    /// One was asked for. Leads to `running`, or back to `waiting`.
    case starting
    /// One runs. Leads to `waiting` when it ends or no longer answers.
    case running(Running)
  }

  /// A worker that runs.
  public struct Running: Hashable, Sendable {
    var pid: Int32
    var since: Tick
    var heard: Tick
    var pinged: Tick?
    var flights: Set<Flight> = []
    var relief = Relief()
    /// When it was last given something to do.
    var ordered: Tick?

    /// Until when a sign of life that was asked for may take; any report is one.
    var patienceEnds: Tick { max(pinged ?? heard, heard) + WorkerMachine.patience }
  }

  /// A worker that was killed and has not ended.
  private struct Dying: Hashable, Sendable {
    var pid: Int32
    var killed: Tick
    var inspected: Tick
    var flights: Set<Flight>
    var isAnnounced = false
    /// Whether it was looked which of its flights are over.
    var isInspected = false
  }

  /// How often a sign of life is asked for.
  public static let heartbeat = Duration.seconds(5)
  /// How long one may take.
  public static let patience = Duration.seconds(3)
  /// How long a killed worker may take to end before it counts as unkillable.
  public static let killPatience = Duration.seconds(1)
  /// The first pause before a new start; it doubles up to `maximumPause`.
  public static let firstPause = Duration.milliseconds(100)
  /// The longest pause before a new start.
  public static let maximumPause = Duration.seconds(30)

  /// Where the worker stands.
  public private(set) var state: State
  /// How often a worker was started in place of another.
  public private(set) var restarts = 0
  private var hasRun = false
  private var dying: [Dying] = []
  private var pause = Self.firstPause

  /// A machine whose first worker is due at once.
  public init(start: Tick) {
    state = .waiting(until: start)
  }

  /// Since when no worker runs; `nil` while one does, and before the first was asked for.
  public private(set) var silentSince: Tick?

  /// Whether probes can be handed to a worker now.
  public var isRunning: Bool {
    if case .running = state { true } else { false }
  }

  /// Whether it is not known that somebody is at the probes that are out: nothing was heard of the
  /// worker since it was given the last ones, or it was killed a moment ago.
  public var isSilent: Bool {
    if case .running(let worker) = state, !worker.flights.isEmpty, let ordered = worker.ordered,
      worker.heard <= ordered
    {
      return true
    }
    return dying.contains { !$0.isInspected && !$0.flights.isEmpty }
  }

  /// Takes an event.
  public mutating func handle(_ event: Event, at now: Tick) -> [Effect] {
    var effects: [Effect] = []
    switch event {
    case .turn:
      break
    case .started(let pid):
      if case .starting = state {
        state = .running(Running(pid: pid, since: now, heard: now))
        silentSince = nil
        if hasRun { restarts += 1 }
        hasRun = true
        effects.append(.announce(.started(pid: pid)))
      }
    case .startFailed(let reason):
      if case .starting = state {
        silentSince = silentSince ?? now
        plan(at: now)
        effects.append(.announce(.startFailed(reason)))
      }
    case .sent(let flights):
      update {
        $0.flights.formUnion(flights)
        $0.relief.sent(flights, at: now)
        $0.ordered = now
      }
    case .reported(let flight):
      update {
        guard $0.flights.remove(flight) != nil else { return }
        $0.relief.ended(flight)
        $0.heard = now
      }
      // The last words of a killed worker: no sign of life of the next one.
      for index in dying.indices { dying[index].flights.remove(flight) }
    case .pong:
      update {
        $0.heard = now
        $0.pinged = nil
      }
    case .broke(let reason):
      if case .running(let worker) = state { effects += replace(worker, reason, at: now) }
    case .exited(let pid, let reason):
      effects += exited(pid, reason, at: now)
    case .stuck(let pid, let mounts):
      effects += stillStuck(pid, mounts)
    }
    effects += turn(at: now)
    effects.append(.wake(wake(at: now)))
    return effects
  }

  private mutating func update(_ change: (inout Running) -> Void) {
    guard case .running(var worker) = state else { return }
    change(&worker)
    state = .running(worker)
  }

  private mutating func turn(at now: Tick) -> [Effect] {
    var effects: [Effect] = []
    switch state {
    case .waiting(let due):
      if due <= now {
        state = .starting
        effects.append(.start)
      }
    case .starting:
      break
    case .running(let worker):
      if worker.pinged != nil {
        if worker.patienceEnds <= now {
          effects += replace(
            worker,
            "no sign of life for \((now - worker.heard).text(roundedTo: .milliseconds(100)))",
            at: now)
        }
      } else if now - worker.heard >= Self.heartbeat {
        update { $0.pinged = now }
        effects.append(.ping)
      }
      var relieves = false
      update { relieves = $0.relief.isDue(at: now) }
      if relieves, effects.isEmpty {
        // An answer is expected to this as to any other ping.
        update { $0.pinged = $0.pinged ?? now }
        effects.append(.ping)
      }
    }
    return effects + inspect(at: now)
  }

  private mutating func inspect(at now: Tick) -> [Effect] {
    var effects: [Effect] = []
    for index in dying.indices where now - dying[index].inspected >= Self.killPatience {
      dying[index].inspected = now
      if !dying[index].isAnnounced {
        dying[index].isAnnounced = true
        effects.append(.announce(.unkillable(pid: dying[index].pid)))
      }
      if !dying[index].flights.isEmpty {
        dying[index].isInspected = true
        effects.append(.inspect(pid: dying[index].pid))
      }
    }
    return effects
  }

  private mutating func replace(
    _ worker: Running, _ reason: String, at now: Tick
  ) -> [Effect] {
    dying.append(
      Dying(pid: worker.pid, killed: now, inspected: now, flights: worker.flights))
    silentSince = worker.heard
    // A worker that ran well for a while has earned a quick start of the next.
    if now - worker.since >= Self.maximumPause { pause = Self.firstPause }
    plan(at: now)
    return [.kill(pid: worker.pid), .announce(.replaced(pid: worker.pid, reason))]
  }

  private mutating func plan(at now: Tick) {
    state = .waiting(until: now + pause)
    pause = min(pause * 2, Self.maximumPause)
  }

  private mutating func exited(
    _ pid: Int32, _ reason: String, at now: Tick
  ) -> [Effect] {
    var effects: [Effect] = []
    if case .running(let worker) = state, worker.pid == pid {
      effects += replace(worker, reason, at: now)
    }
    guard let index = dying.firstIndex(where: { $0.pid == pid }) else { return effects }
    let ended = dying.remove(at: index)
    if !ended.flights.isEmpty {
      effects.append(.lost(ended.flights.sorted(), "the probe worker ended: \(reason)"))
    }
    return effects
  }

  private mutating func stillStuck(_ pid: Int32, _ mounts: Set<UInt32>) -> [Effect] {
    guard let index = dying.firstIndex(where: { $0.pid == pid }) else { return [] }
    let over = dying[index].flights.filter { !mounts.contains($0.mount) }
    guard !over.isEmpty else { return [] }
    dying[index].flights.subtract(over)
    return [.lost(over.sorted(), "the probe worker was killed")]
  }

  private func wake(at now: Tick) -> Tick {
    var wake: Tick
    switch state {
    case .waiting(let due): wake = due
    case .starting: wake = now + Self.patience
    case .running(let worker):
      wake = worker.pinged == nil ? worker.heard + Self.heartbeat : worker.patienceEnds
      wake = min(wake, worker.relief.due ?? wake)
    }
    for worker in dying where !worker.isAnnounced || !worker.flights.isEmpty {
      wake = min(wake, worker.inspected + Self.killPatience)
    }
    return wake
  }
}
