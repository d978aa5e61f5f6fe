/// The completion script for zsh.
struct ZshCompletion: Sendable {
  let root: CommandDeclaration

  var script: String {
    let tree = CommandPath(root: root).shownTree
    let lines =
      [
        "#compdef \(root.name)",
        "# Completion of \(root.name) for zsh. Made by: \(root.name) completions zsh",
      ]
      + tree.flatMap { [""] + function(for: $0) }
      + [
        "",
        "# As a file of $fpath it is run; sourced, it registers itself.",
        "if [[ $funcstack[1] == _\(root.name) ]]; then",
        "  _\(root.name) \"$@\"",
        "else",
        "  compdef _\(root.name) \(root.name)",
        "fi",
      ]
    return lines.map { $0 + "\n" }.joined()
  }

  private func function(for path: CommandPath) -> [String] {
    let command = path.command
    guard !command.shownSubcommands.isEmpty else {
      return ["_\(path.functionName)() {"]
        + arguments(command.allOptions.map(spec) + command.positionals.map(spec))
        + ["}"]
    }
    var lines = [
      "_\(path.functionName)() {",
      "  local curcontext=$curcontext state line",
      "  typeset -A opt_args",
    ]
    if let implied = command.impliedByOptions.flatMap(command.subcommand) {
      let function = path.descending(to: implied).functionName
      lines += [
        "  if [[ $words[2] == -* ]]; then",
        "    _\(function)",
        "    return",
        "  fi",
      ]
    }
    lines += arguments(
      command.allOptions.map(spec) + ["'1:command:->command'", "'*::argument:->argument'"],
      flags: "-C")
    lines += ["  case $state in", "    command)", "      local -a commands=("]
    lines += command.shownSubcommands.map {
      "        " + "\($0.name):\($0.summary.firstSentence)".shellQuoted
    }
    lines += [
      "        'help:Show help about a command'", "      )",
      "      _describe command commands",
      "      ;;",
      "    argument)",
      "      case $line[1] in",
    ]
    lines += command.shownSubcommands.map {
      "        \($0.name)) _\(path.descending(to: $0).functionName) ;;"
    }
    let names = command.shownSubcommands.map(\.name).joined(separator: " ")
    return lines + [
      "        help) _arguments \("1:command:(\(names))".shellQuoted) ;;",
      "      esac",
      "      ;;",
      "  esac",
      "}",
    ]
  }

  private func arguments(_ specs: [String], flags: String = "-s") -> [String] {
    (["  _arguments \(flags)"] + specs.map { "    " + $0 })
      .joined(separator: " \\\n").split(separator: "\n").map(String.init)
  }

  private func spec(_ option: OptionDeclaration) -> String {
    let names = [option.short.map { "-\($0)" }, option.name].compactMap(\.self)
    let value = option.value.map { ":\($0.placeholder):\(action($0.kind))" } ?? ""
    let text = "[\(option.summary.firstSentence.zshEscaped)]\(value)"
    let repeats = option.repeats ? "*" : ""
    // `-s` lets `-cFILE` and `--config=FILE` pass for the two-word forms.
    let specs = names.map { name in
      "\(name)\(option.value == nil ? "" : name.hasPrefix("--") ? "=" : "+")"
    }
    guard specs.count > 1 else { return "\(repeats)\(specs[0])\(text)".shellQuoted }
    let exclusion = option.repeats ? "" : "(\(names.joined(separator: " ")))"
    return
      "\("\(exclusion)\(repeats)".shellQuoted){\(specs.joined(separator: ","))}\(text.shellQuoted)"
  }

  private func spec(_ positional: PositionalDeclaration) -> String {
    let place = positional.count == .anyNumber ? "*" : "1"
    return "\(place):\(positional.value.placeholder):\(action(positional.value.kind))".shellQuoted
  }

  private func action(_ kind: ValueKind) -> String {
    switch kind {
    case .file: "_files"
    case .directory: "_files -/"
    case .oneOf(let choices): "(\(choices.joined(separator: " ")))"
    case .text, .wholeNumber, .duration: " "
    }
  }
}

extension String {
  /// For the brackets of `_arguments`.
  fileprivate var zshEscaped: String {
    map { "[]:\\".contains($0) ? "\\\($0)" : "\($0)" }.joined()
  }
}
