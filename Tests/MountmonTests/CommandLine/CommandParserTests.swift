import Testing

@testable import mountmon

@Suite struct `A command line that is understood` {
  @Test(arguments: [
    ["sidecar", "--config", "a.json"],
    ["sidecar", "--config=a.json"],
    ["sidecar", "-c", "a.json"],
    ["sidecar", "-ca.json"],
    ["sidecar", "-c=a.json"],
    ["sidecar", "--config=b.json", "-c", "a.json"],
    ["--config=a.json"],
    ["-c", "a.json"],
  ])
  func `takes an option's value in every GNU way, and the last one wins`(_ arguments: [String])
    throws
  {
    let outcome = MountmonCommands.decide(
      arguments, build: .sample, style: .plain)
    let command = try #require(outcome.command)
    #expect(command.path == ["sidecar"])
    #expect(command.value("--config") == "a.json")
    #expect(command.arguments == [])
  }

  @Test func `has typed values`() throws {
    let check = try #require(decide("check", "--wait", "2m", "--explain", "/a").command)
    #expect(check.duration("--wait") == .seconds(120))
    #expect(check.value("--wait") == "2m")
    #expect(check.flag("--explain"))
    #expect(check.duration("--timeout") == nil)
    let sidecar = try #require(decide("sidecar", "--http-port", "9090").command)
    #expect(sidecar.wholeNumber("--http-port") == 9090)
    #expect(!sidecar.flag("--init-container-mode"))
  }

  @Test func `mixes options and arguments, and ends the options at two dashes`() throws {
    let command = try #require(
      decide("check", "/a", "--type=directory", "/b", "-", "--", "--explain", "/c").command)
    #expect(command.arguments == ["/a", "/b", "-", "--explain", "/c"])
    #expect(!command.flag("--explain"))
  }

  @Test func `is the sidecar's when it begins with an option, as the older monitor's did`() throws {
    let command = try #require(
      decide("--config=x", "--http-port", "8081", "--init-container-mode=true", "--log-level=")
        .command)
    #expect(command.path == ["sidecar"])
    #expect(command.wholeNumber("--http-port") == 8081)
    #expect(command.flag("--init-container-mode"))
    #expect(command.value("--log-level") == nil)
  }

  @Test func `can switch a flag off again`() throws {
    let command = try #require(decide("check", "--explain", "--explain=false").command)
    #expect(!command.flag("--explain"))
  }

  @Test func `knows its hidden command`() {
    #expect(decide("probe-worker").command?.path == ["probe-worker"])
  }

  @Test func `takes a value that looks like an option when no option is called so`() throws {
    let command = try #require(decide("check", "--canary", "-health").command)
    #expect(command.value("--canary") == "-health")
  }

  @Test func `keeps every value of an option that repeats`() throws {
    let root = CommandDeclaration(
      name: "tool", summary: "Test.",
      options: [
        OptionDeclaration(
          name: "--label", short: "l", value: ValueDeclaration("TEXT", .text), summary: "A label.",
          repeats: true),
        OptionDeclaration(name: "--all", short: "a", summary: "All."),
      ])
    let parser = CommandParser(
      root: root, version: "1", style: .plain)
    let command = try #require(parser.decide(["-alx", "--label", "y", "-l=z"]).command)
    #expect(command.values("--label") == ["x", "y", "z"])
    #expect(command.flag("--all"))
  }
}

