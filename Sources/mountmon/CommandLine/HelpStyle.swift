/// Whether what is printed may use a terminal's bold and colors.
enum HelpStyle: Hashable, Sendable {
  case plain
  case bold

  /// Bold only where a person is looking and has not said no.
  ///
  /// - Parameters:
  ///   - isTerminal: Whether the text goes to a terminal.
  ///   - environment: What `NO_COLOR`, `CLICOLOR_FORCE` and `TERM` are looked up in.
  init(isTerminal: Bool, environment: [String: String]) {
    let refuses = environment["NO_COLOR"].map { !$0.isEmpty } ?? false
    let insists = environment["CLICOLOR_FORCE"].map { !$0.isEmpty && $0 != "0" } ?? false
    let isFit = isTerminal && environment["TERM"] != "dumb"
    self = !refuses && (insists || isFit) ? .bold : .plain
  }

  /// As `--color` of a command says, and else as above.
  init(_ command: ParsedCommand, isTerminal: Bool, environment: [String: String]) {
    switch command.value("--color") {
    case "always": self = .bold
    case "never": self = .plain
    default: self.init(isTerminal: isTerminal, environment: environment)
    }
  }

  func heading(_ text: String) -> String {
    switch self {
    case .plain: text
    case .bold: "\u{1B}[1m\(text)\u{1B}[0m"
    }
  }
}
