/// The manual page, in roff with the man macros.
struct ManualPage: Sendable {
  let root: CommandDeclaration
  let version: String
  let section: Int

  var text: String {
    let path = CommandPath(root: root)
    let pages = path.shownTree.filter { !$0.subcommands.isEmpty }
    var lines = [
      ".\\\" Made by: \(root.name) manual",
      ".TH \(root.name.uppercased()) \(section) \"\" \"\(root.name) \(version.roff)\"",
      // No hyphenation, left-aligned: commands stay whole and searchable.
      ".nh", ".ad l",
      ".SH NAME",
      "\(root.name) \\- \(root.summary.firstSentence.lowercasedFirst.roff)",
      ".SH SYNOPSIS",
    ]
    lines += pages.flatMap { page in
      page.usageLines.flatMap { [usage($0, of: page), ".br"] }
    }.dropLast()
    lines.append(".SH DESCRIPTION")
    lines += paragraphs([root.summary] + root.discussion)
    lines.append(".SH COMMANDS")
    lines += pages.flatMap(command)
    lines += exitStatus(pages)
    lines += environment(pages)
    lines += examples([path] + pages)
    return lines.map { $0 + "\n" }.joined()
  }

  private func usage(_ line: String, of page: CommandPath) -> String {
    "\\fB\(page.name.roff)\\fR\(String(line.dropFirst(page.name.count)).roff)"
  }

  private func command(_ page: CommandPath) -> [String] {
    let command = page.command
    var lines = [".SS \"\(page.name.roff)\""]
    lines += paragraphs([command.summary] + command.discussion)
    lines += command.positionals.flatMap {
      [".TP", "\\fI\($0.value.placeholder.roff)\\fR"] + filled($0.summary)
    }
    lines += command.options.flatMap { [".TP", term($0)] + filled($0.description) }
    return lines
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
        [".SS \"\(page.name.roff)\""]
          + page.command.exitCodes.flatMap { [".TP", "\\fB\($0.code)\\fR", $0.meaning.roff] }
      }
  }

  private func environment(_ pages: [CommandPath]) -> [String] {
    let variables = pages.flatMap(\.command.environment)
    guard !variables.isEmpty else { return [] }
    return [".SH ENVIRONMENT"]
      + variables.flatMap { [".TP", "\\fB\($0.name.roff)\\fR", $0.meaning.roff] }
  }

  private func examples(_ pages: [CommandPath]) -> [String] {
    let examples = pages.flatMap(\.command.examples)
    guard !examples.isEmpty else { return [] }
    return [".SH EXAMPLES"]
      + examples.flatMap {
        [".TP", $0.purpose.roff, ".nf", $0.line.roff, ".fi"]
      }
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
