import JSONValue
import Testing

@testable import mountmon

@Suite struct `What a build is` {
  private static let commit = "0123456789abcdef0123456789abcdef01234567"

  private func identity(_ name: String) -> BuildIdentity {
    BuildIdentity(version: "1.2.3", named: name, swift: "6.3.1", architecture: "amd64")
  }

  @Test(arguments: [
    (commit, "mountmon 1.2.3 (commit 0123456789ab, Swift 6.3.1, amd64)\n"),
    (commit + "-modified", "mountmon 1.2.3 (commit 0123456789ab, modified, Swift 6.3.1, amd64)\n"),
    ("", "mountmon 1.2.3 (unknown commit, Swift 6.3.1, amd64)\n"),
    ("-modified", "mountmon 1.2.3 (unknown commit, Swift 6.3.1, amd64)\n"),
  ])
  func `is one line for people, which says plainly what is not known`(
    _ name: String, _ line: String
  ) {
    #expect(identity(name).text == line)
  }

  @Test func `has the whole commit for programs`() {
    #expect(
      identity(Self.commit + "-modified").json
        == [
          "version": "1.2.3", "commit": .string(Self.commit), "modified": true, "swift": "6.3.1",
          "architecture": "amd64",
        ])
    #expect(identity("").json["commit"] == .null)
    #expect(identity("").json["modified"] == .null)
  }

  @Test func `is the labels of a metric`() {
    #expect(
      identity(Self.commit).labels
        == [
          "version": "1.2.3", "commit": Self.commit, "modified": "false", "swift": "6.3.1",
          "architecture": "amd64",
        ])
    #expect(identity("").labels.labels[1].value == "unknown")
    #expect(identity("").labels.labels[2].value == "unknown")
  }

  @Test(arguments: [(["version"], false), (["version", "--output", "json"], true)])
  func `is told by a command of its own`(_ arguments: [String], _ isJSON: Bool) {
    let shown = MountmonCommands.decide(arguments, build: .sample, style: .plain).shown
    #expect(
      shown == (isJSON ? BuildIdentity.sample.json.text(.pretty) + "\n" : BuildIdentity.sample.text)
    )
  }

  @Test func `names the Swift that is installed`() throws {
    let words = try ExternalTool(path: "/usr/bin/env").run(["swift", "--version"]).text.split(
      separator: " ")
    let index = try #require(words.firstIndex(of: "version"))
    let own = BuildIdentity.current.swift
    #expect(own.hasSuffix(" or later") || own == words[index + 1])
  }
}
