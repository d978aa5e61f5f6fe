/// The completion script for fish, for a program whose commands have no commands of their own.
struct FishCompletion: Sendable {
  let root: CommandDeclaration

  var script: String {
    let path = CommandPath(root: root)
    var lines = [
      "# Completion of \(root.name) for fish. Made by: \(root.name) completions fish",
      "complete -c \(root.name) -f",
    ]
    lines += self.lines(for: path, when: nil)
    for subcommand in root.shownSubcommands {
      lines.append("")
      lines += self.lines(for: path.descending(to: subcommand), when: subcommand.name)
    }
    return lines.map { $0 + "\n" }.joined()
  }

  /// fish knows no tree: every line says the condition under which it holds.
  private func lines(for path: CommandPath, when subcommand: String?) -> [String] {
    let names = root.shownSubcommands.map(\.name).joined(separator: " ")
    let outside = "not __fish_seen_subcommand_from \(names) help"
    let condition = subcommand.map { "__fish_seen_subcommand_from \($0)" } ?? outside
    let prefix = "complete -c \(root.name) -n \(condition.shellQuoted)"
    let command = path.command
    let first = "complete -c \(root.name) -n 'test (count (commandline -opc)) -eq 1'"
    var lines = command.shownSubcommands.map {
      "\(first) -a \($0.name) -d \($0.summary.firstSentence.fishQuoted)"
    }
    if subcommand == nil {
      lines.append("\(first) -a help -d 'Show help about a command'")
      lines.append(
        "complete -c \(root.name) -n '__fish_seen_subcommand_from help' -a '\(names)'")
    }
    lines += command.positionals.map { "\(prefix)\(action($0.value.kind))" }
    var options = command.allOptions
    if let implied = command.impliedByOptions.flatMap(command.subcommand) {
      options = implied.options + options
    }
    return lines + options.map { prefix + spec($0) }
  }

  private func spec(_ option: OptionDeclaration) -> String {
    let short = option.short.map { " -s \($0)" } ?? ""
    let value = option.value.map(value) ?? ""
    return "\(short) -l \(option.name.dropFirst(2))\(value) "
      + "-d \(option.summary.firstSentence.fishQuoted)"
  }

  /// `-x`: what is offered here is all there is, `-r`: files too.
  private func value(_ value: ValueDeclaration) -> String {
    value.kind == .file ? " -r -F" : " -x\(action(value.kind))"
  }

  private func action(_ kind: ValueKind) -> String {
    switch kind {
    case .file: " -F"
    case .directory: " -a '(__fish_complete_directories)'"
    case .oneOf(let choices): " -a '\(choices.joined(separator: " "))'"
    case .text, .wholeNumber, .duration: ""
    }
  }
}

extension String {
  /// One word to fish, which knows two escapes between single quotes.
  fileprivate var fishQuoted: String {
    "'" + map { $0 == "'" || $0 == "\\" ? "\\\($0)" : "\($0)" }.joined() + "'"
  }
}
