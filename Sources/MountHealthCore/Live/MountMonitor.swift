import CLinux
import Glibc
public import Pacing
import Synchronization

/// Watches mounts: the live shell around a `ProbeEngine`.
///
/// The monitor has a thread of its own that waits in poll(2): for answers of probes, for changes of
/// the mount table, for the next thing that is due. It opens, stats and lists no watched path.
///
/// ```swift
/// let monitor = try MountMonitor(mounts: [mount])
/// async let _ = monitor.run()
/// for await change in monitor.changes() { print(change.label, change.health) }
/// ```
public final class MountMonitor: Sendable {
  fileprivate let engine: Mutex<ProbeEngine>
  private let prober: ProberChoice
  private let inbox = Mutex(Inbox())
  private let wakeup: Int32
  private let vitals = Mutex(Vitals())
  fileprivate let turns = Atomic<UInt64>(0)

  private struct Inbox {
    var mounts: [Mount]?
    var isStopped = false
    var hasRun = false
    var hasEnded = false
    var isWanted = false
    var observers: [@Sendable (MonitorNotice) -> Void] = []
    var readers: [@Sendable () -> Void] = []
  }

  /// The monitor's own signs of life.
  public struct Vitals: Hashable, Sendable {
    /// When the monitor's thread last went round.
    public var lastTurn: Tick?
    /// Since when no probe worker runs; `nil` while one does, or where none is used.
    public var workerSilentSince: Tick?
    /// How often a probe worker was started in place of another.
    public var workerRestarts = 0
    /// Why the mount table could not be read at the last try; `nil` where it could.
    public var tableFault: ErrorNumber?
  }

  /// A monitor that does nothing until `run` is called.
  ///
  /// - Parameters:
  ///   - mounts: What to watch.
  ///   - prober: How to probe.
  ///   - seed: Where the schedule's jitter comes from; random where it is not given.
  /// - Throws: The errno, where the kernel has no descriptor left for the monitor.
  public init(
    mounts: [Mount], prober: ProberChoice = .inProcess, seed: UInt64? = nil
  ) throws(ErrorNumber) {
    engine = Mutex(
      ProbeEngine(
        mounts: mounts, seed: seed ?? UInt64.random(in: .min ... .max), start: .now()))
    self.prober = prober
    wakeup = try Descriptor(clinux_eventfd()).release()
  }

  deinit {
    close(wakeup)
  }

  /// What is known of each mount now, in the order of the configuration.
  public func statuses() -> [MountStatus] {
    engine.withLock { $0.statuses(at: .now()) }
  }

  /// How many mounts there are of each health.
  public var healthCounts: [Health: Int] {
    engine.withLock { $0.healthCounts }
  }

  /// A number that is another one after anything became known: as long as it stays, so does all
  /// that `statuses` tells, but for what grows with time.
  public var revision: UInt64 {
    turns.load(ordering: .acquiring)
  }

  /// The monitor's own signs of life.
  public var signsOfLife: Vitals {
    vitals.withLock { $0 }
  }

  /// Watches these mounts from now on, and no others. What is known of a mount whose path stays is
  /// kept; a probe that is out is waited for.
  public func configure(_ mounts: [Mount]) {
    inbox.withLock { $0.mounts = mounts }
    wake()
  }

  /// Calls `observer` with each notice, on the monitor's thread: it must not block. Where the monitor
  /// has ended, calls it with `stopped` at once.
  public func observe(_ observer: @escaping @Sendable (MonitorNotice) -> Void) {
    let hasEnded = inbox.withLock { inbox in
      if !inbox.hasEnded { inbox.observers.append(observer) }
      return inbox.hasEnded
    }
    if hasEnded { observer(.stopped) }
  }

  /// What is known of each mount now, and the mount table by which it is known: empty before the
  /// first one was read.
  public func statusesAndTable() -> (statuses: [MountStatus], table: MountTable) {
    engine.withLock { ($0.statuses(at: .now()), $0.table) }
  }

  /// Calls `reader` when the mount table was read and when a probe with wishes came back, on the
  /// monitor's thread: it must not block.
  public func observeReadings(_ reader: @escaping @Sendable () -> Void) {
    inbox.withLock { $0.readers.append(reader) }
  }

  /// Looks at all mounts now, beside the schedule. One whose probe is out is looked at again when
  /// that is back.
  public func lookNow() {
    inbox.withLock { $0.isWanted = true }
    wake()
  }

