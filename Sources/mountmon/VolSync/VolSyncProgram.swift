import HTTPTransport
import JSONValue
import K8sClient
import MountHealthCore
import Pacing
import ResticUnlock
import TimeText

/// `mountmon volsync COMMAND`.
struct VolSyncProgram {
  let command: ParsedCommand

  /// A command that cannot go on: what is said, and the code to leave with.
  struct Exit: Error {
    var lines: [String]
    var code: Int32
  }

  /// Something could not be read.
  static let failed: Int32 = 2
  /// The command line or the configuration is wrong.
  static let misused: Int32 = 3
  /// How long one call of the API server may take; a stream lasts longer.
  static let callTime = Duration.seconds(15)

  /// How many calls may be out beside the watches; more wait for their turn.
  static let callConnections = 6

  /// How long the first reading of the cluster may take, where nobody waits for more.
  static let readTime = Duration.seconds(60)

  /// Runs the command to its end.
  ///
  /// - Returns: The exit code.
  func run() -> Int32 {
    do throws(Exit) {
      let faults = AccessChoice.faults(of: command) + Self.faults(of: command)
      guard faults.isEmpty else { throw Exit(lines: faults, code: Self.misused) }
      if command.path.last == VolSyncCommands.explain.name {
        return try ExplainCommand(self).run()
      }
      return Self.watches(command) ? try watch() : try UnlockOnceCommand(self).run()
    } catch {
      for line in error.lines { Terminal.complain("\(command.name): \(line)\n") }
      return error.code
    }
  }

  /// The older controller's flags were those of one that watches.
  private static func watches(_ command: ParsedCommand) -> Bool {
    command.flag("--watch") || command.flag("--leader-elect")
      || command.value("--metrics-bind-address") != nil
      || command.value("--health-probe-bind-address") != nil
  }

  /// What was asked for that has no meaning together, a line each.
  static func faults(of command: ParsedCommand) -> [String] {
    guard command.path.last == VolSyncCommands.run.name else { return [] }
    guard watches(command) else {
      return ["--http-port", "--http-address"].filter { command.value($0) != nil }
        .map { "\($0): needs --watch" }
    }
    var meaningless = ["--timeout", "--output", "--color"].filter { command.value($0) != nil }
    if command.flag("--dry-run") { meaningless.append("--dry-run") }
    return meaningless.map { "\($0): does not go with --watch" }
  }

  private func watch() throws(Exit) -> Int32 {
    let (log, writer) = Log.service(
      command.value("--log-level").flatMap(LogLevel.init(rawValue:)) ?? .info,
      command.value("--log-format") == "text" ? .text : .json)
    defer { writer.flush(within: .milliseconds(200)) }
    let place = try place(log, isDryRun: false)
    let addresses = try addresses()
    do {
      let code = try UnlockService(place, at: addresses, log).run()
      if code == 0 { log.info("shutdown complete") }
      return code
    } catch {
      log.error("could not start", ["error": .string("\(error)")])
      return 2
    }
  }

  /// Where to serve: one address, or the two of the older controller.
  func addresses() throws(Exit) -> [ListenAddress] {
    do throws(ServerError) {
      var found: [ListenAddress] = []
      let older = ["--metrics-bind-address", "--health-probe-bind-address"]
        .compactMap(command.value)
      // Zero was how the older one was told to serve nothing; one of two says nothing of the other.
      let isSilent = older == ["0", "0"]
      for text in older where text != "0" {
        guard let colon = text.lastIndex(of: ":"),
          let port = Int(text[text.index(after: colon)...]), (1...65535).contains(port)
        else {
          throw ServerError.notAnAddress(text)
        }
        let address = try ListenAddress(host: String(text[..<colon]), port: port)
        if !found.contains(address) { found.append(address) }
      }
      if found.isEmpty && !isSilent || command.value("--http-port") != nil {
        found.append(
          try ListenAddress(
            host: command.value("--http-address") ?? "",
            port: command.wholeNumber("--http-port") ?? 8080))
      }
      return found
    } catch {
      throw Exit(lines: ["\(error)"], code: Self.misused)
    }
  }
}

/// A cluster, and what is to be done there.
struct VolSyncPlace: Sendable {
  var cluster: Cluster
  var setting: VolSyncSetting
}

extension VolSyncProgram {
  /// Finds access to the cluster, and reads what is to be done. Asks nobody.
  func place(_ log: Log, isDryRun: Bool) throws(Exit) -> VolSyncPlace {
    let surroundings = Surroundings.live()
    let monitors = try monitors(log)
    let access: ClusterAccess
    do throws(AccessError) {
      access = try ClusterAccess.find(AccessChoice(command) ?? .automatic, in: surroundings)
    } catch {
      let hint = "--kubeconfig FILE or --server URL says where the API server is"
      throw Exit(
        lines: ["\(error)"] + (AccessChoice(command) == nil ? [hint] : []), code: Self.failed)
    }
    for warning in access.warnings { log.warn("access", ["warning": .string(warning)]) }
    let home = try home(access, isDryRun: isDryRun, in: surroundings)
    let setting: VolSyncSetting
    do throws(ValueError) {
      setting = VolSyncSetting(
        identity: VolSyncSetting.identity(surroundings.environment), home: home,
        namespaces: try command.values("--only-namespace").map(Self.namespace),
        monitors: monitors, isDryRun: isDryRun)
    } catch {
      throw Exit(lines: ["\(error)"], code: Self.misused)
    }
    return VolSyncPlace(
      cluster: Cluster(
        access, settings: Self.settings(log), in: surroundings, dialer: Self.dialer(setting)),
      setting: setting)
  }

