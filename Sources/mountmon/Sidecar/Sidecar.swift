import K8sClient
import MountHealthCore
import Synchronization

/// A running sidecar: the monitor on a thread of its own, HTTP on this one, signals and the
/// configuration file on two more.
struct Sidecar {
  private let loaded: ConfigurationSource.Loaded
  private let source: ConfigurationSource
  private let log: Log
  private let monitor: MountMonitor
  private let routes: SidecarRoutes
  private let server: HTTPServer
  private let watchdog: Watchdog?
  private let exitCode = ExitCode()

  /// How long readiness is refused before the listener closes: whoever asks in that time learns
  /// that there will be nobody to ask.
  static let farewell = Duration.milliseconds(150)
  /// How long answers in flight may take after that.
  static let patience = Duration.milliseconds(500)
  /// How long the watchdog may take to put its things in order.
  static let lastCalls = Duration.milliseconds(400)

  init(
    _ loaded: ConfigurationSource.Loaded, _ source: ConfigurationSource, _ access: AccessChoice?,
    _ log: Log
  ) throws {
    self.loaded = loaded
    let configuration = loaded.configuration
    self.source = source
    self.log = log
    monitor = try MountMonitor(
      mounts: configuration.mounts, prober: .worker(command: ProcessSetup.probeWorker))
    let statistics = ServerStatistics()
    watchdog =
      configuration.watchdog.isEnabled
      ? try Watchdog(
        configuration.watchdog, monitor, .live(access, exitCode.end, log), log) : nil
    routes = SidecarRoutes(
      monitor, liveness: configuration.liveness, statistics: statistics, watchdog: watchdog?.view)
    server = HTTPServer(
      at: try ListenAddress(host: configuration.httpAddress, port: configuration.httpPort),
      serving: HTTPService(
        routes.routes, statistics: statistics, wallClock: { LogTime.now().seconds }))
  }

  /// Runs until SIGTERM or SIGINT.
  ///
  /// - Returns: The exit code: 0 where it was a signal that ended it, 1 where the monitor came to an
  ///   end, `RestartPolicy.exitCode` where the watchdog wants the containers restarted.
  func run() throws -> Int32 {
    tellStart()
    // Every thread from here on leaves the signals to the one that waits for them.
    ProcessSetup.blockSignals()
    monitor.observe { [log] in log.tell($0) }
    let isBlind = Atomic(false)
    try monitor.start { [log, server] result in
      guard case .failure(let error) = result else { return }
      isBlind.store(true, ordering: .releasing)
      log.error("the monitor ended", ["error": .string("\(error)")])
      server.stop(within: .zero)
    }
    let housekeeper = Housekeeper(
      source: source, monitor: monitor, routes: routes, server: server, watchdog: watchdog,
      log: log, initial: loaded)
    try housekeeper.start()
    defer { monitor.stop() }
    exitCode.whenSet { [server] in server.stop(within: .milliseconds(100)) }
    if let watchdog { Task.detached { await watchdog.run() } }
    try server.run { [log] port in log.info("http server started", ["port": .int(port)]) }
    watchdog?.waitUntilEnded(atMost: Self.lastCalls)
    return exitCode.value ?? (isBlind.load(ordering: .acquiring) ? 1 : 0)
  }

  private func tellStart() {
    let configuration = loaded.configuration
    log.info(
      "starting mount monitor",
      [
        "version": .string(Version.current), "mounts": .int(configuration.mounts.count),
        "httpPort": .int(configuration.httpPort),
        "configuration": .string(source.file?.path ?? "none"),
      ])
    for mount in configuration.mounts {
      log.info("mount registered", mount.logFields)
    }
  }
}

extension Mount {
  /// What the log says of a mount at the start.
  var logFields: LogFields {
    var fields: LogFields = [
      "mount": .string(path.description), "name": .string(label),
      "checkInterval": .duration(interval), "readTimeout": .duration(timeout),
      "failureThreshold": .int(policy.failureThreshold),
    ]
    switch probe.target {
    case .canary(let canary):
      fields.add("checkType", "canary")
      fields.add("canaryFile", .string(canary.description))
    case .directory:
      fields.add("checkType", "directory")
    }
    return fields
  }
}
