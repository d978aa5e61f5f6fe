import Testing

@testable import mountmon

@Suite struct `The manual page` {
  private let page = ManualPage(
    path: CommandPath(root: MountmonCommands.root), version: "1.2.3", section: 8
  ).text

  @Test func `is as recorded`() {
    Snapshot.expect(page, is: "mountmon.8.txt")
  }

  @Test func `is what the command prints`() {
    #expect(decide("manual").shown == page)
  }

  @Test func `is set by groff without a warning, like the page of each command`() throws {
    guard let groff = ExternalTool.find("groff", package: "groff-base") else { return }
    for path in CommandPath(root: MountmonCommands.root).shownTree {
      let page = ManualPage(path: path, version: "1.2.3", section: 8).text
      let output = try groff.run(["-man", "-Tascii", "-ww", "-z"], input: page)
      #expect(output.status == 0)
      #expect(output.text == "", "\(path.name)")
    }
  }

  @Test func `of one command is as recorded`() {
    let page = decide("manual", "mountmon-pool-drain").shown
    Snapshot.expect(page ?? "", is: "mountmon-pool-drain.8.txt")
  }

  @Test func `is there of every command, by the names that are listed`() throws {
    let listed = try #require(decide("manual", "--list").shown).split(separator: "\n")
    let tree = CommandPath(root: MountmonCommands.root).shownTree
    #expect(listed.count == tree.count)
    for (name, path) in zip(listed, tree) {
      let shown = try #require(decide("manual", String(name)).shown)
      #expect(shown == ManualPage(path: path, version: "1.2.3", section: 8).text)
    }
  }

  @Test func `shows every option of every command as it is typed`() throws {
    guard let groff = ExternalTool.find("groff", package: "groff-base") else { return }
    let text = try groff.run(["-man", "-Tascii", "-P-bcu"], input: page).text
    for path in CommandPath(root: MountmonCommands.root).shownTree {
      for option in path.command.options { #expect(text.contains(option.name)) }
      for example in path.command.examples { #expect(text.contains(example.line)) }
    }
  }

  @Test func `names what else there is to read`() {
    let page = decide("manual", "mountmon-pool").shown ?? ""
    #expect(
      page.contains(".SH \"SEE ALSO\"\n\\fBmountmon\\fR(8),\n\\fBmountmon\\-pool\\-run\\fR(8),"))
  }

  @Test func `keeps what roff would read as an order`() {
    let command = CommandDeclaration(name: "tool", summary: ".so \\fB 'x'.")
    let text = ManualPage(path: CommandPath(root: command), version: "1", section: 1).text
    #expect(text.contains("\n\\&.so \\efB \\(aqx\\(aq.\n"))
  }
}
