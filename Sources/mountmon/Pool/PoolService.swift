import MountHealthCore
import Pacing
import StackDrain
import Synchronization

/// A running monitor of a pool: the engine in a task, files, signals and the control socket on a
/// thread each, HTTP on this one.
struct PoolService {
  private let room: PoolRoom
  private let log: Log
  private let monitor: PoolMonitor
  private let routes: PoolRoutes
  private let front: HTTPFront?
  private let control: HTTPServer?
  private let ledger: Ledger
  /// Rings when nobody looks at the pool any more.
  private let blindness: Alarm
  private let reload: @Sendable () throws(ConfigurationFaults) -> PoolSetup

  /// How long readiness is refused before the listener closes.
  static let farewell = Duration.milliseconds(150)
  /// How long the engine may take to end.
  static let patience = Duration.milliseconds(600)

  /// - Parameters:
  ///   - room: What is watched. Its lock is taken here.
  ///   - log: Where it tells what it does.
  ///   - reload: Reads the configuration again.
  /// - Throws: Why it cannot run.
  init(
    _ room: PoolRoom, _ log: Log,
    reload: @escaping @Sendable () throws(ConfigurationFaults) -> PoolSetup
  ) throws {
    self.room = room
    self.log = log
    self.reload = reload
    try room.records.lock()
    let kept = try room.records.read()
    for warning in kept.warnings { log.warn("ledger", ["warning": .string(warning)]) }
    ledger = kept.ledger
    PrivateSocket.beginPrivacy()
    // Every thread from here on leaves the signals to the one that waits for them.
    ProcessSetup.blockSignals()
    let blindness = try Alarm()
    self.blindness = blindness
    monitor = try PoolMonitor(
      room, log, service: ServiceManager(environment: ProcessSetup.environment),
      onBlindness: { blindness.ring() })
    let setup = room.setup
    let statistics = ServerStatistics()
    let routes = PoolRoutes(monitor, setup.settings, statistics)
    self.routes = routes
    front = try setup.httpPort.map { port in
      try HTTPFront(
        at: try ListenAddress(host: setup.httpAddress, port: port),
        serving: HTTPService(
          routes.routes, statistics: statistics, wallClock: { LogTime.now().seconds }), log)
    }
    control = Self.control(room.records.socketPath, routes, log)
  }

  private static func control(_ path: String, _ routes: PoolRoutes, _ log: Log) -> HTTPServer? {
    do {
      try PrivateSocket.makeRoom(at: path)
      return HTTPServer(
        at: try ListenAddress(socket: path), serving: HTTPService(routes.control))
    } catch {
      log.error(
        "no commands will be taken", ["socket": .string(path), "error": .string("\(error)")])
      return nil
    }
  }

  /// Runs until SIGTERM or SIGINT, or until nobody looks at the pool any more.
  ///
  /// - Returns: The exit code: 1 where it was not asked to end.
  func run() throws -> Int32 {
    tellStart()
    try startThread { hearSignals() }
    if let front { try startThread { hearBlindness(front) } }
    // The pool first: whether HTTP can be served is another matter.
    begin()
    front?.run()
    monitor.waitUntilEnded(
      atMost: front == nil ? .seconds(Int64.max / 2_000_000_000) : Self.patience)
    if control != nil { PrivateSocket.remove(room.records.socketPath) }
    guard monitor.isBlind else { return 0 }
    log.error("ending, as the pool is not watched any more: to be started again")
    return 1
  }

  /// Lets `run` return once the monitor has ended by itself.
  private func hearBlindness(_ front: HTTPFront) {
    while !monitor.isBlind { blindness.wait(atMost: .seconds(3600)) }
    routes.shutDown()
    control?.stop(within: .milliseconds(100))
    front.stop(within: .milliseconds(300))
  }

