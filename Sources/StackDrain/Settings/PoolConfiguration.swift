public import MountHealthCore

/// All that `mountmon pool` is told: the pool and its stack, and how the monitor around them behaves.
///
/// `docs/pool-configuration.md` is the reference of the keys; ``PoolKeys`` declares them.
public struct PoolConfiguration: Hashable, Sendable {
  /// The pool and its stack.
  public var settings: PoolSettings
  /// A second folder for the state files; `nil`: none.
  public var compatibilityFolder: String?
  /// Whether there are HTTP endpoints.
  public var isHTTPEnabled: Bool
  /// The TCP port of the HTTP endpoints: 1 to 65535.
  public var httpPort: Int
  /// The address that they listen on; empty: all addresses, IPv6 and IPv4.
  public var httpAddress: String
  /// How much is logged.
  public var logLevel: Configuration.LogThreshold
  /// In which form it is logged.
  public var logFormat: Configuration.LogForm
  /// A line for each thing that works and deserves a word.
  public var warnings: [String]

  /// The file that is read where none is named.
  public static let defaultFile = "/etc/mountmon/pool.json"

  /// Reads a configuration.
  ///
  /// - Parameter input: Where it comes from. Of its environment `POLL_INTERVAL`,
  ///   `AUTO_UPGRADE_ON_RECOVERY` and the names that begin with `MOUNTMON_POOL_` count.
  /// - Throws: All that is wrong, at once. What is *not* an error: no file at all, as long as the
  ///   environment or a flag names the pool's path; `null`, which means "not given".
  public init(reading input: ConfigurationInput) throws(ConfigurationFaults) {
    var builder = PoolBuilder(input)
    self = try builder.build()
  }

  init(
    settings: PoolSettings, top: LayeredSection, warnings: [String]
  ) {
    self.settings = settings
    compatibilityFolder = top[PoolKeys.compatibilityDirectory]?.asText
    isHTTPEnabled = top[PoolKeys.httpEnabled]?.asFlag ?? true
    httpPort = top[PoolKeys.httpPort]?.asInteger ?? 9130
    httpAddress = top[PoolKeys.httpAddress]?.asText ?? "127.0.0.1"
    logLevel = top[PoolKeys.logLevel]?.asText.flatMap(Configuration.LogThreshold.init) ?? .info
    logFormat = top[PoolKeys.logFormat]?.asText.flatMap(Configuration.LogForm.init) ?? .text
    self.warnings = warnings
  }
}

extension PoolSettings {
  /// The stack that stands and falls with the pool.
  ///
  /// - Parameter clients: What came of ``clients``.
  /// - Returns: The stack.
  public func stack(_ clients: [ClientDescription]) -> StackDescription {
    StackDescription(
      clients: clients,
      users: PoolUsers(
        paths: [pool.path] + pool.branches.map(\.path), labels: engine?.labels ?? [:],
        projects: engine?.projects ?? [], exceptions: engine?.exceptions ?? []),
      portableProjects: portableProjects.compactMap { Target(.project, $0.name) },
      fullProjects: fullProjects.compactMap { Target(.project, $0.name) })
  }
}
