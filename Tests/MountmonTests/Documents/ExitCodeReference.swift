import Foundation
import Testing

@testable import mountmon

/// `docs/exit-codes.md` is what the commands declare.
@Suite struct `The reference of the exit codes` {
  @Test func `is written from the declaration of the commands`() {
    Snapshot.expect(Self.document, isFile: "docs/exit-codes.md")
  }

  private static var document: String {
    let pages = CommandPath(root: MountmonCommands.root).shownTree
    var lines = [
      "# Exit codes", "",
      "Each command says its own at the end of its `--help` and in its manual page; here they are together. "
        + "This page is made",
      "from the declaration of the commands.", "",
      "A code that is not here comes from outside: 128 and a number is what a shell makes of a signal "
        + "(137: killed), 126 and",
      "127 mean that the program could not be started.",
    ]
    var told: [[CommandDeclaration.ExitCode]] = []
    for page in pages where !told.contains(page.command.exitCodes) {
      let codes = page.command.exitCodes
      told.append(codes)
      let names = pages.filter { $0.command.exitCodes == codes }.map { "`\($0.name)`" }
      lines += ["", "## \(names.joined(separator: ", "))", "", "| code | meaning |", "|---|---|"]
      lines += codes.map { "| \($0.code) | \($0.meaning) |" }
    }
    return lines.map { $0 + "\n" }.joined()
  }
}
