import JSONValue
import MountHealthCore
import Pacing
import TimeText

/// `mountmon check`: one look at each mount, a clear answer, an exit code.
struct CheckCommand {
  private let command: ParsedCommand

  /// What `--timeout` may be: as `readTimeout` in a file.
  private static let timeouts = Duration.milliseconds(100)...Duration.seconds(3600)

  init(_ command: ParsedCommand) {
    self.command = command
  }

  /// Looks, prints, and says with which code to leave.
  func run() -> Int32 {
    let mounts: [Mount]
    do {
      mounts = try findMounts()
    } catch {
      for line in error.lines { Terminal.complain("mountmon check: \(line)\n") }
      return CheckVerdict.undecided.exitCode
    }
    let patience = command.duration("--wait")
    var line = ProgressLine(isShown: Terminal.showsProgress)
    let start = Tick.now()
    do {
      let statuses = try MountInspection(
        mounts, patience: patience, prober: .worker(command: ProcessSetup.probeWorker)
      ).runBlocking { statuses in
        guard let patience,
          let text = WaitProgress.text(for: statuses, after: Tick.now() - start, of: patience),
          let update = line.show(text, columns: Terminal.errorColumns)
        else { return }
        Terminal.complain(update)
      }
      if let update = line.clear() { Terminal.complain(update) }
      return Terminal.answer(
        render(statuses), CheckVerdict(statuses).exitCode,
        orElse: CheckVerdict.undecided.exitCode)
    } catch {
      Terminal.complain("mountmon check: cannot start: \(error)\n")
      return CheckVerdict.undecided.exitCode
    }
  }

  private func render(_ statuses: [MountStatus]) -> String {
    let clock = WallClock.now()
    switch command.value("--output") {
    case "json":
      return StatusDocument.document(statuses, at: clock).text(.pretty) + "\n"
    case "nagios":
      return NagiosText.text(statuses)
    default:
      var text = CheckTable(isColored: isColored).text(statuses)
      if command.flag("--explain") { text += Explanation.text(statuses) }
      return text
    }
  }

  private var isColored: Bool {
    HelpStyle(command, isTerminal: Terminal.isOutput, environment: ProcessSetup.environment)
      == .bold
  }

  private func findMounts() throws(ConfigurationFaults) -> [Mount] {
    if let timeout = command.duration("--timeout"), !Self.timeouts.contains(timeout) {
      throw ConfigurationFaults([
        "--timeout: \(timeout.text) is not allowed, expected a duration from "
          + "\(Self.timeouts.lowerBound.text) to \(Self.timeouts.upperBound.text)"
      ])
    }
    if command.arguments.isEmpty { return try configuredMounts() }
    guard command.value("--config") == nil else {
      throw ConfigurationFaults(["--config and PATH cannot both be given, expected one of them"])
    }
    guard command.value("--canary") == nil || checkType == "canary" else {
      throw ConfigurationFaults(["--canary and --type directory exclude each other"])
    }
    var object: JSONObject = ["checkType": .string(checkType)]
    if command.flag("--require-mount") { object["requireMount"] = true }
    object["canaryFile"] = command.value("--canary").map { .string($0) }
    let paths = command.arguments.map { path -> JSONValue in
      object["path"] = .string(path)
      return .object(object)
    }
    // The same door as for a file, so that the same rules hold and the same words are used.
    let document: JSONValue = ["mounts": .array(paths)]
    return try read(
      ConfigurationInput(
        file: .init(name: "command line", bytes: document.bytes()),
        workingDirectory: ProcessSetup.workingDirectory))
  }

  private func configuredMounts() throws(ConfigurationFaults) -> [Mount] {
    let source = ConfigurationSource(path: command.value("--config"), flags: [:])
    guard source.file != nil else {
      throw ConfigurationFaults([
        "nothing to look at: expected a PATH, --config FILE, or config.json in this directory"
      ])
    }
    let loaded = try source.load(forOneLook: true)
    for warning in loaded.warnings { Terminal.complain("mountmon check: warning: \(warning)\n") }
    return adjust(loaded.configuration.mounts)
  }

  private func read(_ input: ConfigurationInput) throws(ConfigurationFaults) -> [Mount] {
    adjust(try Configuration.read(input).configuration.mounts)
  }

  private func adjust(_ mounts: [Mount]) -> [Mount] {
    guard let timeout = command.duration("--timeout") else { return mounts }
    return mounts.map { mount in
      var mount = mount
      mount.timeout = timeout
      return mount
    }
  }

  private var checkType: String {
    command.value("--type") ?? (command.value("--canary") == nil ? "directory" : "canary")
  }
}
