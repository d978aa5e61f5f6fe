@testable import mountmon

func decide(_ arguments: String...) -> CommandLineOutcome {
  MountmonCommands.decide(
    arguments, build: .sample, style: .plain)
}

extension BuildIdentity {
  static let sample = BuildIdentity(
    version: "1.2.3", named: "0123456789abcdef0123456789abcdef01234567", swift: "6.3.1",
    architecture: "amd64")
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
