import Testing

@testable import mountmon

@Suite struct `A completion script` {
  @Test(arguments: CompletionShell.allCases)
  func `is as recorded`(_ shell: CompletionShell) {
    Snapshot.expect(shell.script(for: MountmonCommands.root), is: "completion.\(shell).txt")
  }

  @Test(arguments: CompletionShell.allCases)
  func `is what the command prints`(_ shell: CompletionShell) {
    #expect(decide("completions", "\(shell)").shown == shell.script(for: MountmonCommands.root))
  }

  @Test(arguments: CompletionShell.allCases)
  func `is accepted by its shell`(_ shell: CompletionShell) throws {
    guard let tool = ExternalTool.find("\(shell)", package: "\(shell)") else { return }
    let script = shell.script(for: MountmonCommands.root)
    let output = try tool.run(["-n"], input: script)
    #expect(output.status == 0)
    #expect(output.text == "")
  }

  @Test(arguments: [
    ("mountmon |", "sidecar check pool volsync completions manual version help"),
    ("mountmon ch|", "check"),
    ("mountmon check --out|", "--output"),
    ("mountmon check --output |", "table json nagios"),
    ("mountmon check --output = |", "table json nagios"),
    ("mountmon check --output = js|", "json"),
    ("mountmon check --output =|", "table json nagios"),
    ("mountmon check --wait |", ""),
    ("mountmon check /usr/shar|", "/usr/share"),
    ("mountmon completions |", "bash zsh fish"),
    ("mountmon --log-l|", "--log-level"),
    ("mountmon --config x --log-f|", "--log-format"),
    ("mountmon --config x --log-format |", "json text"),
    ("mountmon help ch|", "check"),
    ("mountmon -c /etc/os-rel|", "/etc/os-release"),
  ])
  func `offers in bash what fits`(_ line: String, _ expected: String) throws {
    guard let bash = ExternalTool.find("bash", package: "bash") else { return }
    #expect(line.hasSuffix("|"))
    let typed = line.dropLast()
    var words = typed.split(separator: " ").map(String.init)
    if typed.hasSuffix(" ") { words.append("") }
    let quoted = words.map(\.shellQuoted).joined(separator: " ")
    let program = """
      COMP_WORDS=(\(quoted)); COMP_CWORD=\(words.count - 1)
      compopt() { :; }
      _mountmon
      echo "${COMPREPLY[*]}"
      """
    let script = CompletionShell.bash.script(for: MountmonCommands.root)
    let output = try bash.run(["--norc"], input: script + program)
    #expect(output.text == expected + "\n")
  }

  @Test(arguments: [
    ("mountmon ch", ["check"]),
    ("mountmon check --output ", ["json", "nagios", "table"]),
    ("mountmon check --outp", ["--output"]),
    ("mountmon --log-l", ["--log-level"]),
    ("mountmon completions ", ["bash", "fish", "zsh"]),
    ("mountmon help man", ["manual"]),
    ("mountmon pool ch", ["check", "choose"]),
    ("mountmon pool choose ", ["full", "local", "none"]),
    ("mountmon pool check --output ", ["json", "nagios", "table"]),
    ("mountmon pool check --ty", []),
    ("mountmon pool --he", ["--help"]),
  ])
  func `offers in fish what fits`(_ line: String, _ expected: [String]) throws {
    guard let fish = ExternalTool.find("fish", package: "fish") else { return }
    let script = CompletionShell.fish.script(for: MountmonCommands.root)
    let output = try fish.run(
      ["--no-config"], input: script + "complete -C \(line.shellQuoted)\n")
    let offers = output.text.split(separator: "\n").compactMap { $0.split(separator: "\t").first }
    #expect(offers.map(String.init).sorted() == expected)
  }
}
