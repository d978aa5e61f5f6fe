/// A command line that was understood: which command, with which values.
struct ParsedCommand: Hashable, Sendable {
  /// The path below the program: `["check"]`.
  let path: [String]
  let declaration: CommandDeclaration
  /// Per option, one entry for each occurrence that counts; a flag has the entry `true` or `false`.
  fileprivate(set) var values: [String: [Occurrence]] = [:]
  /// What has a place and no name, in order.
  fileprivate(set) var arguments: [String] = []

  enum Occurrence: Hashable, Sendable {
    case flag(Bool)
    case value(ParsedValue, text: String)
  }

  init(path: CommandPath) {
    self.path = path.subcommands
    declaration = path.command
  }
}

extension ParsedCommand {
  /// As it is typed: `mountmon pool drain`.
  var name: String { (["mountmon"] + path).joined(separator: " ") }

  /// The text given for an option; nil when it was not given.
  func value(_ option: String) -> String? { values(option).last }

  /// The texts given for an option that repeats, in order.
  func values(_ option: String) -> [String] {
    occurrences(of: option).compactMap { occurrence in
      guard case .value(_, let text) = occurrence else { return nil }
      return text
    }
  }

  func wholeNumber(_ option: String) -> Int? {
    guard case .value(.wholeNumber(let number), _) = occurrences(of: option).last else {
      return nil
    }
    return number
  }

  func duration(_ option: String) -> Duration? {
    guard case .value(.duration(let duration), _) = occurrences(of: option).last else {
      return nil
    }
    return duration
  }

  /// Whether a flag was given.
  func flag(_ option: String) -> Bool { occurrences(of: option).last == .flag(true) }

  /// Asking for an option that the command does not declare is a mistake in this program.
  private func occurrences(of option: String) -> [Occurrence] {
    assert(declaration.option(named: option) != nil, "\(declaration.name) has no \(option)")
    return values[option] ?? []
  }
}

extension ParsedCommand {
  mutating func add(_ occurrence: Occurrence, to option: OptionDeclaration) {
    guard option.repeats else {
      values[option.name] = [occurrence]
      return
    }
    values[option.name, default: []].append(occurrence)
  }

  mutating func forget(_ option: OptionDeclaration) {
    values[option.name] = nil
  }

  mutating func add(argument: String) {
    arguments.append(argument)
  }
}
