/// Options that several commands have, worded once.
enum SharedOptions {
  /// What code 3 of a check says.
  static let undecided =
    "could not tell: bad configuration, bad usage, or an answer of 0 that could not be written"

  /// The file that says what to do; `fallback` tells which one is read where none is named.
  static func configuration(
    _ summary: String = "The configuration file.", fallback: String
  ) -> OptionDeclaration {
    // An empty value is what a template renders when nothing was configured, and the older
    // monitor took it so; `--log-level` and `--log-format` likewise.
    OptionDeclaration(
      name: "--config", short: "c", value: ValueDeclaration("FILE", .file), summary: summary,
      fallback: fallback, emptyMeansAbsent: true)
  }

  /// Where to serve.
  static func http(port: String, address: String, when: String = "") -> [OptionDeclaration] {
    [
      OptionDeclaration(
        name: "--http-port", value: ValueDeclaration("PORT", .wholeNumber(1...65535)),
        summary: "Port to serve on\(when).", fallback: port, group: "HTTP"),
      OptionDeclaration(
        name: "--http-address", value: ValueDeclaration("ADDRESS", .text, such: "127.0.0.1"),
        summary: "Address to serve on\(when).", fallback: address, group: "HTTP"),
    ]
  }

  /// What to log, and how.
  static func logging(level: String = "info", format: String) -> [OptionDeclaration] {
    [
      OptionDeclaration(
        name: "--log-level",
        value: ValueDeclaration("LEVEL", .oneOf(["debug", "info", "warn", "error"])),
        summary: "Least level to log: debug, info, warn or error.", fallback: level,
        group: "Logging", emptyMeansAbsent: true),
      OptionDeclaration(
        name: "--log-format", value: ValueDeclaration("FORMAT", .oneOf(["json", "text"])),
        summary: "json for machines, text for people.", fallback: format, group: "Logging",
        emptyMeansAbsent: true),
    ]
  }

  /// The form of what is printed: some of `table`, `text`, `json` and `nagios`, the first of which is
  /// the default.
  static func output(_ forms: String...) -> OptionDeclaration {
    let uses = ["json": "programs", "nagios": "monitoring plugins"]
    let words = forms.map { "\($0) for \(uses[$0] ?? "people")" }.joined(separator: ", ")
    return OptionDeclaration(
      name: "--output", value: ValueDeclaration("FORMAT", .oneOf(forms)), summary: words + ".",
      fallback: forms.first, group: "Output")
  }

  static let color = OptionDeclaration(
    name: "--color", value: ValueDeclaration("WHEN", .oneOf(["auto", "always", "never"])),
    summary: "Use colors always, never, or with auto on a terminal.", fallback: "auto",
    group: "Output")

  /// What `--color auto` goes by beside the terminal.
  static let colorVariables: [CommandDeclaration.Variable] = [
    .init(name: "NO_COLOR", meaning: "when set, --color auto means never"),
    .init(
      name: "CLICOLOR_FORCE",
      meaning: "when set and not 0, --color auto means always; NO_COLOR is stronger"),
  ]
}
