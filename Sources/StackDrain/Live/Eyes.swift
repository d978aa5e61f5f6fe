import CLinux
import Glibc
public import MountHealthCore
public import Pacing
import Synchronization

/// Watches a pool: gathers evidence without touching it from this process.
///
/// A mount monitor probes the pool and its branches. Beside it a thread waits for what the kernel
/// tells of drives, reads which drive carries which label, and puts all of it together.
public final class PoolEyes: Sendable {
  let pool: PoolDescription
  let probing: ProbingSettings
  let monitor: MountMonitor
  let bell: Alarm
  private let desk = Desk()

  /// The eyes' own signs of life.
  public struct Vitals: Hashable, Sendable {
    /// When evidence was told last.
    public var lastEvidence: Tick?
    /// Why the kernel's events do not come; `nil` where they do. Then the interval and the mount table
    /// are all that makes a look due.
    public var eventsFault: ErrorNumber?
    /// How often the kernel had more to tell than there was room for.
    public var eventsLost = 0
    /// How often a probe worker was started in place of another.
    public var workerRestarts = 0
    /// Since when no probe worker runs; `nil` while one does.
    public var workerSilentSince: Tick?
  }

  /// What callers and the monitor leave for the thread, apart from the eyes so that the monitor's
  /// observers do not keep them alive.
  private final class Desk: Sendable {
    struct State {
      var isWanted = false
      var hasReadings = false
      var isStopped = false
      var hasRun = false
      var observers: [@Sendable (PoolEvidence) -> Void] = []
      var listeners: [@Sendable (EyesNotice) -> Void] = []
      var labels: LabelReading = [:]
      var vitals = Vitals()
    }

    let state = Mutex(State())

    func tell(_ notice: EyesNotice) {
      let listeners = state.withLock { state in
        switch notice {
        case .eventsUnavailable(let error): state.vitals.eventsFault = error
        case .eventsLost: state.vitals.eventsLost += 1
        case .worker, .tableUnreadable, .labelUnknown, .stopped: break
        }
        return state.listeners
      }
      for listener in listeners { listener(notice) }
    }
  }

  /// Eyes that are closed until `start` is called.
  ///
  /// - Parameters:
  ///   - pool: What to watch.
  ///   - probing: How to look.
  ///   - prober: Who touches the pool: a probe worker, wherever mounts can hang.
  /// - Throws: The errno, where the kernel has no descriptor left.
  public init(
    _ pool: PoolDescription, _ probing: ProbingSettings, prober: ProberChoice
  ) throws(ErrorNumber) {
    self.pool = pool
    self.probing = probing
    bell = try Alarm()
    monitor = try MountMonitor(mounts: pool.mounts(probing), prober: prober)
    let desk = desk
    let bell = bell
    monitor.observeReadings {
      desk.state.withLock { $0.hasReadings = true }
      bell.ring()
    }
    monitor.observe { notice in
      switch notice {
      case .change: desk.state.withLock { $0.hasReadings = true }
      case .worker(let change): desk.tell(.worker(change))
      case .tableUnreadable(let error): desk.tell(.tableUnreadable(error))
      case .stopped: break
      }
      bell.ring()
    }
  }

  /// Calls `observer` with the evidence, each time that it is another one and once an interval, on a
  /// thread of the eyes: it must not block.
  public func observe(_ observer: @escaping @Sendable (PoolEvidence) -> Void) {
    desk.state.withLock { $0.observers.append(observer) }
  }

  /// Calls `listener` with what is worth a line in a log, on a thread of the eyes: it must not block.
  public func listen(_ listener: @escaping @Sendable (EyesNotice) -> Void) {
    desk.state.withLock { $0.listeners.append(listener) }
  }

  /// Opens the eyes. They can be opened once.
  ///
  /// - Throws: The errno, where no thread can be had.
  public func start() throws(ErrorNumber) {
    let mayRun = desk.state.withLock { state in
      defer { state.hasRun = true }
      return !state.hasRun
    }
    guard mayRun else { throw ErrorNumber(rawValue: EALREADY) }
    let desk = desk
    let bell = bell
    try monitor.start { result in
      // Without the monitor there is nothing to see: the eyes close with it.
      if case .failure(let error) = result { desk.tell(.stopped(error)) }
      desk.state.withLock { $0.isStopped = true }
      bell.ring()
    }
    do {
      try startThread {
        clinux_name_thread("pool-eyes")
        EyesLoop(self).run()
        self.monitor.stop()
      }
    } catch {
      monitor.stop()
      throw error
    }
  }

  /// Looks at everything now, beside the schedule.
  public func lookNow() {
    desk.state.withLock { $0.isWanted = true }
    bell.ring()
  }

  /// Closes the eyes, within moments, whatever probes are at.
  public func stop() {
    desk.state.withLock { $0.isStopped = true }
    monitor.stop()
    bell.ring()
  }

  /// The eyes' own signs of life.
  public var vitals: Vitals {
    var vitals = desk.state.withLock { $0.vitals }
    let monitor = monitor.signsOfLife
    vitals.workerRestarts = monitor.workerRestarts
    vitals.workerSilentSince = monitor.workerSilentSince
    return vitals
  }
}

/// What eyes tell beside evidence.
public enum EyesNotice: Hashable, Sendable {
  /// The probe worker changed.
  case worker(WorkerChange)
  /// `/proc/self/mountinfo` could not be read; it is tried again a second later.
  case tableUnreadable(ErrorNumber)
  /// The kernel's events cannot be had; told once. Drives are then seen by the interval and the mount
  /// table.
  case eventsUnavailable(ErrorNumber)
  /// The kernel had more to tell than there was room for; everything is looked at for it.
  case eventsLost
  /// No drive has carried this label of a branch yet, and one is mounted where it should be: most
  /// likely the label is another. Told once.
  case labelUnknown(String)
  /// The eyes closed by themselves: the mount monitor could not go on.
  case stopped(ErrorNumber)
}

extension PoolEyes {
  /// Takes what callers have asked for since the last call.
  func takeRequests() -> (isWanted: Bool, hasReadings: Bool, isStopped: Bool) {
    desk.state.withLock { state in
      defer {
        state.isWanted = false
        state.hasReadings = false
      }
      return (state.isWanted, state.hasReadings, state.isStopped)
    }
  }

  /// Tells the evidence to all observers.
  func publish(_ evidence: PoolEvidence) {
    let observers = desk.state.withLock { state in
      state.vitals.lastEvidence = .now()
      return state.observers
    }
    for observer in observers { observer(evidence) }
  }

  /// Tells a notice to all listeners.
  func tell(_ notice: EyesNotice) {
    desk.tell(notice)
  }

  /// Keeps the labels that were read last.
  func note(_ labels: LabelReading) {
    desk.state.withLock { $0.labels = labels }
  }

  /// The devices behind the pool, as far as they are known now.
  var devices: PoolDevices {
    PoolDevices(statuses: monitor.statuses(), labels: desk.state.withLock { $0.labels })
  }
}