  /// The changes from now on. A reader who falls behind by more than 256 misses the oldest; what is
  /// true now is always in `statuses()`.
  public func changes() -> AsyncStream<Change> {
    AsyncStream(bufferingPolicy: .bufferingNewest(256)) { continuation in
      observe { notice in
        switch notice {
        case .change(let change): continuation.yield(change)
        case .worker, .tableUnreadable: break
        case .stopped: continuation.finish()
        }
      }
    }
  }

  /// Watches until the task is cancelled or `stop` is called.
  ///
  /// Blocks no thread of the cooperative pool. A monitor runs once.
  ///
  /// - Throws: The errno, where the thread or `/proc/self/mountinfo` cannot be had.
  public func run() async throws(ErrorNumber) {
    let result: Result<Void, ErrorNumber> = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        do throws(ErrorNumber) {
          try start { continuation.resume(returning: $0) }
        } catch {
          continuation.resume(returning: .failure(error))
        }
      }
    } onCancel: {
      stop()
    }
    try result.get()
  }

  /// Starts the monitor's thread.
  ///
  /// - Parameter completion: Called at its end, on that thread.
  /// - Throws: The errno, where no thread can be had.
  public func start(
    completion: @escaping @Sendable (Result<Void, ErrorNumber>) -> Void
  ) throws(ErrorNumber) {
    let mayRun = inbox.withLock { inbox in
      defer { inbox.hasRun = true }
      return !inbox.hasRun
    }
    guard mayRun else { return completion(.failure(ErrorNumber(rawValue: EALREADY))) }
    try startThread {
      clinux_name_thread("monitor")
      let result: Result<Void, ErrorNumber>
      do throws(ErrorNumber) {
        result = .success(try MonitorLoop(self, self.prober).run())
      } catch {
        result = .failure(error)
      }
      self.inbox.withLock { $0.hasEnded = true }
      self.tell(.stopped)
      completion(result)
    }
  }

  /// Ends the monitor's thread within moments, whatever its probes are at. Can be called from any
  /// thread, and more than once.
  public func stop() {
    inbox.withLock { $0.isStopped = true }
    wake()
  }

  private func wake() {
    var one: UInt64 = 1
    _ = write(wakeup, &one, MemoryLayout<UInt64>.size)
  }
}

/// What a monitor tells its observers.
public enum MonitorNotice: Hashable, Sendable {
  /// A mount changed.
  case change(Change)
  /// The probe worker changed.
  case worker(WorkerChange)
  /// `/proc/self/mountinfo` could not be read; it is tried again a second later.
  case tableUnreadable(ErrorNumber)
  /// The monitor has ended.
  case stopped
}

extension MountMonitor {
  /// The descriptor that becomes readable when there is something in the inbox.
  var wakeupDescriptor: Int32 { wakeup }

  /// Takes what callers have asked for since the last call.
  func takeRequests() -> (mounts: [Mount]?, isWanted: Bool, isStopped: Bool) {
    inbox.withLock { inbox in
      defer {
        inbox.mounts = nil
        inbox.isWanted = false
      }
      return (inbox.mounts, inbox.isWanted, inbox.isStopped)
    }
  }

  /// Hands events to the engine.
  func handle(_ events: [ProbeEngine.Event], at now: Tick) -> [ProbeEngine.Effect] {
    defer { turns.wrappingAdd(1, ordering: .releasing) }
    return engine.withLock { $0.handle(events, at: now) }
  }

  /// Tells all observers.
  func tell(_ notice: MonitorNotice) {
    for observer in inbox.withLock({ $0.observers }) { observer(notice) }
  }

  /// Notes whether the mount table could be read.
  func noteTableFault(_ fault: ErrorNumber?) {
    vitals.withLock { $0.tableFault = fault }
  }

  /// Tells whoever wants to know of readings that there are some.
  func tellOfReadings() {
    for reader in inbox.withLock({ $0.readers }) { reader() }
  }

  /// Shows that the monitor's thread goes round.
  func showLife(at now: Tick, worker: WorkerMachine?) {
    vitals.withLock {
      $0.lastTurn = now
      $0.workerSilentSince = worker?.silentSince
      $0.workerRestarts = worker?.restarts ?? 0
    }
  }
}
