/// One command of the command line, said once. Parsing, help, usage faults, completions and the man
/// page are all read from it.
struct CommandDeclaration: Hashable, Sendable {
  var name: String
  /// One line, a sentence with its full stop.
  var summary: String
  /// Paragraphs under the summary.
  var discussion: [String] = []
  /// What follows the name, a line for each way to call it, where options and arguments alone do not
  /// say it.
  var usage: [String] = []
  var options: [OptionDeclaration] = []
  var positionals: [PositionalDeclaration] = []
  var subcommands: [CommandDeclaration] = []
  /// The subcommand that is meant when an option stands where a command is expected.
  var impliedByOptions: String?
  /// Words of older programs that stand for a subcommand, by what was typed first; the empty word
  /// stands for nothing at all.
  var aliases: [String: String] = [:]
  var examples: [Example] = []
  var exitCodes: [ExitCode] = []
  /// The exit code of a fault in the use of this command.
  var usageExitCode: Int32 = 2
  var environment: [Variable] = []
  /// Works, but is offered by no help, completion, suggestion or man page.
  var isHidden = false

  struct Example: Hashable, Sendable {
    var purpose: String
    var line: String
  }

  struct ExitCode: Hashable, Sendable {
    var code: Int32
    var meaning: String
  }

  struct Variable: Hashable, Sendable {
    var name: String
    var meaning: String
  }
}

extension CommandDeclaration {
  /// The declared options, then those that every command has.
  var allOptions: [OptionDeclaration] { options + [.help, .version] }

  var shownSubcommands: [CommandDeclaration] { subcommands.filter { !$0.isHidden } }

  func option(named name: String) -> OptionDeclaration? {
    allOptions.first { $0.name == name }
  }

  func option(short: Character) -> OptionDeclaration? {
    allOptions.first { $0.short == short }
  }

  func subcommand(named name: String) -> CommandDeclaration? {
    subcommands.first { $0.name == name }
  }
}

/// A command and the commands that lead to it: `mountmon`, `sidecar`.
struct CommandPath: Hashable, Sendable {
  private(set) var ancestors: [CommandDeclaration] = []
  private(set) var command: CommandDeclaration

  init(root: CommandDeclaration) {
    command = root
  }

  func descending(to subcommand: CommandDeclaration) -> CommandPath {
    var path = self
    path.ancestors.append(command)
    path.command = subcommand
    return path
  }

  /// As it is typed: `mountmon sidecar`.
  var name: String { (ancestors + [command]).map(\.name).joined(separator: " ") }

  /// The path below the program: `["sidecar"]`.
  var subcommands: [String] { (ancestors + [command]).dropFirst().map(\.name) }

  /// This command and all below it that are shown, parents first.
  var shownTree: [CommandPath] {
    [self] + command.shownSubcommands.flatMap { descending(to: $0).shownTree }
  }
}
