import Pacing

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
      return try UnitText.state(output, of: unit)
    } catch {
      throw ClientFault("\(runner.name): \(error)")
    }
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
