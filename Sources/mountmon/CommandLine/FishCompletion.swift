/// The completion script for fish.
struct FishCompletion: Sendable {
  let root: CommandDeclaration

  var script: String {
    var lines = [
      "# Completion of \(root.name) for fish. Made by: \(root.name) completions fish",
      "function __\(root.name)_at",
      "  set -l words (commandline -opc)",
      "  set -l last (math (count $argv) + 1)",
      "  test (count $words) -ge $last; and test \"$words[2..$last]\" = \"$argv\"",
      "end",
      "complete -c \(root.name) -f",
    ]
    for (index, path) in CommandPath(root: root).shownTree.enumerated() {
      if index > 0 { lines.append("") }
      lines += self.lines(for: path)
    }
    return lines.map { $0 + "\n" }.joined()
  }

  /// fish knows no tree: every line says the condition under which it holds.
  private func lines(for path: CommandPath) -> [String] {
    let names = root.shownSubcommands.map(\.name).joined(separator: " ")
    let outside = "not __fish_seen_subcommand_from \(names) help"
    let words = path.subcommands.joined(separator: " ")
    let inside = "__\(root.name)_at \(words)"
    let here = "test (count (commandline -opc)) -eq \(path.subcommands.count + 1)"
    let isRoot = words.isEmpty
    let command = path.command
    let condition =
      isRoot ? outside : command.shownSubcommands.isEmpty ? inside : "\(inside); and \(here)"
    let prefix = "complete -c \(root.name) -n \(condition.shellQuoted)"
    let first = "complete -c \(root.name) -n '\(isRoot ? here : "\(inside); and \(here)")'"
    var lines = command.shownSubcommands.map {
      "\(first) -a \($0.name) -d \($0.summary.firstSentence.fishQuoted)"
    }
    if !command.shownSubcommands.isEmpty {
      lines.append("\(first) -a help -d 'Show help about a command'")
    }
    if isRoot {
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
