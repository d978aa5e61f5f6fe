/// An option of a command: a flag, or a name with a value.
struct OptionDeclaration: Hashable, Sendable {
  /// With its dashes: `--config`.
  var name: String
  var short: Character?
  /// What the option takes; nil for a flag.
  var value: ValueDeclaration?
  /// What it does, in one or two plain sentences.
  var summary: String
  /// What holds when it is not given, for the help to say.
  var fallback: String?
  /// The heading it stands under.
  var group = "Options"
  /// Every occurrence counts. Without it the last one wins.
  var repeats = false
  /// An empty value means that the option was not given.
  var emptyMeansAbsent = false

  static let help = OptionDeclaration(
    name: "--help", short: "h", summary: "Show this help.", group: "Help")
  static let version = OptionDeclaration(
    name: "--version", summary: "Show the version.", group: "Help")

  /// The summary with the fallback, as help and man page print it.
  var description: String {
    guard let fallback else { return summary }
    return "\(summary) Default: \(fallback)."
  }
}

/// A value: the word that stands for it, and what is allowed.
struct ValueDeclaration: Hashable, Sendable {
  /// In capitals: `FILE`.
  var placeholder: String
  var kind: ValueKind
  /// A value that is right, where the kind alone says little.
  var example: String?

  init(_ placeholder: String, _ kind: ValueKind, such example: String? = nil) {
    self.placeholder = placeholder
    self.kind = kind
    self.example = example
  }

  /// Completes "expected …".
  var expectation: String {
    example.map { "one such as \($0)" } ?? kind.expectation
  }
}

/// An argument that has a place and no name.
struct PositionalDeclaration: Hashable, Sendable {
  var value: ValueDeclaration
  var count: Count
  var summary: String

  enum Count: Hashable, Sendable {
    case exactlyOne
    case atMostOne
    case anyNumber
  }

  /// As usage lines print it: `SHELL`, `[PAGE]`, `[PATH]...`.
  var usage: String {
    switch count {
    case .exactlyOne: value.placeholder
    case .atMostOne: "[\(value.placeholder)]"
    case .anyNumber: "[\(value.placeholder)]..."
    }
  }
}
