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

  /// How long readiness is refused before the listener closes: whoever asks in that time learns
  /// that there will be nobody to ask.
  static let farewell = Duration.milliseconds(150)
  /// How long answers in flight may take after that.
  static let patience = Duration.milliseconds(500)

  init(
    _ loaded: ConfigurationSource.Loaded, _ source: ConfigurationSource, _ log: Log
  ) throws {
    self.loaded = loaded
    let configuration = loaded.configuration
    self.source = source
    self.log = log
    monitor = try MountMonitor(
      mounts: configuration.mounts, prober: .worker(command: ProcessSetup.probeWorker))
    let statistics = ServerStatistics()
    routes = SidecarRoutes(
      monitor, liveness: configuration.liveness, statistics: statistics)
    server = HTTPServer(
      at: try ListenAddress(host: configuration.httpAddress, port: configuration.httpPort),
      serving: HTTPService(
        routes.routes, statistics: statistics, wallClock: { LogTime.now().seconds }))
  }

  /// Runs until SIGTERM or SIGINT.
  ///
  /// - Returns: Whether it was a signal that ended it, and not the end of the monitor.
  func run() throws -> Bool {
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
      source: source, monitor: monitor, routes: routes, server: server, log: log,
      initial: loaded)
    try housekeeper.start()
    defer { monitor.stop() }
    try server.run { [log] port in log.info("http server started", ["port": .int(port)]) }
    return !isBlind.load(ordering: .acquiring)
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
    if configuration.watchdog.isEnabled {
      log.warn(
        "watchdog not available",
        ["reason": "this version does not restart pods: mounts are watched and told of, no more"])
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
