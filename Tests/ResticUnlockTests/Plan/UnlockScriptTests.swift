import Foundation
import Testing

@testable import ResticUnlock

/// The script with a restic of which each list of locks is the next of some.
@Suite struct `The script of an unlock Job` {
  private static let one = String(repeating: "a", count: 64)
  private static let other = String(repeating: "b", count: 64)

  /// - Returns: What it wrote, what it ended with, and what was asked of restic.
  private func run(
    _ mode: String, lists: [[String]]
  ) throws -> (report: UnlockReport, code: Int32, calls: [String]) {
    let files = FileManager.default
    let folder = files.temporaryDirectory.appending(path: UUID().uuidString)
    try files.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? files.removeItem(at: folder) }
    for (index, list) in lists.enumerated() {
      try list.joined(separator: "\n").write(
        to: folder.appending(path: "list-\(index)"), atomically: true, encoding: .utf8)
    }
    let restic = """
      #!/bin/sh
      echo "$*" >>"$ROOM/calls"
      case "$*" in
      *"list locks") cat "$ROOM/list-$(grep -c 'list locks' "$ROOM/calls" | awk '{print $1 - 1}')" ;;
      *"cat lock"*) echo '{"time": "2026-11-21T19:27:19Z", "hostname": "h", "pid": 20}' ;;
      esac
      """
    let program = folder.appending(path: "restic")
    try restic.write(to: program, atomically: true, encoding: .utf8)
    try files.setAttributes([.posixPermissions: 0o755], ofItemAtPath: program.path)
    let process = Process()
    process.executableURL = URL(filePath: "/bin/sh")
    process.arguments = ["-c", UnlockScript.text]
    process.environment = [
      "PATH": "\(folder.path):/usr/bin:/bin", "ROOM": folder.path, UnlockScript.token: "tok",
      UnlockScript.mode: mode, UnlockScript.expected: "aaaaaaaa",
    ]
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let log = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    let calls = try String(contentsOf: folder.appending(path: "calls"), encoding: .utf8)
    return (
      UnlockReport(LogTail(String(decoding: log, as: UTF8.self)), token: "tok"),
      process.terminationStatus, calls.split(separator: "\n").map(String.init)
    )
  }

  @Test(arguments: ["unlock", "as-host", "remove-all"])
  func `removes nothing where a lock came since it listed them`(_ mode: String) throws {
    let (report, code, calls) = try run(
      mode, lists: [[Self.one], [Self.one, Self.other], [Self.one, Self.other]])
    #expect(code == Int32(UnlockScript.unexpectedCode) && report.code == 75, "\(calls)")
    #expect(report.unexpected == [Self.other] && report.unlockCode == nil)
    #expect(report.before?.map(\.id) == [Self.one])
    #expect(!calls.contains { $0.hasPrefix("--no-cache unlock") }, "\(calls)")
  }

  @Test(arguments: ["unlock", "as-host", "remove-all"])
  func `lists locks right before it unlocks, and after it`(_ mode: String) throws {
    let (report, code, calls) = try run(mode, lists: [[Self.one], [Self.one], []])
    #expect(code == 0 && report.isSuccess, "\(calls)")
    let unlocks = calls.indices.filter { calls[$0].hasPrefix("--no-cache unlock") }
    let first = try #require(unlocks.first)
    #expect(unlocks.count == (mode == "as-host" ? 2 : 1))
    #expect(calls[first - 1] == "--no-cache --no-lock list locks", "\(calls)")
    #expect(calls.last == "--no-cache --no-lock list locks")
  }

  @Test func `looks and removes nothing where it is only to look`() throws {
    let (report, code, calls) = try run("inspect", lists: [[Self.other], [Self.other]])
    #expect(code == 0 && report.after == [Self.other] && report.unlockCode == nil)
    #expect(!calls.contains { $0.hasPrefix("--no-cache unlock") }, "\(calls)")
  }
}
