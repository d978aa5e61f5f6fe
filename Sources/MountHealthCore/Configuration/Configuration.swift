/// All that a monitor is told: what to watch and how, and how the sidecar around it behaves.
///
/// `docs/configuration.md` is the reference of the keys; `ConfigurationKey` declares them.
public struct Configuration: Hashable, Sendable {
  /// What to watch: 1 to 1000 mounts.
  public var mounts: [Mount]
  /// The TCP port of the HTTP endpoints: 1 to 65535.
  public var httpPort: Int
  /// The address that they listen on; empty: all addresses, IPv6 and IPv4.
  public var httpAddress: String
  /// How much is logged.
  public var logLevel: LogThreshold
  /// In which form it is logged.
  public var logFormat: LogForm
  /// How long open HTTP exchanges may take at shutdown, at the most.
  public var shutdownTimeout: Duration
  /// What `/healthz/live` tells of.
  public var liveness: Liveness
  /// The settings of the watchdog.
  public var watchdog: WatchdogSettings

  /// The least level that is logged.
  public enum LogThreshold: String, Hashable, Sendable, CaseIterable {
    /// Every step.
    case debug
    /// Changes and what goes on.
    case info
    /// What needs attention.
    case warn
    /// What failed.
    case error
  }

  /// The forms of a log line.
  public enum LogForm: String, Hashable, Sendable, CaseIterable {
    /// One JSON object a line.
    case json
    /// For people.
    case text
  }

  /// What liveness means.
  public enum Liveness: String, Hashable, Sendable, CaseIterable {
    /// The engine turns and the probe worker answers. It does not speak of mounts, because a
    /// restart of the sidecar mends none.
    case engine
    /// The old meaning: no mount is unhealthy.
    case mounts
  }
}
