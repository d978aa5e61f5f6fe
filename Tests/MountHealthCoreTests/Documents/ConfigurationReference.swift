import Foundation
import Testing

@testable import MountHealthCore

/// The tables of keys in `docs/configuration.md`, made from `ConfigurationKey`.
///
/// `RECORD_SNAPSHOTS=1 swift test` writes them anew between their two marks; that run fails, so that
/// nothing passes unseen.
@Suite struct `The reference of the configuration` {
  private static let begin = "<!-- keys: begin; made by RECORD_SNAPSHOTS=1 swift test -->"
  private static let end = "<!-- keys: end -->"
  private static let file = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "docs/configuration.md")

  @Test func `tells of every key what the code says`() throws {
    let document = try String(contentsOf: Self.file, encoding: .utf8)
    let begin = try #require(document.range(of: Self.begin + "\n"))
    let rest = begin.upperBound..<document.endIndex
    let end = try #require(document.range(of: Self.end, range: rest))
    let recorded = document[begin.upperBound..<end.lowerBound]
    let made = Self.tables
    guard recorded != made else { return }
    guard ProcessInfo.processInfo.environment["RECORD_SNAPSHOTS"] == "1" else {
      let old = Set(recorded.split(separator: "\n"))
      let new = made.split(separator: "\n").filter { !old.contains($0) }
      Issue.record(
        """
        docs/configuration.md differs from ConfigurationKey; these lines are missing:
        \(new.joined(separator: "\n"))
        RECORD_SNAPSHOTS=1 swift test records them; read what it changed
        """)
      return
    }
    let updated = document[..<begin.upperBound] + made + document[end.lowerBound...]
    try Data(updated.utf8).write(to: Self.file)
    Issue.record("recorded docs/configuration.md")
  }

  private static var tables: String {
    let mountNames = Set(ConfigurationKey.mountKeys.map(\.name))
    let topNames = Set(ConfigurationKey.topKeys.map(\.name))
    let watchdog = ConfigurationKey.topKeys.first { $0.name == "watchdog" }
    return [
      section(
        "At the top", "Keys of the file itself.",
        ConfigurationKey.topKeys.filter { !mountNames.contains($0.name) }, in: nil),
      section(
        "At the top and in a mount",
        "At the top such a key is for all mounts; in a mount, for that one. The environment overrides "
          + "the top only.",
        ConfigurationKey.topKeys.filter { mountNames.contains($0.name) }, in: nil),
      section(
        "In a mount only", "Keys of the objects in `mounts`.",
        ConfigurationKey.mountKeys.filter { !topNames.contains($0.name) }, in: nil, hasNames: false),
      section(
        "In `requireMount`", "Keys of `requireMount`, where it is an object.",
        [.fsType, .source], in: nil, hasNames: false),
      section(
        "In `watchdog`",
        "Keys of the object `watchdog`. [Operations](operations.md) tells what the watchdog does.",
        ConfigurationKey.watchdogKeys, in: watchdog),
      section(
        "In `watchdog.budget`", "Keys of the object `budget`.", ConfigurationKey.budgetKeys,
        in: nil,
        hasNames: false),
      section(
        "In `watchdog.upstream`",
        "Keys of the object `upstream`. A text in its place is read as its `url`.",
        ConfigurationKey.upstreamKeys, in: nil, hasNames: false),
      section(
        "In `repair`",
        "Keys of the object `repair`, in `watchdog` for all mounts, in a mount for that one. It has "
          + "either a `url` or a `command`.",
        ConfigurationKey.repairKeys, in: nil, hasNames: false),
    ].joined(separator: "\n")
  }

  private static func section(
    _ title: String, _ introduction: String, _ keys: [ConfigurationKey],
    in parent: ConfigurationKey?, hasNames: Bool = true
  ) -> String {
    var lines = ["### \(title)", "", introduction, ""]
    lines.append("| key | value | default | meaning |")
    lines.append("|---|---|---|---|")
    for key in keys {
      var name = "`\(key.name)`"
      if hasNames, key.hasEnvironmentName {
        let prefix = parent?.environmentName ?? ConfigurationKey.environmentPrefix
        name += "<br>`\(key.environmentName(under: prefix))`"
      }
      let fallback = key.defaultText.map { "`\($0)`" } ?? ""
      lines.append("| \(name) | \(key.kind.expectation) | \(fallback) | \(key.summary) |")
    }
    return lines.joined(separator: "\n") + "\n"
  }
}
