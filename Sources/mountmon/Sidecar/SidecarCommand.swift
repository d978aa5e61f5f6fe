import JSONValue
import K8sClient
import MountHealthCore
import TimeText

/// `mountmon sidecar`: builds the live values, runs them, and takes them down.
struct SidecarCommand {
  private let command: ParsedCommand
  private let source: ConfigurationSource
  /// Where the API server is, where options say so.
  private let access: AccessChoice?

  init(_ command: ParsedCommand) {
    self.command = command
    var flags: [String: String] = [:]
    flags["httpPort"] = command.value("--http-port")
    flags["httpAddress"] = command.value("--http-address")
    flags["logLevel"] = command.value("--log-level")
    flags["logFormat"] = command.value("--log-format")
    access = AccessChoice(command)
    source = ConfigurationSource(path: command.value("--config"), flags: flags)
  }

  /// Runs until a signal ends it.
  ///
  /// - Returns: The exit code.
  func run() -> Int32 {
    let faults = AccessChoice.faults(of: command)
    guard faults.isEmpty else {
      for line in faults { Terminal.complain("mountmon sidecar: \(line)\n") }
      return 2
    }
    let loaded: ConfigurationSource.Loaded
    do {
      loaded = try source.load(forOneLook: command.flag("--init-container-mode"))
    } catch {
      var lines = error.lines
      if source.file == nil {
        lines.append("no file was read: expected --config FILE, or config.json in this directory")
      }
      for line in lines { Terminal.complain("configuration error: \(line)\n") }
      return 1
    }
    let (log, writer) = Log.service(
      LogLevel(loaded.configuration.logLevel), loaded.configuration.logFormat)
    defer { writer.flush(within: .milliseconds(200)) }
    for warning in loaded.warnings { log.warn("configuration", ["warning": .string(warning)]) }
    if command.flag("--init-container-mode") {
      return InitContainer(loaded.configuration, log).run()
    }
    do {
      let code = try Sidecar(loaded, source, access, log).run()
      if code == 0 { log.info("shutdown complete") }
      return code
    } catch {
      log.error("could not start", ["error": .string("\(error)")])
      return 1
    }
  }
}

extension LogLevel {
  init(_ threshold: Configuration.LogThreshold) {
    self =
      switch threshold {
      case .debug: .debug
      case .info: .info
      case .warn: .warn
      case .error: .error
      }
  }
}

extension LogFormat {
  /// The format in which this program logs.
  static func standard(
    _ form: Configuration.LogForm, resource: LogResource = LogResource()
  ) -> LogFormat {
    LogFormat(
      style: form == .json ? .json : .text, resource: resource,
      time: { time, digits in
        Timestamp(seconds: time.seconds, nanoseconds: Int64(time.nanoseconds))
          .rfc3339(fractionDigits: digits)
      },
      duration: { $0.text })
  }
}
