import Foundation
import JSONValue
import StackKit
import Synchronization

/// A Prometheus, an alertmanager and a blackbox exporter, as Debian has them, with the files of
/// `Examples/monitoring`; and a receiver that is rung.
///
/// The files are copied and made quick: whatever stands behind `for:` in the rules becomes 2 s, scrapes and
/// evaluations come every second, and the alertmanager waits for nothing. Ports become those of the
/// test. All else stays as it is written.
final class MonitoringStack: Sendable {
  let prometheus: ServedProgram
  let port: Int
  private let alertmanager: ServedProgram
  private let alertmanagerPort: Int
  private let blackbox: ServedProgram
  private let receiver: LoopbackServer

  static func with(
    _ host: WatchedHost, in folder: TemporaryFolder,
    _ body: (MonitoringStack) async throws -> Void
  ) async throws {
    let stack = try MonitoringStack(host, in: folder)
    do {
      try await stack.start()
      try await body(stack)
      await stack.end()
    } catch {
      let alerts = (try? await stack.alerts()) ?? [:]
      await stack.end()
      throw KitError("\(error)\nalerts: \(alerts)\nPrometheus: \(stack.prometheus.output)")
    }
  }

  private init(_ host: WatchedHost, in folder: TemporaryFolder) throws {
    port = try FreePort.take()
    alertmanagerPort = try FreePort.take()
    let blackboxPort = try FreePort.take()
    receiver = try LoopbackServer { _ in 200 }
    let minutes = try Regex("for: [0-9]+[mh]")
    try folder.write(
      "rules.yaml", try Self.example("rules.yaml").replacing(minutes, with: "for: 2s"))
    try folder.write(
      "prometheus.yaml",
      try Self.changed(
        "prometheus.yaml",
        [
          ("scrape_interval: 30s", "scrape_interval: 1s"),
          ("evaluation_interval: 30s", "evaluation_interval: 1s"),
          ("scrape_timeout: 5s", "scrape_timeout: 1s"),
          ("127.0.0.1:9093", "127.0.0.1:\(alertmanagerPort)"),
          ("127.0.0.1:9115", "127.0.0.1:\(blackboxPort)"),
          ("[\"127.0.0.1:9130\"]", "[\"127.0.0.1:\(host.poolPort)\"]"),
          // Beside the sidecar, what only a cluster has.
          (
            "[\"127.0.0.1:8080\"]",
            "[\"127.0.0.1:\(host.sidecar.port)\", \"127.0.0.1:\(host.volsyncPort)\"]"
          ),
          ("127.0.0.1:8080/", "127.0.0.1:\(host.sidecar.port)/"),
        ]))
    // No mail is sent: nothing leaves this machine.
    let mail = "    email_configs:"
    var routes = try Self.changed(
      "alertmanager.yaml",
      [
        ("group_wait: 30s", "group_wait: 100ms"), ("group_interval: 5m", "group_interval: 1s"),
        ("http://127.0.0.1:9099", receiver.url), (mail, mail),
      ])
    routes = String(routes[..<(routes.range(of: mail)?.lowerBound ?? routes.endIndex)])
    try folder.write("alertmanager.yaml", routes)
    prometheus = ServedProgram(
      [
        "/usr/bin/prometheus", "--config.file=\(folder.path)/prometheus.yaml",
        "--storage.tsdb.path=\(folder.path)/tsdb", "--web.listen-address=127.0.0.1:\(port)",
        "--log.level=warn",
      ], log: folder.path + "/prometheus.log")
    alertmanager = ServedProgram(
      [
        "/usr/bin/prometheus-alertmanager", "--config.file=\(folder.path)/alertmanager.yaml",
        "--storage.path=\(folder.path)/alerts", "--cluster.listen-address=",
        "--web.listen-address=127.0.0.1:\(alertmanagerPort)", "--log.level=warn",
      ], log: folder.path + "/alertmanager.log")
    blackbox = ServedProgram(
      [
        "/usr/bin/prometheus-blackbox-exporter",
        "--config.file=\(BuiltProgram.package)/Examples/monitoring/blackbox.yml",
        "--web.listen-address=127.0.0.1:\(blackboxPort)", "--log.level=warn",
      ], log: folder.path + "/blackbox.log")
  }

