import Testing

@testable import mountmon

@Suite struct `The help` {
  private var tree: [CommandPath] { CommandPath(root: MountmonCommands.root).shownTree }

  private func help(_ path: CommandPath, _ style: HelpStyle = .plain) -> String {
    CommandHelp(path: path, style: style).text
  }

  @Test func `of every command is as recorded`() {
    for path in tree {
      Snapshot.expect(help(path), is: "help-\(path.functionName).txt")
    }
  }

  @Test func `fits a terminal of 80 columns and is plain ASCII`() {
    for path in tree {
      let lines = help(path).split(separator: "\n")
      #expect(lines.filter { $0.count > 80 } == [])
      #expect(lines.filter { $0.hasSuffix(" ") || !$0.utf8.allSatisfy { $0 < 0x7F } } == [])
    }
  }

  @Test func `has bold headings and is else the same on a terminal`() {
    for path in tree {
      let bold = help(path, .bold)
      #expect(bold.contains("\u{1B}[1mUsage:\u{1B}[0m mountmon"))
      let stripped = bold.replacing("\u{1B}[1m", with: "").replacing("\u{1B}[0m", with: "")
      #expect(stripped == help(path))
    }
  }

  @Test(
    arguments: [
      (true, [:], HelpStyle.bold), (false, [:], .plain), (true, ["NO_COLOR": "1"], .plain),
      (true, ["NO_COLOR": ""], .bold), (true, ["TERM": "dumb"], .plain),
      (true, ["TERM": "xterm"], .bold), (false, ["CLICOLOR_FORCE": "1"], .bold),
      (false, ["CLICOLOR_FORCE": "0"], .plain), (false, ["CLICOLOR_FORCE": ""], .plain),
      (true, ["CLICOLOR_FORCE": "1", "NO_COLOR": "1"], .plain),
      (true, ["CLICOLOR_FORCE": "1", "TERM": "dumb"], .bold),
    ] as [(Bool, [String: String], HelpStyle)])
  func `is bold only where that is wanted`(
    _ isTerminal: Bool, _ environment: [String: String], _ style: HelpStyle
  ) {
    #expect(HelpStyle(isTerminal: isTerminal, environment: environment) == style)
  }

  @Test func `offers no hidden command`() {
    #expect(tree.map(\.name).contains("mountmon probe-worker") == false)
    #expect(!tree.map { help($0) }.joined().contains("probe-worker"))
  }

  @Test func `says only what is declared well`() {
    for path in tree {
      let command = path.command
      #expect(Set(command.allOptions.map(\.name)).count == command.allOptions.count)
      #expect(command.summary.hasSuffix("."))
      for option in command.allOptions {
        #expect(option.name.hasPrefix("--"))
        #expect(option.summary.hasSuffix("."), "\(path.name) \(option.name)")
        if case .oneOf(let choices)? = option.value?.kind {
          for choice in choices {
            #expect(option.summary.contains(choice), "\(path.name) \(option.name) \(choice)")
          }
        }
      }
    }
  }

  @Test func `says which codes a command leaves with, also for bad usage`() {
    for path in tree {
      let codes = path.command.exitCodes.map(\.code)
      #expect(codes == Set(codes).sorted(), "\(path.name)")
      #expect(codes.contains(path.command.usageExitCode), "\(path.name)")
      if path.command.shownSubcommands.isEmpty { #expect(codes.first == 0, "\(path.name)") }
    }
  }

  @Test func `ends with the codes, and says what a duration is`() {
    let lines = help(
      CommandPath(root: MountmonCommands.root).descending(to: MountmonCommands.check)
    )
    .split(separator: "\n")
    #expect(lines.contains("A DURATION is such as 500ms, 30s, 1m30s or 2h."))
    #expect(lines.suffix(6).first == "Exit status:")
  }

  @Test func `shows examples that work`() throws {
    for path in tree {
      for example in path.command.examples {
        let words = example.line.split { " <()".contains($0) }.map(String.init)
        let first = try #require(words.firstIndex(of: "mountmon"))
        let ends: Set = ["|", ">", "&&"]
        let arguments = words[(first + 1)...].prefix { !ends.contains($0) }
        let outcome = MountmonCommands.decide(
          Array(arguments), build: .sample, style: .plain)
        #expect(outcome.faults == nil, "\(example.line)")
      }
    }
  }
}

@Suite struct `Wrapped text` {
  @Test func `breaks at spaces and lets a long word stand alone`() {
    #expect(
      WrappedText.lines("one two /a/very/long/path end", width: 8)
        == ["one two", "/a/very/long/path", "end"])
    #expect(WrappedText.lines("", width: 8) == [])
  }

  @Test func `gives a wide term its own line`() {
    #expect(
      WrappedText.entry("--wide-term", "Some words.", column: 8, width: 16)
        == ["  --wide-term", "        Some", "        words."])
    #expect(WrappedText.entry("-x", "Word.", column: 8, width: 16) == ["  -x    Word."])
  }
}
