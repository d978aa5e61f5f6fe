import MountHealthCore

/// Understands a command line by its declaration. Prints nothing and asks nobody.
struct CommandParser: Sendable {
  let root: CommandDeclaration
  /// What `--version` prints.
  let version: String
  let style: HelpStyle

  /// Understands the arguments that follow the name of the program.
  func decide(_ arguments: [String]) -> CommandLineOutcome {
    decide(arguments[...], at: CommandPath(root: root))
  }

  private func decide(_ arguments: ArraySlice<String>, at path: CommandPath) -> CommandLineOutcome {
    guard !path.command.subcommands.isEmpty else { return parse(arguments, at: path) }
    if let alias = path.command.aliases[arguments.first ?? ""],
      let subcommand = path.command.subcommand(named: alias)
    {
      return decide(arguments.dropFirst(), at: path.descending(to: subcommand))
    }
    guard let first = arguments.first else {
      return usage(missingCommand(in: path), at: path)
    }
    let rest = arguments.dropFirst()
    switch first {
    case "help": return help(for: rest, at: path)
    case "--help", "-h": return .show(help(at: path))
    case "--version": return .show(version)
    case "--": return decide(rest, at: path)
    default: break
    }
    if let subcommand = path.command.subcommand(named: first) {
      return decide(rest, at: path.descending(to: subcommand))
    }
    if first.hasPrefix("-"), first != "-" {
      guard let implied = path.command.impliedByOptions,
        let subcommand = path.command.subcommand(named: implied)
      else { return parse(arguments, at: path) }
      return decide(arguments, at: path.descending(to: subcommand))
    }
    return usage(unknownCommand(first, in: path), at: path)
  }

  private func help(for names: ArraySlice<String>, at path: CommandPath) -> CommandLineOutcome {
    guard let name = names.first(where: { !$0.hasPrefix("-") && $0 != "help" }) else {
      return .show(help(at: path))
    }
    // Below a command that has none there is nothing else to help with.
    guard !path.command.subcommands.isEmpty else { return .show(help(at: path)) }
    guard let subcommand = path.command.subcommand(named: name) else {
      return usage(unknownCommand(name, in: path), at: path)
    }
    return help(for: names.drop { $0 != name }.dropFirst(), at: path.descending(to: subcommand))
  }

  private func help(at path: CommandPath) -> String {
    CommandHelp(path: path, style: style).text
  }

  private func parse(_ arguments: ArraySlice<String>, at path: CommandPath) -> CommandLineOutcome {
    var scanner = ArgumentScanner(path: path)
    scanner.scan(arguments)
    switch scanner.finish() {
    case .help: return .show(help(at: path))
    case .version: return .show(version)
    case .command(let command): return .run(command)
    case .faults(let faults): return .usage(UsageFaults(faults, in: path))
    }
  }

  private func usage(_ fault: String, at path: CommandPath) -> CommandLineOutcome {
    .usage(UsageFaults([fault], in: path))
  }

  private func missingCommand(in path: CommandPath) -> String {
    let names = path.command.shownSubcommands.map(\.name)
    return "a command is missing, expected \(names.joinedInWords)"
  }

  private func unknownCommand(_ name: String, in path: CommandPath) -> String {
    let names = path.command.shownSubcommands.map(\.name)
    if let nearest = name.closest(among: names + ["help"]) {
      return "unknown command \(name.quoted), did you mean \(nearest)?"
    }
    // It may stand a level further down: `mountmon drain`.
    if let below = path.shownTree.dropFirst().first(where: { $0.command.name == name }) {
      return
        "unknown command \(name.quoted), did you mean \(below.subcommands.joined(separator: " "))?"
    }
    return "unknown command \(name.quoted), expected \(names.joinedInWords)"
  }
}
