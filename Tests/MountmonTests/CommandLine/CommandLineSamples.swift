@testable import mountmon

func decide(_ arguments: String...) -> CommandLineOutcome {
  MountmonCommands.decide(
    arguments, version: "1.2.3", style: .plain)
}

extension CommandLineOutcome {
  var command: ParsedCommand? {
    guard case .run(let command) = self else { return nil }
    return command
  }

  var shown: String? {
    guard case .show(let text) = self else { return nil }
    return text
  }

  var usage: UsageFaults? {
    guard case .usage(let usage) = self else { return nil }
    return usage
  }

  var faults: [String]? { usage?.faults }
}
