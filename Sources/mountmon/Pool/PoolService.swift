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
  private let server: HTTPServer?
  private let control: HTTPServer?
  private let ledger: Ledger
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
    monitor = try PoolMonitor(
      room, log, service: ServiceManager(environment: ProcessSetup.environment))
    let setup = room.setup
    let statistics = ServerStatistics()
    let routes = PoolRoutes(monitor, setup.settings, statistics)
    self.routes = routes
    server = try setup.httpPort.map { port in
      HTTPServer(
        at: try ListenAddress(host: setup.httpAddress, port: port),
        serving: HTTPService(
          routes.routes, statistics: statistics, wallClock: { LogTime.now().seconds }))
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

  /// Runs until SIGTERM or SIGINT.
  ///
  /// - Returns: The exit code.
  func run() throws -> Int32 {
    tellStart()
    try startThread { hearSignals() }
    if let server {
      try server.run { port in
        log.info("http server started", ["port": .int(port)])
        begin()
      }
    } else {
      begin()
    }
    monitor.waitUntilEnded(
      atMost: server == nil ? .seconds(Int64.max / 2_000_000_000) : Self.patience)
    if control != nil { PrivateSocket.remove(room.records.socketPath) }
    return 0
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

  private func hearSignals() {
    while true {
      guard let signal = ProcessSetup.waitForSignal(atMost: .seconds(3600)) else { continue }
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
    server?.stop(within: .milliseconds(300))
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