  private func begin() {
    Task.detached { [monitor, ledger] in await monitor.run(from: ledger) }
    guard let control else { return }
    let path = room.records.socketPath
    let isStarted =
      (try? startThread { [log] in
        do throws(ServerError) {
          try control.run { _ in PrivateSocket.restrict(path) }
        } catch {
          log.error("no commands will be taken", ["error": .string("\(error)")])
        }
      }) != nil
    if !isStarted { log.error("no commands will be taken", ["error": "no thread is left"]) }
  }

  private func tellStart() {
    let settings = room.setup.settings
    log.info(
      "starting pool monitor",
      [
        "version": .string(Version.current), "pool": .string(settings.pool.path.description),
        "branches": .int(settings.pool.branches.count), "clients": .int(settings.clients.count),
        "state": .string(settings.stateFolder), "mode": .string(ledger.state.mode.rawValue),
      ])
    for warning in room.setup.warnings {
      log.warn("configuration", ["warning": .string(warning)])
    }
    if let open = ledger.state.openRun {
      log.warn(
        "a \(open.kind.rawValue) was not ended, it goes on", ["run": .int(open.run)])
    }
    if !ledger.debts.isEmpty {
      log.info("targets are owed", ["count": .int(ledger.debts.count)])
    }
  }

  /// After the start, and after the first looks: then what only those need can be given back.
  private static let settled = [Duration.seconds(3), .seconds(20)]

  private func hearSignals() {
    var pauses = Self.settled
    while true {
      let pause = pauses.isEmpty ? .seconds(3600) : pauses.removeFirst()
      guard let signal = ProcessSetup.waitForSignal(atMost: pause) else {
        ProcessSetup.forgetStart()
        continue
      }
      guard ProcessSetup.isHangup(signal) else {
        return shutDown(ProcessSetup.name(ofSignal: signal))
      }
      // The file may be on storage that hangs; whoever hears signals waits for nothing.
      if (try? startThread { readAgain() }) == nil {
        log.error("configuration not reloaded", ["error": "no thread is left"])
      }
    }
  }

  private func readAgain() {
    monitor.inbox.send(.reloading)
    defer { monitor.inbox.send(.reloaded) }
    do {
      let setup = try reload()
      for warning in setup.warnings { log.warn("configuration", ["warning": .string(warning)]) }
      monitor.inbox.send(.configured(setup.settings.policy))
      for key in room.setup.keysNotReloaded(comparedTo: setup) {
        log.warn("configuration changed for the next start only", ["key": .string(key)])
      }
      log.info("configuration reloaded")
    } catch {
      for line in error.lines {
        log.error("configuration not reloaded, the old one stays", ["error": .string(line)])
      }
    }
  }

  private func shutDown(_ signal: String) {
    log.info("received shutdown signal", ["signal": .string(signal)])
    routes.shutDown()
    monitor.stop()
    // A second signal is one who cannot wait.
    _ = ProcessSetup.waitForSignal(atMost: Self.farewell)
    control?.stop(within: .milliseconds(100))
    front?.stop(within: .milliseconds(300))
  }
}

extension PoolSetup {
  /// The keys that differ and are only read at the start.
  func keysNotReloaded(comparedTo other: PoolSetup) -> [String] {
    var keys: [String] = []
    func compare(_ key: String, _ isSame: Bool) { if !isSame { keys.append(key) } }
    let (one, two) = (settings, other.settings)
    compare("pool", one.pool == two.pool)
    compare("probing", one.probing == two.probing)
    compare("planPolicy", one.planPolicy == two.planPolicy)
    compare("clients", one.clients == two.clients)
    compare("engine", one.engine == two.engine)
    compare("portableProjects", one.portableProjects == two.portableProjects)
    compare("fullProjects", one.fullProjects == two.fullProjects)
    compare("stateDirectory", one.stateFolder == two.stateFolder)
    compare("compatibilityDirectory", compatibilityFolder == other.compatibilityFolder)
    compare("http", httpAddress == other.httpAddress && httpPort == other.httpPort)
    compare("log", logLevel == other.logLevel && logFormat == other.logFormat)
    return keys
  }
}
