import ChildProcess
import Pacing

/// Runs the programs of a client.
struct ProgramRun: Sendable {
  let name: String
  let environment: ClientEnvironment

  private static let outputLimit = 64 << 10

  /// Runs a program and returns its exit code and what it wrote.
  ///
  /// - Throws: That it did not end by itself.
  func run(
    _ words: [String], until deadline: Tick
  ) async throws(ClientFault) -> (code: Int, output: [UInt8], complaint: String) {
    let program = words.first ?? ""
    let rest = deadline - environment.now()
    guard rest > .zero else { throw ClientFault("\(name): \(program): no time was left") }
    let result = await environment.run(
      ChildCommand(
        path: program, arguments: Array(words.dropFirst()), environment: environment.variables,
        deadline: rest, outputLimit: Self.outputLimit))
    switch result {
    case .exited(let code, let output, let complaint):
      return (Int(code), output, Self.lastLine(of: complaint))
    case .signalled(let signal, let complaint):
      throw ClientFault(
        "\(name): \(program) was killed by signal \(signal)\(Self.lastLine(of: complaint))")
    case .timedOut:
      throw ClientFault("\(name): \(program) took too long and was killed")
    case .tooMuchOutput:
      throw ClientFault("\(name): \(program) wrote more than it may and was killed")
    case .failed(let words):
      throw ClientFault("\(name): \(program) did not run: \(words)")
    }
  }

  /// The same for a program whose exit code must be 0.
  func carryOut(_ words: [String], until deadline: Tick) async throws(ClientFault) {
    let (code, _, complaint) = try await run(words, until: deadline)
    guard code == 0 else {
      throw ClientFault("\(name): \(words.first ?? "") ended with exit code \(code)\(complaint)")
    }
  }

  /// The last line of what a program complained about, to follow a sentence.
  private static func lastLine(of text: String) -> String {
    let lines = text.split(whereSeparator: \.isNewline).map { String($0).asOneLine }
    return lines.last { !$0.isEmpty }.map { ": \($0)" } ?? ""
  }
}

/// Anything that can be asked, paused and resumed by a command each.
struct CommandStepsClient: StackClient {
  let steps: ClientSettings.CommandSteps
  let runner: ProgramRun

  func look(until deadline: Tick) async throws(ClientFault) -> TargetState {
    let (code, _, complaint) = try await runner.run(steps.look, until: deadline)
    guard (0...3).contains(code) else {
      throw ClientFault(
        "\(runner.name): \(steps.look.first ?? "") ended with exit code \(code), which says neither"
          + " that it runs (0) nor that it does not (1 to 3)\(complaint)")
    }
    return .whole(runs: code == 0)
  }

  func pause(_ units: Set<String>, until deadline: Tick) async throws(ClientFault) {
    guard units.contains(TargetState.whole) else { return }
    try await runner.carryOut(steps.pause, until: deadline)
  }

  func resume(_ units: Set<String>, until deadline: Tick) async throws(ClientFault) {
    guard units.contains(TargetState.whole) else { return }
    try await runner.carryOut(steps.resume, until: deadline)
  }
}

/// A systemd unit that is stopped and started.
struct UnitClient: StackClient {
  let unit: String
  let runner: ProgramRun

  /// Where `systemctl` is looked for when `PATH` does not say.
  private static let folders = ["/usr/bin", "/bin"]

  func look(until deadline: Tick) async throws(ClientFault) -> TargetState {
    let words = try command(["show", "--property=LoadState,ActiveState,InvocationID", "--", unit])
    let (code, output, complaint) = try await runner.run(words, until: deadline)
    do throws(ClientFault) {
      guard code == 0 else {
        throw ClientFault("systemctl show \(unit) ended with exit code \(code)\(complaint)")
      }
      return try Self.state(output, of: unit)
    } catch {
      throw ClientFault("\(runner.name): \(error)")
    }
  }

  /// What `systemctl show` says. It does so for units that are not there as well.
  static func state(_ output: [UInt8], of unit: String) throws(ClientFault) -> TargetState {
    var values: [Substring: Substring] = [:]
    let text = String(decoding: output, as: UTF8.self)
    for line in text.split(whereSeparator: \.isNewline) {
      let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      if parts.count == 2 { values[parts[0]] = parts[1] }
    }
    let runs: Bool
    switch values["ActiveState"] {
    case "active", "reloading", "refreshing", "activating", "deactivating", "maintenance":
      runs = true
    case "inactive", "failed":
      guard values["LoadState"] != "not-found" else {
        throw ClientFault("systemd knows no unit \(unit): check its name")
      }
      runs = false
    default:
      throw ClientFault("systemctl tells no state of \(unit) that is known")
    }
    let life = values["InvocationID"].flatMap { $0.isEmpty ? nil : String($0).asOneLine }
    return .whole(runs: runs, instance: life)
  }

  func pause(_ units: Set<String>, until deadline: Tick) async throws(ClientFault) {
    guard units.contains(TargetState.whole) else { return }
    try await runner.carryOut(try command(["stop", "--no-block", "--", unit]), until: deadline)
  }

  func resume(_ units: Set<String>, until deadline: Tick) async throws(ClientFault) {
    guard units.contains(TargetState.whole) else { return }
    try await runner.carryOut(try command(["start", "--no-block", "--", unit]), until: deadline)
  }

  private func command(_ words: [String]) throws(ClientFault) -> [String] {
    let path = runner.environment.variables["PATH"] ?? ""
    let folders = path.split(separator: ":").map(String.init) + Self.folders
    for folder in folders where folder.hasPrefix("/") {
      let program = "\(folder)/systemctl"
      guard runner.environment.isProgram(program) else { continue }
      return [program, "--no-ask-password"] + words
    }
    throw ClientFault("\(runner.name): there is no systemctl in PATH")
  }
}