  /// A file of `Examples/monitoring`.
  static func example(_ name: String) throws -> String {
    try String(
      contentsOfFile: "\(BuiltProgram.package)/Examples/monitoring/\(name)", encoding: .utf8)
  }

  /// The same with some words changed, all of which have to be there.
  private static func changed(
    _ name: String, _ changes: [(from: String, to: String)]
  ) throws -> String {
    var text = try example(name)
    for change in changes {
      guard text.contains(change.from) else { throw KitError("\(name) has no \(change.from)") }
      text = text.replacing(change.from, with: change.to)
    }
    return text
  }

  private func start() async throws {
    for program in [blackbox, alertmanager, prometheus] { try await program.start() }
    try await wait(for: "a Prometheus that answers") { try await self.number("vector(1)") == 1 }
  }

  private func end() async {
    for program in [prometheus, alertmanager, blackbox] { program.end() }
    for program in [prometheus, alertmanager, blackbox] { await program.kill() }
    receiver.stop()
  }

  // MARK: What they say

  /// What a query comes to now, a sample each.
  func query(_ expression: String) async throws -> [JSONValue] {
    let escaped = expression.utf8.map { byte in
      let digits = String(byte, radix: 16)
      return "%" + (digits.count == 1 ? "0" : "") + digits
    }.joined()
    let answer = try await LoopbackAnswer.of(
      port: port, "POST", "/api/v1/query",
      headers: ["Content-Type": "application/x-www-form-urlencoded"], body: "query=" + escaped)
    let json = try answer.json
    guard json["status"] == "success", let result = json["data"]?["result"]?.arrayValue else {
      throw KitError("\(expression): \(answer.body)")
    }
    return result
  }

  /// The value of the only sample; `nil` where there is none.
  func number(_ expression: String) async throws -> Double? {
    let result = try? await query(expression)
    return result?.first?["value"]?[1]?.stringValue.flatMap { Double($0) }
  }

  /// Alerts of Prometheus that are active, with their states.
  func alerts() async throws -> [String: String] {
    let list = try await get("/api/v1/alerts")["data"]?["alerts"]?.arrayValue ?? []
    return Dictionary(
      list.map { ($0["labels"]?["alertname"]?.stringValue ?? "", $0["state"]?.stringValue ?? "") },
      uniquingKeysWith: { first, _ in first })
  }

  func get(_ path: String) async throws -> JSONValue {
    try await LoopbackAnswer.of(port: port, "GET", path).json
  }

  /// What alertmanager has of an alert.
  func arrived(_ name: String) async throws -> [JSONValue] {
    let answer = try await LoopbackAnswer.of(port: alertmanagerPort, "GET", "/api/v2/alerts")
    return (try answer.json.arrayValue ?? []).filter { $0["labels"]?["alertname"] == .string(name) }
  }

  /// What rang, of an alert: `firing`, `resolved`.
  func rung(_ name: String) -> [JSONValue] {
    receiver.requests.filter { $0.target == "/wake" }
      .compactMap { try? JSONValue(parsing: $0.body) }
      .flatMap { $0["alerts"]?.arrayValue ?? [] }
      .filter { $0["labels"]?["alertname"] == .string(name) }
  }

  /// Waits until something is so. To lead alone takes volsync 15 s.
  func wait(for what: String, _ condition: () async throws -> Bool) async throws {
    let deadline = ContinuousClock.now + .seconds(60)
    while (try? await condition()) != true {
      guard ContinuousClock.now < deadline else { throw KitError("not within 60 s: \(what)") }
      // What it is asked for comes once a second.
      try await Task.sleep(for: .milliseconds(100))
    }
  }
}