@Suite struct `A command line that is not understood` {
  @Test(
    arguments: [
      (
        ["sidecar", "--http-port", "abc"],
        "mountmon sidecar: --http-port: \"abc\" is not allowed, "
          + "expected a whole number from 1 to 65535"
      ),
      (
        ["sidecar", "--http-port=0"],
        "mountmon sidecar: --http-port: \"0\" is not allowed, "
          + "expected a whole number from 1 to 65535"
      ),
      (
        ["sidecar", "--htp-port", "80"],
        "mountmon sidecar: unknown option --htp-port, did you mean --http-port?"
      ),
      (["check", "--zzz"], "mountmon check: unknown option --zzz"),
      (["check", "-x"], "mountmon check: unknown option -x"),
      (["chekc"], "mountmon: unknown command \"chekc\", did you mean check?"),
      (
        ["volume"],
        "mountmon: unknown command \"volume\", expected sidecar, check, pool, volsync, completions, manual or version"
      ),
      (
        [],
        "mountmon: a command is missing, expected sidecar, check, pool, volsync, completions, manual or version"
      ),
      (
        ["help", "chek"], "mountmon: unknown command \"chek\", did you mean check?"
      ),
      (["drain"], "mountmon: unknown command \"drain\", did you mean pool drain?"),
      (
        ["volsync", "explain"],
        "mountmon volsync explain: NAMESPACE/NAME is missing, expected one such as downloads/prowlarr-nfs"
      ),
      (["completions"], "mountmon completions: SHELL is missing, expected bash, zsh or fish"),
      (
        ["completions", "tcsh"],
        "mountmon completions: SHELL: \"tcsh\" is not allowed, expected bash, zsh or fish"
      ),
      (["version", "x\n"], "mountmon version: unexpected argument \"x\\n\""),
      (
        ["--config=x", "check"],
        "mountmon sidecar: unexpected argument \"check\", a command comes before its options"
      ),
      (
        ["check", "--wait", "soon"],
        "mountmon check: --wait: \"soon\" is not allowed, expected a duration with units, such as 30s, 1m30s or 2h"
      ),
      (
        ["check", "--wait=-1s"],
        "mountmon check: --wait: \"-1s\" is not allowed, expected a duration with units, such as 30s, 1m30s or 2h"
      ),
      (
        ["check", "--canary"],
        "mountmon check: --canary: needs a value, expected one such as .health-check"
      ),
      (
        ["check", "--output", "--explain"],
        "mountmon check: --output: needs a value before --explain, expected table, json or nagios"
      ),
      (
        ["check", "--explain=maybe"],
        "mountmon check: --explain: \"maybe\" is not allowed, expected true or false"
      ),
      (
        ["check", ""], "mountmon check: PATH: \"\" is not allowed, expected the path of a directory"
      ),
      (
        ["check", "--\u{1B}[31mred"], "mountmon check: unknown option \"--\\u{1b}[31mred\""
      ),
      (["version", "a\u{202E}b"], "mountmon version: unexpected argument \"a\\u{202e}b\""),
      (["check", "--\u{2066}x"], "mountmon check: unknown option \"--\\u{2066}x\""),
    ] as [([String], String)])
  func `is told what is wrong and what was expected`(_ arguments: [String], _ fault: String) {
    let outcome = MountmonCommands.decide(
      arguments, build: .sample, style: .plain)
    #expect(outcome.faults == [fault])
  }

  @Test func `is told of every fault at once, and where to find help`() throws {
    let usage = try #require(
      decide("sidecar", "--http-port", "abc", "--log-level=loud", "--nope", "stray").usage)
    #expect(
      usage.text == """
        mountmon sidecar: --http-port: "abc" is not allowed, expected a whole number from 1 to 65535
        mountmon sidecar: --log-level: "loud" is not allowed, expected debug, info, warn or error
        mountmon sidecar: unknown option --nope
        mountmon sidecar: unexpected argument "stray"
        Run 'mountmon sidecar --help' for help.

        """)
  }

  @Test func `leaves with the exit code that its command says`() {
    #expect(decide("sidecar", "--nope").usage?.exitCode == 2)
    #expect(decide("check", "--nope").usage?.exitCode == 3)
    #expect(decide("nope").usage?.exitCode == 2)
    #expect(decide("volsync", "nope").usage?.exitCode == 3)
  }
}

@Suite struct `A question to the command line` {
  @Test(arguments: [
    ["--help"], ["-h"], ["help"], ["help", "--help"], ["--help", "sidecar"], ["--", "-h"],
    ["help", "help"],
  ])
  func `about the program is answered by its help`(_ arguments: [String]) {
    #expect(shown(arguments)?.contains("Usage: mountmon COMMAND") == true)
  }

  @Test(arguments: [
    ["check", "--help"], ["check", "-h"], ["help", "check"], ["check", "--output", "x", "--help"],
    ["check", "/a", "--nope", "-h"], ["help", "check", "/a"], ["help", "help", "check"],
  ])
  func `about a command is answered by the command's help`(_ arguments: [String]) {
    #expect(shown(arguments)?.contains("Usage: mountmon check [OPTION]... [PATH]...") == true)
  }

  @Test func `about the sidecar may leave its name out`() {
    #expect(shown(["-c", "x", "--help"])?.contains("Usage: mountmon sidecar") == true)
  }

  @Test(arguments: [["--version"], ["check", "--version"], ["-c", "x", "--version"]])
  func `about the version is answered at every level`(_ arguments: [String]) {
    #expect(shown(arguments) == BuildIdentity.sample.text)
  }

  @Test func `after two dashes is none`() {
    #expect(decide("check", "--", "--help").command?.arguments == ["--help"])
  }

  private func shown(_ arguments: [String]) -> String? {
    MountmonCommands.decide(
      arguments, build: .sample, style: .plain
    ).shown
  }
}
