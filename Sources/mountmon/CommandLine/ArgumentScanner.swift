import MountHealthCore

/// Reads the arguments of one command from left to right, keeps what is understood and collects
/// every fault on the way.
struct ArgumentScanner {
  private let path: CommandPath
  private var command: ParsedCommand
  private var positionals: [String] = []
  private var faults: [String] = []
  private var wantsHelp = false
  private var wantsVersion = false

  enum Result: Hashable {
    case help
    case version
    case command(ParsedCommand)
    case faults([String])
  }

  init(path: CommandPath) {
    self.path = path
    command = ParsedCommand(path: path)
  }

  mutating func scan(_ arguments: ArraySlice<String>) {
    var rest = arguments
    while let argument = rest.popFirst() {
      if argument == "--" {
        positionals += rest
        return
      }
      if argument.hasPrefix("--") {
        scanLong(argument, &rest)
      } else if argument.hasPrefix("-"), argument != "-" {
        scanShort(argument, &rest)
      } else {
        positionals.append(argument)
      }
    }
  }

  /// Help is shown whatever else is wrong: who asks for it has just found out.
  mutating func finish() -> Result {
    if wantsHelp { return .help }
    if wantsVersion { return .version }
    placePositionals()
    return faults.isEmpty ? .command(command) : .faults(faults)
  }

  /// `--name`, `--name value` or `--name=value`.
  private mutating func scanLong(_ argument: String, _ rest: inout ArraySlice<String>) {
    let (name, attached) = argument.splitAtEquals
    guard let option = path.command.option(named: name) else {
      faults.append(unknownOption(name))
      // The value of a misspelt option is not a second fault.
      if attached == nil, nearest(to: name)?.value != nil, rest.first?.first != "-" {
        _ = rest.popFirst()
      }
      return
    }
    guard let value = option.value else {
      setFlag(option, attached)
      return
    }
    guard let text = attached ?? takeValue(of: option, value, from: &rest) else { return }
    set(option, value, text)
  }

  /// `-c value`, `-cvalue`, and flags in one word: `-hc value`.
  private mutating func scanShort(_ argument: String, _ rest: inout ArraySlice<String>) {
    var letters = argument.dropFirst()
    while let letter = letters.popFirst() {
      guard let option = path.command.option(short: letter) else {
        faults.append(unknownOption("-\(letter)"))
        return
      }
      guard let value = option.value else {
        setFlag(option, nil)
        continue
      }
      guard letters.isEmpty else {
        // `-c=FILE` means FILE, as it did for those who come from the older monitor.
        set(option, value, String(letters.first == "=" ? letters.dropFirst() : letters))
        return
      }
      guard let text = takeValue(of: option, value, from: &rest) else { return }
      set(option, value, text)
    }
  }

  /// The next argument, unless it is clearly the next option.
  private mutating func takeValue(
    of option: OptionDeclaration, _ value: ValueDeclaration, from rest: inout ArraySlice<String>
  ) -> String? {
    guard let next = rest.first else {
      faults.append("\(option.name): needs a value, expected \(value.expectation)")
      return nil
    }
    guard next != "--", path.command.option(named: next.splitAtEquals.name) == nil else {
      faults.append(
        "\(option.name): needs a value before \(next), expected \(value.expectation)")
      return nil
    }
    return rest.popFirst()
  }

  private mutating func set(
    _ option: OptionDeclaration, _ value: ValueDeclaration, _ text: String
  ) {
    if text.isEmpty, option.emptyMeansAbsent {
      command.forget(option)
    } else if let parsed = ParsedValue(text, as: value.kind) {
      command.add(.value(parsed, text: text), to: option)
    } else {
      faults.append(
        "\(option.name): \(text.quoted) is not allowed, expected \(value.expectation)")
    }
  }

  /// A flag may be spelt out: `--init-container-mode=false`.
  private mutating func setFlag(_ option: OptionDeclaration, _ text: String?) {
    let isOn: Bool
    switch text?.lowercased() {
    case nil, "true", "t", "1": isOn = true
    case "false", "f", "0": isOn = false
    case .some:
      faults.append("\(option.name): \((text ?? "").quoted) is not allowed, expected true or false")
      return
    }
    switch option {
    case .help: wantsHelp = isOn
    case .version: wantsVersion = isOn
    default: command.add(.flag(isOn), to: option)
    }
  }

  private mutating func placePositionals() {
    var rest = positionals[...]
    for positional in path.command.positionals {
      switch positional.count {
      case .exactlyOne:
        guard let text = rest.popFirst() else {
          faults.append(
            "\(positional.value.placeholder) is missing, expected "
              + positional.value.expectation)
          continue
        }
        place(text, as: positional.value)
      case .atMostOne:
        if let text = rest.popFirst() { place(text, as: positional.value) }
      case .anyNumber:
        while let text = rest.popFirst() { place(text, as: positional.value) }
      }
    }
    faults += rest.map(unexpected)
  }

  private mutating func place(_ text: String, as value: ValueDeclaration) {
    guard ParsedValue(text, as: value.kind) != nil else {
      faults.append(
        "\(value.placeholder): \(text.quoted) is not allowed, expected \(value.expectation)")
      return
    }
    command.add(argument: text)
  }

  private func unexpected(_ argument: String) -> String {
    let siblings = path.ancestors.last?.shownSubcommands.map(\.name) ?? []
    guard siblings.contains(argument) else {
      return "unexpected argument \(argument.quoted)"
    }
    return "unexpected argument \(argument.quoted), a command comes before its options"
  }

  private func unknownOption(_ name: String) -> String {
    guard let nearest = nearest(to: name) else { return "unknown option \(name.oneLine)" }
    return "unknown option \(name.oneLine), did you mean \(nearest.name)?"
  }

  private func nearest(to name: String) -> OptionDeclaration? {
    name.closest(among: path.command.allOptions.map(\.name))
      .flatMap(path.command.option(named:))
  }
}

extension String {
  /// `--name=value` in its two parts; no value without an equals sign.
  fileprivate var splitAtEquals: (name: String, value: String?) {
    guard let equals = firstIndex(of: "=") else { return (self, nil) }
    return (String(self[..<equals]), String(self[index(after: equals)...]))
  }

  /// As it is, or in quotes when something in it would disturb the line.
  fileprivate var oneLine: String {
    let quoted = quoted
    return quoted.utf8.count == utf8.count + 2 ? self : quoted
  }
}
