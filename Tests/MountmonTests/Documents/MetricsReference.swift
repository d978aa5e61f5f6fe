import Foundation
import Pacing
import Testing

@testable import MountHealthCore
@testable import mountmon

/// `docs/metrics.md` names the metrics of `SidecarMetrics`, `PoolMetrics` and `VolSyncMetrics`, with
/// their types and labels.
@Suite struct `The reference of the metrics` {
  private static let file = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "docs/metrics.md")

  /// One metric: `mountmon_probes_total`, `counter`, `mount path verdict`.
  private struct Row: Hashable, CustomStringConvertible {
    var name: String
    var type: String
    var labels: String

    var description: String { "| `\(name)` | \(type) | \(labels) |" }
  }

  @Test func `names what sidecar, pool and volsync serve, and nothing else`() throws {
    let document = try String(contentsOf: Self.file, encoding: .utf8)
    let documented = Set(document.split(separator: "\n").compactMap(Self.row))
    let served = try Self.served()
    for row in served.subtracting(documented).sorted(by: { $0.name < $1.name }) {
      Issue.record("docs/metrics.md lacks \(row)")
    }
    for row in documented.subtracting(served).sorted(by: { $0.name < $1.name }) {
      Issue.record("docs/metrics.md has \(row), which is not served so")
    }
  }

  /// A row of the document's tables: name, type, labels, meaning.
  private static func row(_ line: Substring) -> Row? {
    let cells = line.split(separator: "|").map { $0.filter { $0 != "`" } }
      .map { $0.split(separator: " ").joined(separator: " ") }
    guard cells.count >= 3, cells[0].contains("_") else { return nil }
    return Row(name: cells[0], type: cells[1], labels: cells[2])
  }

  private static func served() throws -> Set<Row> {
    var types: [String: String] = [:]
    var labels: [String: [String]] = [:]
    for line in try pages().split(separator: "\n") {
      let words = line.split(separator: " ")
      if line.hasPrefix("# TYPE "), words.count == 4 {
        types[String(words[2])] = String(words[3])
      } else if !line.hasPrefix("#") {
        let sample = String(line.prefix { $0 != "{" && $0 != " " })
        let name = types[sample] == nil ? sample.droppingHistogramSuffix : sample
        labels[name] = line.matches(of: /([a-z_]+)="/).map { String($0.1) }.filter { $0 != "le" }
      }
    }
    return Set(
      types.map { name, type in
        Row(name: name, type: type, labels: (labels[name] ?? []).joined(separator: " "))
      })
  }

  /// Everything that is served, as samples.
  static func pages() throws -> String {
    try page() + poolPage() + volSyncPage()
  }

  private static func poolPage() throws -> String {
    var tale = PoolTale()
    tale.pool(.well, for: 30)
    tale.pool(.gone, for: 60)
    tale.pool(.well, for: 60)
    let metrics = PoolMetrics(
      picture: tale.helm.picture, pool: try .toy(), server: .init(), clock: .now(), start: .zero)
    return String(decoding: metrics.page(.prometheusText).finish(), as: UTF8.self)
  }

  private static func volSyncPage() throws -> String {
    var scene = UnlockScene()
    try scene.runThroughOneUnlock()
    let metrics = VolSyncMetrics(
      picture: scene.busyPicture, leadership: .init(), server: .init(), clock: .now(), start: .zero)
    return String(decoding: metrics.page(.prometheusText).finish(), as: UTF8.self)
  }

  private static func page() throws -> String {
    let path = try MountPath("/mnt/movies")
    let start = Tick.zero
    var engine = ProbeEngine(
      mounts: [Mount(path: path, probe: Probe(.directory))], seed: 1, start: start)
    for effect in engine.handle(.turn, at: start) {
      guard case .probe(let order) = effect else { continue }
      _ = engine.handle(.answered(order.flight, ProbeReport(finding: .seen(bytes: 0))), at: start)
    }
    var watchdog = WatchdogView.Snapshot(state: .armed, since: start)
    watchdog.statistics.budgetLeft = 3
    let metrics = SidecarMetrics(
      statuses: engine.statuses(at: start), vitals: .init(), server: .init(),
      watchdog: watchdog, clock: .now(), start: start)
    return String(decoding: metrics.page(.prometheusText).finish(), as: UTF8.self)
  }
}

extension String {
  fileprivate var droppingHistogramSuffix: String {
    for suffix in ["_bucket", "_sum", "_count"] where hasSuffix(suffix) {
      return String(dropLast(suffix.count))
    }
    return self
  }
}
