import MountHealthCore
import Pacing
import Synchronization

/// The shell of the restart machine: tells it what the monitor sees and what came of its calls, and
/// carries out what it wants done. It chooses nothing.
///
/// It runs in a task of its own. Nothing of it is waited for by the monitor, by HTTP, or at the start.
final class Watchdog: Sendable {
  let view: WatchdogView
  private let inbox = WatchdogInbox()
  private let monitor: MountMonitor
  private let doors: WatchdogDoors
  private let log: Log
  private let settings: Mutex<WatchdogSettings>
  private let ending: Ending

  /// How long to wait before access to the cluster is looked for again, where it was not found.
  static let identityPause = Duration.seconds(30)

  /// - Parameters:
  ///   - settings: What the configuration says.
  ///   - monitor: Whose mounts it is about.
  ///   - doors: How the world is reached.
  ///   - log: Where it tells what it does.
  /// - Throws: `ErrorNumber` where there are no descriptors left.
  init(
    _ settings: WatchdogSettings, _ monitor: MountMonitor, _ doors: WatchdogDoors, _ log: Log
  ) throws {
    ending = try Ending()
    self.settings = Mutex(settings)
    self.monitor = monitor
    self.doors = doors
    self.log = log
    view = WatchdogView(at: .now())
    // Weak, for the monitor holds its observers for ever.
    monitor.observe { [weak inbox] notice in
      if case .change = notice { inbox?.mountsChanged() }
    }
  }

  /// Takes over what a new configuration says.
  func configure(_ settings: WatchdogSettings) {
    self.settings.withLock { $0 = settings }
    inbox.send(.configured(settings))
  }

  /// Asks it to end. Returns at once.
  func stop() {
    inbox.send(.stopping)
  }

  /// Waits until it has put its things in order, or `patience` is over. After `stop`.
  func waitUntilEnded(atMost patience: Duration) {
    ending.wait(atMost: patience)
  }

  /// Runs until `stop`.
  func run() async {
    var machine = RestartMachine(
      policy: RestartPolicy(settings.withLock { $0 }), seed: .random(in: 0 ... .max), start: .now())
    let timer = TickTimer { [inbox] in inbox.send(.timer) }
    let work = Task { await self.identify() }
    defer {
      work.cancel()
      ending.come()
    }
    inbox.mountsChanged()
    await withDiscardingTaskGroup { group in
      for await signal in inbox.signals {
        let event = event(of: signal)
        let now = Tick.now()
        let effects = machine.handle(event, at: now)
        for effect in effects {
          switch effect {
          case .send(let request): group.addTask { await self.carryOut(request) }
          case .announce(let notice): doors.announce(notice)
          case .log(let line): log.tell(line)
          case .exit(let code): exit(code)
          case .wake(let tick): timer.set(tick)
          }
        }
        view.show(machine, droppedEvents: doors.droppedEvents(), at: now)
        if machine.isAtRest { inbox.close() }
      }
      timer.cancel()
      // A repair that is out is not waited for: the last events would come too late.
      group.cancelAll()
    }
    await doors.close()
  }

  private func event(of signal: WatchdogInbox.Signal) -> RestartMachine.Event {
    switch signal {
    case .mountsChanged:
      inbox.takeChange()
      let settings = settings.withLock { $0 }
      return .mounts(monitor.statuses().map { MountNeed($0, settings) })
    case .configured(let settings): return .configured(RestartPolicy(settings))
    case .identified(let own): return .identified(own)
    case .answered(let id, let answer): return .answered(id, answer)
    case .timer: return .tick
    case .stopping: return .stopping
    }
  }

  private func carryOut(_ request: RestartRequest) async {
    let settings = settings.withLock { $0 }
    let mounts = monitor.statuses().map(\.mount)
    let answer = await Deadline.race(until: request.deadline) {
      await self.doors.carryOut(request.call, settings, mounts)
    } otherwise: {
      .failed(CallFault(.transient, "no answer in time", mayHaveHappened: true))
    }
    if request.call.isOfAPIServer { view.count(answer) }
    inbox.send(.answered(request.id, answer))
  }

  /// Finds out which pod this is. What is not there yet is looked for again.
  private func identify() async {
    while !Task.isCancelled {
      let own = await doors.identify()
      inbox.send(.identified(own))
      switch own {
      case .pod: return
      case .unknown, .notInCluster, .fault: break
      }
      try? await Task.sleep(for: Self.identityPause)
    }
  }

  private func exit(_ code: Int32) {
    log.warn(
      "ending, so that the containers of the pod are restarted", ["exitCode": .int(Int(code))])
    doors.exit(code)
  }
}

/// That it has ended, for a thread that waits for it.
private final class Ending: Sendable {
  private let alarm: Alarm
  private let hasCome = Atomic(false)

  init() throws {
    alarm = try Alarm()
  }

  func come() {
    hasCome.store(true, ordering: .releasing)
    alarm.ring()
  }

  func wait(atMost patience: Duration) {
    let limit = Tick.now() + patience
    while !hasCome.load(ordering: .acquiring) {
      let rest = limit - Tick.now()
      guard rest > .zero else { return }
      alarm.wait(atMost: rest)
    }
  }
}

extension RestartCall {
  fileprivate var isOfAPIServer: Bool {
    switch self {
    case .reviewAccess, .readPod, .readRecord, .writeRecord, .evict, .delete: true
    case .checkUpstream, .repair: false
    }
  }
}
