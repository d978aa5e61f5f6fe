/// What `--help` prints of one command.
struct CommandHelp: Sendable {
  let path: CommandPath
  let style: HelpStyle

  static let width = 80
  /// Where explanations begin at the latest; a longer term has a line of its own.
  private static let widestColumn = 30

  var text: String {
    let command = path.command
    var blocks = [WrappedText.lines(command.summary, width: Self.width)]
    blocks.append(usage)
    blocks += command.discussion.map { WrappedText.lines($0, width: Self.width) }
    blocks += [
      section("Commands", command.shownSubcommands.map { ($0.name, $0.summary) }),
      section("Arguments", command.positionals.map { ($0.value.placeholder, $0.summary) }),
    ]
    blocks += groups.map { section($0.heading, $0.options.map { ($0.term, $0.description) }) }
    blocks += [
      command.valueNote.map { WrappedText.lines($0, width: Self.width) } ?? [],
      examples,
      section("Environment", command.environment.map { ($0.name, $0.meaning) }),
      section("Exit status", command.exitCodes.map { ("\($0.code)", $0.meaning) }),
      footer,
    ]
    return blocks.filter { !$0.isEmpty }
      .map { $0.map { $0 + "\n" }.joined() }
      .joined(separator: "\n")
  }

  private var usage: [String] {
    let lines = path.usageLines
    return [style.heading("Usage:") + " " + lines[0]]
      + lines.dropFirst().map { WrappedText.spaces(7) + $0 }
  }

  private var groups: [(heading: String, options: [OptionDeclaration])] {
    path.command.allOptions.grouped
  }

  private func section(_ heading: String, _ entries: [(term: String, text: String)]) -> [String] {
    guard !entries.isEmpty else { return [] }
    return [style.heading(heading + ":")]
      + entries.flatMap {
        WrappedText.entry($0.term, $0.text, column: column(for: entries), width: Self.width)
      }
  }

  /// Options of all groups line up; other sections are as narrow as they can be.
  private func column(for entries: [(term: String, text: String)]) -> Int {
    let options = path.command.allOptions.map(\.term)
    let terms = entries.map(\.term)
    let aligned = options.contains(terms.first ?? "") ? options : terms
    let widest = aligned.map { $0.count + 4 }.filter { $0 <= Self.widestColumn }.max()
    return widest ?? Self.widestColumn
  }

  private var examples: [String] {
    guard !path.command.examples.isEmpty else { return [] }
    var lines = [style.heading("Examples:")]
    for (index, example) in path.command.examples.enumerated() {
      if index > 0 { lines.append("") }
      lines += WrappedText.lines(example.purpose, width: Self.width - 2).map { "  " + $0 }
      lines.append("    " + example.line)
    }
    return lines
  }

  private var footer: [String] {
    guard !path.command.shownSubcommands.isEmpty else { return [] }
    let name = path.ancestors.first?.name ?? path.name
    return [
      "Run '\(path.name) COMMAND --help' for more about a command,",
      "or '\(name) manual | man -l -' for all of it.",
    ]
  }
}

extension OptionDeclaration {
  /// As it is typed: `-c, --config FILE`. Options without a short name line up with those that
  /// have one.
  var term: String {
    let names = short.map { "-\($0), \(name)" } ?? "    \(name)"
    guard let value else { return names }
    return "\(names) \(value.placeholder)"
  }
}

extension [OptionDeclaration] {
  /// Under their headings, in the order in which those first come up.
  var grouped: [(heading: String, options: [OptionDeclaration])] {
    var groups: [(heading: String, options: [OptionDeclaration])] = []
    for option in self {
      if let index = groups.firstIndex(where: { $0.heading == option.group }) {
        groups[index].options.append(option)
      } else {
        groups.append((option.group, [option]))
      }
    }
    return groups
  }
}

extension CommandDeclaration {
  /// What is to be said once of values that the options take.
  var valueNote: String? {
    guard options.contains(where: { $0.value?.kind == .duration }) else { return nil }
    return "A DURATION is such as 500ms, 30s, 1m30s or 2h."
  }
}

extension CommandPath {
  /// One line for each way to call the command; there is always one.
  var usageLines: [String] {
    guard command.usage.isEmpty else { return command.usage.map { "\(name) \($0)" } }
    guard command.shownSubcommands.isEmpty else {
      return ["\(name) COMMAND [OPTION]..."]
    }
    var words = [name]
    if !command.options.isEmpty { words.append("[OPTION]...") }
    words += command.positionals.map(\.usage)
    return [words.joined(separator: " ")]
  }
}
