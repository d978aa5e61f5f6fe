import MountHealthCore

/// Waits for signals, and looks whether the configuration file has changed.
struct Housekeeper: Sendable {
  var source: ConfigurationSource
  var monitor: MountMonitor
  var routes: SidecarRoutes
  var server: HTTPServer
  var log: Log
  var shutdownTimeout: Duration

  /// How often the file is looked at.
  static let interval = Duration.seconds(2)

  /// Starts on a thread of its own.
  func start() throws {
    try startThread { work() }
  }

  private func work() {
    var machine = ReloadMachine(fingerprint: source.file?.fingerprint)
    while true {
      let signal = ProcessSetup.waitForSignal(atMost: Self.interval)
      if let signal, !ProcessSetup.isHangup(signal) {
        return shutDown(ProcessSetup.name(ofSignal: signal))
      }
      let event: ReloadMachine.Event =
        signal == nil ? .looked(source.file?.fingerprint) : .asked(source.file?.fingerprint)
      for effect in machine.handle(event) {
        switch effect {
        case .reload: reload()
        }
      }
    }
  }

  private func reload() {
    do {
      let loaded = try source.load()
      for warning in loaded.warnings { log.warn("configuration", ["warning": .string(warning)]) }
      monitor.configure(loaded.configuration.mounts)
      routes.configure(liveness: loaded.configuration.liveness)
      log.info(
        "configuration reloaded", ["mounts": .int(loaded.configuration.mounts.count)])
    } catch {
      for line in error.lines {
        log.error("configuration not reloaded, the old one stays", ["error": .string(line)])
      }
    }
  }

  private func shutDown(_ signal: String) {
    log.info("received shutdown signal", ["signal": .string(signal)])
    routes.shutDown()
    // A second signal is one who cannot wait.
    _ = ProcessSetup.waitForSignal(atMost: Sidecar.farewell)
    server.stop(within: min(Sidecar.patience, shutdownTimeout))
  }
}
