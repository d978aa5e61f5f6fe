/// What a command line asks for.
enum CommandLineOutcome: Hashable, Sendable {
  /// To run a command.
  case run(ParsedCommand)
  /// To print a text on standard output and leave with 0.
  case show(String)
  /// Nothing that can be done: print `text` on standard error and leave with `exitCode`.
  case usage(UsageFaults)
}

/// Everything that is wrong with a command line, one line each.
struct UsageFaults: Hashable, Sendable {
  let faults: [String]
  /// The command whose help tells more.
  let command: String
  let exitCode: Int32

  init(_ faults: [String], in path: CommandPath) {
    command = path.name
    exitCode = path.command.usageExitCode
    self.faults = faults.map { "\(path.name): \($0)" }
  }

  var text: String {
    (faults + ["Run '\(command) --help' for help."]).map { $0 + "\n" }.joined()
  }
}
