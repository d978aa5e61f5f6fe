import Testing

@testable import mountmon

@Suite struct `The manual page` {
  private let page = ManualPage(root: MountmonCommands.root, version: "1.2.3", section: 8).text

  @Test func `is as recorded`() {
    Snapshot.expect(page, is: "mountmon.8.txt")
  }

  @Test func `is what the command prints`() {
    #expect(decide("manual").shown == page)
  }

  @Test func `is set by groff without a warning`() throws {
    guard let groff = ExternalTool.find("groff", package: "groff-base") else { return }
    let output = try groff.run(["-man", "-Tascii", "-ww", "-z"], input: page)
    #expect(output.status == 0)
    #expect(output.text == "")
  }

  @Test func `shows every option of every command as it is typed`() throws {
    guard let groff = ExternalTool.find("groff", package: "groff-base") else { return }
    let text = try groff.run(["-man", "-Tascii", "-P-bcu"], input: page).text
    for path in CommandPath(root: MountmonCommands.root).shownTree {
      for option in path.command.options { #expect(text.contains(option.name)) }
      for example in path.command.examples { #expect(text.contains(example.line)) }
    }
  }

  @Test func `keeps what roff would read as an order`() {
    let command = CommandDeclaration(name: "tool", summary: ".so \\fB 'x'.")
    let text = ManualPage(root: command, version: "1", section: 1).text
    #expect(text.contains("\n\\&.so \\efB \\(aqx\\(aq.\n"))
  }
}
