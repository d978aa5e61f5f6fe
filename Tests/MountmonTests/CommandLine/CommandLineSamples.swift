@testable import mountmon

/// Enough of a duration for tests: `90s`, `2m`.
let readSampleDuration: DurationReader = { text in
  guard let unit = text.last, let number = Int(text.dropLast()) else { return nil }
  switch unit {
  case "s": return .seconds(number)
  case "m": return .seconds(number * 60)
  default: return nil
  }
}

func decide(_ arguments: String...) -> CommandLineOutcome {
  MountmonCommands.decide(
    arguments, version: "1.2.3", style: .plain, readDuration: readSampleDuration)
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
