import MountHealthCore
import Synchronization

/// Waits for signals, and looks whether the configuration file has changed.
struct Housekeeper: Sendable {
  var source: ConfigurationSource
  var monitor: MountMonitor
  var routes: SidecarRoutes
  var server: HTTPServer
  var watchdog: Watchdog?
  var log: Log
  /// What the sidecar began with.
  var initial: ConfigurationSource.Loaded

  /// How often the file is looked at.
  static let interval = Duration.seconds(2)
  /// After how many looks all that only a start needs is over.
  private static let settledAfter = 10

  /// Tells the thread that looks at the file that a reload was asked for.
  private final class Bell: Sendable {
    let alarm: Alarm
    let isRung = Atomic(false)

    init() throws {
      alarm = try Alarm()
    }
  }

  /// Starts on two threads of its own. The one that looks at the file may wait for it for ever, where
  /// it is on storage that hangs; the one that hears signals touches no file.
  func start() throws {
    let bell = try Bell()
    try startThread { hearSignals(bell) }
    try startThread { watchFile(bell) }
  }

  private func hearSignals(_ bell: Bell) {
    while true {
      guard let signal = ProcessSetup.waitForSignal(atMost: .seconds(3600)) else { continue }
      guard ProcessSetup.isHangup(signal) else {
        return shutDown(ProcessSetup.name(ofSignal: signal))
      }
      bell.isRung.store(true, ordering: .releasing)
      bell.alarm.ring()
    }
  }

  private func watchFile(_ bell: Bell) {
    var machine = ReloadMachine(fingerprint: initial.fingerprint)
    var turns = 0
    while true {
      bell.alarm.wait(atMost: Self.interval)
      turns += 1
      // Once after the start, and once after the watchdog has asked all that it asks at its own.
      if turns == 1 || turns == Self.settledAfter { ProcessSetup.forgetStart() }
      let isAsked = bell.isRung.exchange(false, ordering: .acquiring)
      let fingerprint = source.file?.fingerprint
      let event: ReloadMachine.Event = isAsked ? .asked(fingerprint) : .looked(fingerprint)
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
      watchdog?.configure(loaded.configuration.watchdog)
      for key in initial.configuration.keysNotReloaded(
        comparedTo: loaded.configuration)
      {
        log.warn("configuration changed for the next start only", ["key": .string(key)])
      }
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
    watchdog?.stop()
    // A second signal is one who cannot wait.
    _ = ProcessSetup.waitForSignal(atMost: Sidecar.farewell)
    server.stop(within: min(Sidecar.patience, initial.configuration.shutdownTimeout))
  }
}

extension Configuration {
  /// The keys that differ and are only read at the start.
  func keysNotReloaded(comparedTo other: Configuration) -> [String] {
    var keys: [String] = []
    if httpPort != other.httpPort { keys.append("httpPort") }
    if httpAddress != other.httpAddress { keys.append("httpAddress") }
    if logLevel != other.logLevel { keys.append("logLevel") }
    if logFormat != other.logFormat { keys.append("logFormat") }
    if shutdownTimeout != other.shutdownTimeout { keys.append("shutdownTimeout") }
    if !watchdog.isEnabled, other.watchdog.isEnabled { keys.append("watchdog.enabled") }
    return keys
  }
}
