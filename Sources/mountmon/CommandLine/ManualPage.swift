/// A manual page, in roff with the man macros: that of the program has everything, that of a command
/// the command alone.
struct ManualPage: Sendable {
  let path: CommandPath
  let version: String
  let section: Int

  /// What a page is called: `mountmon-pool-drain`.
  static func name(of path: CommandPath) -> String {
    path.name.split(separator: " ").joined(separator: "-")
  }

  /// The names of all pages.
  static func names(of root: CommandDeclaration) -> [String] {
    CommandPath(root: root).shownTree.map(name)
  }

  private var name: String { Self.name(of: path) }
  private var root: CommandDeclaration { path.ancestors.first ?? path.command }

  var text: String {
    let isWhole = path.ancestors.isEmpty
    let pages = isWhole ? Array(path.shownTree.dropFirst()) : [path]
    var lines = [
      ".\\\" Made by: \(root.name) manual\(isWhole ? "" : " \(name)")",
      ".TH \(name.uppercased().roff) \(section) \"\" \"\(root.name) \(version.roff)\"",
      // No hyphenation, left-aligned: commands stay whole and searchable.
      ".nh", ".ad l",
      ".SH NAME",
      "\(name.roff) \\- \(path.command.summary.firstSentence.lowercasedFirst.roff)",
      ".SH SYNOPSIS",
    ]
    lines += pages.flatMap { page in
      page.usageLines.flatMap { [usage($0, of: page), ".br"] }
    }.dropLast()
    lines.append(".SH DESCRIPTION")
    lines += paragraphs([path.command.summary] + path.command.discussion)
    if isWhole {
      lines.append(".SH COMMANDS")
      lines += pages.flatMap(command)
    } else {
      lines += entries(
        "COMMANDS",
        path.command.shownSubcommands.map { subcommand in
          [".TP", "\\fB\(subcommand.name.roff)\\fR"] + filled(subcommand.summary)
        })
      lines += entries("ARGUMENTS", path.command.positionals.map(argument))
      lines += entries("OPTIONS", path.command.options.map(option))
      lines += note(path.command)
    }
    lines += environment(pages)
    lines += examples(isWhole ? [path] + pages : pages)
    lines += exitStatus(pages)
    lines += seeAlso
    return lines.map { $0 + "\n" }.joined()
  }

  private func entries(_ heading: String, _ entries: [[String]]) -> [String] {
    entries.isEmpty ? [] : [".SH \(heading)"] + entries.flatMap(\.self)
  }

  private func usage(_ line: String, of page: CommandPath) -> String {
    "\\fB\(page.name.roff)\\fR\(String(line.dropFirst(page.name.count)).roff)"
  }

  private func command(_ page: CommandPath) -> [String] {
    let command = page.command
    var lines = [".SS \"\(page.name.roff)\""]
    lines += paragraphs([command.summary] + command.discussion)
    lines += command.positionals.flatMap(argument) + command.options.flatMap(option)
    return lines + note(command)
  }

  private func argument(_ positional: PositionalDeclaration) -> [String] {
    [".TP", "\\fI\(positional.value.placeholder.roff)\\fR"] + filled(positional.summary)
  }

  private func option(_ option: OptionDeclaration) -> [String] {
    [".TP", term(option)] + filled(option.description)
  }

  private func note(_ command: CommandDeclaration) -> [String] {
    command.valueNote.map { [".PP"] + filled($0) } ?? []
  }

  private func term(_ option: OptionDeclaration) -> String {
    let names = [option.short.map { "-\($0)" }, option.name].compactMap(\.self)
    let bold = names.map { "\\fB\($0.roff)\\fR" }.joined(separator: ", ")
    guard let value = option.value else { return bold }
    return "\(bold) \\fI\(value.placeholder.roff)\\fR"
  }

  private func exitStatus(_ pages: [CommandPath]) -> [String] {
    let told = pages.filter { !$0.command.exitCodes.isEmpty }
    guard !told.isEmpty else { return [] }
    return [".SH \"EXIT STATUS\""]
      + told.flatMap { page in
        (pages.count > 1 ? [".SS \"\(page.name.roff)\""] : [])
          + page.command.exitCodes.flatMap { [".TP", "\\fB\($0.code)\\fR", $0.meaning.roff] }
      }
  }

  /// Each variable once, as often as commands look at it.
  private func environment(_ pages: [CommandPath]) -> [String] {
    var variables: [CommandDeclaration.Variable] = []
    for variable in pages.flatMap(\.command.environment) where !variables.contains(variable) {
      variables.append(variable)
    }
    return entries(
      "ENVIRONMENT",
      variables.map { [".TP", "\\fB\($0.name.roff)\\fR", $0.meaning.roff] })
  }

  private func examples(_ pages: [CommandPath]) -> [String] {
    entries(
      "EXAMPLES",
      pages.flatMap(\.command.examples).map {
        [".TP", $0.purpose.roff, ".nf", $0.line.roff, ".fi"]
      })
  }

  /// The page above, and those below.
  private var seeAlso: [String] {
    var names = path.command.shownSubcommands.map { Self.name(of: path.descending(to: $0)) }
    if !path.ancestors.isEmpty {
      names.insert(name.split(separator: "-").dropLast().joined(separator: "-"), at: 0)
    }
    guard !names.isEmpty else { return [] }
    let pages = names.map { "\\fB\($0.roff)\\fR(\(section))" }
    return [".SH \"SEE ALSO\""] + pages.dropLast().map { $0 + "," } + pages.suffix(1)
  }

  /// Lines that a person can read in the source too; roff fills them again.
  private func filled(_ text: String) -> [String] {
    WrappedText.lines(text, width: 76).map(\.roff)
  }

  private func paragraphs(_ texts: [String]) -> [String] {
    Array(texts.map(filled).joined(separator: [".PP"]))
  }
}

extension String {
  /// Text that roff prints as it is: no escape, no request, hyphens that can be copied.
  fileprivate var roff: String {
    var text = ""
    for character in self {
      switch character {
      case "\\": text += "\\e"
      case "-": text += "\\-"
      case "'": text += "\\(aq"
      case "\"": text += "\\(dq"
      case "`": text += "\\(ga"
      case "^": text += "\\(ha"
      case "~": text += "\\(ti"
      default: text.append(character)
      }
    }
    return text.first == "." ? "\\&" + text : text
  }

  fileprivate var lowercasedFirst: String {
    prefix(1).lowercased() + dropFirst()
  }
}