  /// A watch has a connection for itself as long as it lasts; what is beside that is for calls.
  private static func dialer(_ setting: VolSyncSetting) -> ClusterDialer {
    ClusterDialer { endpoint, tls throws(HTTPSettingsError) in
      var limits = HTTPLimits()
      limits.maximumConnections = 4 * max(1, setting.namespaces.count) + 2 + callConnections
      return ClusterConnection(try HTTPClient(to: endpoint, tls: tls, limits: limits))
    }
  }

  /// Where tries are written down. Two that write them in different places do not know of each other, so
  /// nobody is let guess it who may do something.
  private func home(
    _ access: ClusterAccess, isDryRun: Bool, in surroundings: Surroundings
  ) throws(Exit) -> Namespace {
    do throws(ValueError) {
      let own = surroundings.environment["POD_NAMESPACE"].flatMap { $0.isEmpty ? nil : $0 }
      if let text = command.value("--namespace") ?? own { return try Namespace(text) }
      let isInPod = AccessChoice(command) == nil && ClusterAccess.isInCluster(surroundings)
      if isDryRun || isInPod, let namespace = access.namespace { return namespace }
      if isDryRun { return try Namespace("default") }
    } catch {
      throw Exit(lines: ["\(error)"], code: Self.misused)
    }
    throw Exit(
      lines: [
        "--namespace: has to be said here, so that no two work on one repository: that of the "
          + "mountmon in the cluster, or one of your own; tries are written down there"
      ], code: Self.misused)
  }

  private static func namespace(_ text: String) throws(ValueError) -> Namespace {
    try Namespace(text)
  }

  private static func settings(_ log: Log) -> ClusterSettings {
    ClusterSettings(
      userAgent: "mountmon/\(Version.current)", retries: .once,
      deadlines: HTTPDeadlines(connect: .seconds(5), silence: callTime, total: callTime),
      onWarning: { warning, operation in
        log.warn(
          "warning of the API server",
          ["operation": .string(operation), "warning": .string("\(warning)")])
      })
  }

  private func monitors(_ log: Log) throws(Exit) -> [VolSyncMonitor]? {
    guard let path = command.value("--config") else { return nil }
    do throws(ConfigurationFaults) {
      let content = try ConfigurationFile(path: path).read()
      if let warning = content.warning {
        log.warn("configuration", ["warning": .string(warning)])
      }
      return try VolSyncSetting.monitors(in: content.bytes, at: path)
    } catch {
      throw Exit(lines: error.lines.map { "configuration error: \($0)" }, code: Self.misused)
    }
  }

  /// A log for commands that print: what deserves a word goes to standard error.
  func quietLog() -> Log {
    // `explain` has no options for it.
    let isChosen = command.path.last != VolSyncCommands.explain.name
    let level = isChosen ? command.value("--log-level") : nil
    let format = isChosen ? command.value("--log-format") : nil
    let (resource, warnings) = LogResource.read(ProcessSetup.environment)
    let log = Log(
      level: level.flatMap(LogLevel.init(rawValue:)) ?? .warn,
      format: .standard(format == "json" ? .json : .text, resource: resource),
      clock: LogTime.now
    ) { bytes in Terminal.complain(String(decoding: bytes, as: UTF8.self)) }
    // Who asked for text does not use them.
    if format == "json" { log.tell(environment: warnings) }
    return log
  }

  var isColored: Bool {
    HelpStyle(command, isTerminal: Terminal.isOutput, environment: ProcessSetup.environment)
      == .bold
  }

  /// Works until nothing is under way, or `limit` is over.
  ///
  /// - Returns: How all stands then.
  func settle(
    _ place: VolSyncPlace, _ log: Log, atMost limit: Duration,
    progress: @escaping @Sendable (UnlockPicture) -> Void = { _ in }
  ) throws(Exit) -> UnlockPicture {
    let controller = UnlockController(
      .live(place.cluster, place.setting), place.setting, log)
    do {
      return try Blocking.wait {
        await controller.publishing {
          await controller.run(
            until: .now() + limit, readBy: .now() + min(limit, Self.readTime), progress: progress)
        }
        await place.cluster.shutdown()
        return controller.picture
      }
    } catch {
      throw Exit(lines: ["cannot start: \(error)"], code: Self.failed)
    }
  }
}
