/// The completion script for bash.
struct BashCompletion: Sendable {
  let root: CommandDeclaration

  private var tree: [CommandPath] { CommandPath(root: root).shownTree }

  var script: String {
    let program = root.name
    var lines = [
      "# Completion of \(program) for bash. Made by: \(program) completions bash",
      "_\(program)() {",
      "  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}",
      "  local command=\(program) options= words= kind= index",
      "  COMPREPLY=()",
      "  # bash splits --name=value in three.",
      "  if [[ $word == = ]]; then",
      "    word=",
      "  elif [[ $before == = ]]; then",
      "    before=${COMP_WORDS[COMP_CWORD - 2]}",
      "  fi",
      "",
      "  for ((index = 1; index < COMP_CWORD; index++)); do",
      "    case \"$command ${COMP_WORDS[index]}\" in",
    ]
    lines += descents
    lines += [
      "    esac",
      "  done",
      "",
      "  case $command in",
    ]
    lines += tree.flatMap(offers)
    lines += [
      "  esac",
      "",
      "  case \"$command $before\" in",
    ]
    lines += tree.flatMap(valueOffers)
    lines += [
      "    *) [[ $word == -* ]] && kind=words words=$options ;;",
      "  esac",
      "",
      "  case $kind in",
      "    words) mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$word\") ;;",
      "    file) compopt -o filenames && mapfile -t COMPREPLY < <(compgen -f -- \"$word\") ;;",
      "    directory) compopt -o filenames && mapfile -t COMPREPLY < <(compgen -d -- \"$word\") ;;",
      "  esac",
      "}",
      "complete -F _\(program) \(program)",
    ]
    return lines.map { $0 + "\n" }.joined()
  }

  /// The words that lead from one command to the next.
  private var descents: [String] {
    tree.flatMap { path -> [String] in
      var lines = path.command.shownSubcommands.map { subcommand in
        let below = path.descending(to: subcommand).name
        return "      \(below.shellQuoted)) command=\(below.shellQuoted) ;;"
      }
      if let implied = path.command.impliedByOptions {
        let asked = ["--help", "--version"].map { "\(path.name) \($0)".shellQuoted }
        let option = "\(path.name) -".shellQuoted
        let below = "\(path.name) \(implied)".shellQuoted
        lines += [
          "      \(asked.joined(separator: " | "))) ;;",
          "      \(option)*) command=\(below) ;;",
        ]
      }
      return lines
    }
  }

  /// What can stand where no value is expected.
  private func offers(at path: CommandPath) -> [String] {
    let command = path.command
    var options = command.allOptions
    if let implied = command.impliedByOptions.flatMap(command.subcommand) {
      options += implied.options
    }
    var line = "    \(path.name.shellQuoted)) options=\(options.completionWords.shellQuoted)"
    if !command.shownSubcommands.isEmpty {
      let names = command.shownSubcommands.map(\.name) + ["help"]
      line += " kind=words words=\(names.joined(separator: " ").shellQuoted)"
    } else if let positional = command.positionals.first {
      line += assignments(for: positional.value.kind)
    }
    return [line + " ;;"]
  }

  private func valueOffers(at path: CommandPath) -> [String] {
    path.command.options.compactMap { option in
      guard let value = option.value else { return nil }
      let names = [option.short.map { "-\($0)" }, option.name].compactMap(\.self)
      let patterns = names.map { "\(path.name) \($0)".shellQuoted }.joined(separator: " | ")
      return "    \(patterns))\(assignments(for: value.kind)) ;;"
    }
  }

  private func assignments(for kind: ValueKind) -> String {
    switch kind {
    case .file: " kind=file"
    case .directory: " kind=directory"
    case .oneOf(let choices):
      " kind=words words=\(choices.joined(separator: " ").shellQuoted)"
    case .text, .wholeNumber, .duration: " kind="
    }
  }
}

extension [OptionDeclaration] {
  fileprivate var completionWords: String {
    flatMap { [$0.short.map { "-\($0)" }, $0.name].compactMap(\.self) }.joined(separator: " ")
  }
}
