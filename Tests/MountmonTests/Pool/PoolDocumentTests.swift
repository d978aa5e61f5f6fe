import JSONValue
import Pacing
import StackDrain
import Testing
import TimeText

@testable import mountmon

@Suite struct `What is shown of a pool` {
  /// A pool in the middle of a drain.
  private static func document() throws -> PoolDocument {
    var tale = PoolTale()
    tale.pool(.well, for: 30)
    tale.stack.mute = ["plex"]
    tale.pool(.gone, for: 3)
    return PoolDocument(
      picture: tale.helm.picture, pool: try .toy(),
      clock: WallClock(now: Timestamp(seconds: 1_795_233_610) + .seconds(24), tick: tale.now))
  }

  private static func well() throws -> PoolDocument {
    var tale = PoolTale()
    tale.pool(.well, for: 300)
    return PoolDocument(
      picture: tale.helm.picture, pool: try .toy(),
      clock: WallClock(now: Timestamp(seconds: 1_795_233_901), tick: tale.now))
  }

  @Test func `as a document is as recorded`() throws {
    Snapshot.expect(try Self.document().json.text(.pretty) + "\n", is: "pool-status.json")
    Snapshot.expect(try Self.well().json.text(.pretty) + "\n", is: "pool-status-well.json")
  }

  @Test func `as a table is as recorded, and fits 80 columns`() throws {
    let text = PoolTable(isColored: false).status(try Self.document().json)
    Snapshot.expect(text, is: "pool-status.txt")
    #expect(text.split(separator: "\n").filter { $0.count > 80 } == [])
    let well = PoolTable(isColored: false).status(try Self.well().json)
    Snapshot.expect(well, is: "pool-status-well.txt")
    let colored = PoolTable(isColored: true).status(try Self.document().json)
    #expect(colored.contains("is \u{1B}[31munmounted\u{1B}[0m\n"))
    let stripped = colored.replacing(/\u{1B}\[[0-9]*m/, with: "")
    #expect(stripped == text)
  }

  @Test func `lets no control character through to a terminal`() throws {
    var document = try Self.document()
    document.picture.judgement?.reasons = ["\u{1B}[2Jgone\n\u{7}"]
    document.picture.complaint = "a\u{1B}]0;b"
    let text = PoolTable(isColored: false).status(document.json)
    #expect(!text.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" })
  }

  @Test(arguments: MetricsFormat.allCases)
  func `as metrics is as recorded`(_ format: MetricsFormat) throws {
    let document = try Self.document()
    let metrics = PoolMetrics(
      picture: document.picture, pool: document.pool, server: .init(), clock: document.clock,
      start: .zero)
    let page = metrics.page(format, isChecked: true)
    #expect(page.mistakes == [])
    // What differs between machines is another test's.
    let lines = String(decoding: page.finish(), as: UTF8.self).split(separator: "\n")
      .filter { !$0.hasPrefix("mountmon_build_info") }
    Snapshot.expect(lines.joined(separator: "\n") + "\n", is: "pool-metrics-\(format).txt")
  }

  @Test func `as metrics is accepted by promtool`() throws {
    guard let promtool = ExternalTool.find("promtool", package: "prometheus") else { return }
    let document = try Self.document()
    let metrics = PoolMetrics(
      picture: document.picture, pool: document.pool, server: .init(), clock: document.clock,
      start: .zero)
    let page = String(decoding: metrics.page(.prometheusText).finish(), as: UTF8.self)
    let output = try promtool.run(["check", "metrics"], input: page)
    #expect(output.status == 0)
    #expect(output.text == "")
  }
}
