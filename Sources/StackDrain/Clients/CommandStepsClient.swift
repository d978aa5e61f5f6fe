import Pacing

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
