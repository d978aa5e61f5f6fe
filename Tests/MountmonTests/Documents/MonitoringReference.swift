import Foundation
import JSONValue
import Testing

@testable import mountmon

/// `Examples/monitoring` asks for metrics that there are, and tells of each alert what to do.
@Suite struct `The examples of monitoring` {
  private static let repository = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()
  private static let folder = repository.appending(path: "Examples/monitoring")

  private static func text(_ name: String) throws -> String {
    try String(contentsOf: folder.appending(path: name), encoding: .utf8)
  }

  /// The alerts of the rule file, each with its lines.
  private static func alerts() throws -> [(name: String, lines: String)] {
    try text("rules.yaml").split(separator: "      - alert: ").dropFirst().map { part in
      (String(part.prefix { $0 != "\n" }), String(part))
    }
  }

  /// The queries of the dashboard.
  private static func queries() throws -> [String] {
    let dashboard = try JSONValue(parsing: text("dashboard.json"))
    let panels = dashboard["panels"]?.arrayValue ?? []
    let variables = dashboard["templating"]?["list"]?.arrayValue ?? []
    return panels.flatMap {
      ($0["targets"]?.arrayValue ?? []).compactMap { $0["expr"]?.stringValue }
    }
      + variables.compactMap { $0["definition"]?.stringValue }
  }

  @Test func `name metrics, labels and values that mountmon serves`() throws {
    let pages = try `The reference of the metrics`.pages()
    var values: [String: Set<String>] = [:]
    for match in pages.matches(of: /([a-z_]+)="([^"]*)"/) {
      values[String(match.1), default: []].insert(String(match.2))
    }
    let fixed = [
      "state", "health", "verdict", "reason", "outcome", "result", "kind", "to", "mode", "phase",
    ]
    let expressions =
      try Self.alerts().map(\.lines)
      .flatMap {
        $0.matches(of: /expr: (?:>-\n)?((?:.|\n)*?)\n        (?:for|labels):/).map { String($0.1) }
      }
    #expect(expressions.count == (try Self.alerts().count))
    let queries = try Self.queries()
    #expect(queries.count > 50)
    for text in expressions + queries {
      for match in text.matches(of: /\b(?:mountmon|volsync)_[a-z_]+/) {
        let name = String(match.0)
        let isServed = [name, name.replacing(/_bucket$/, with: "")].contains {
          pages.contains("\n# TYPE \($0) ")
        }
        #expect(isServed, "no metric \(name): \(text)")
      }
      for match in text.matches(of: /([a-z]+)(?:=~|!~|!=|=)"([^"$]+)"/)
      where fixed.contains(String(match.1)) {
        for word in match.2.split(separator: "|") {
          #expect(
            values[String(match.1)]?.contains(String(word)) == true,
            "no \(match.1) is ever \"\(word)\": \(text)")
        }
      }
    }
  }

  @Test func `have a severity, words and a runbook for each alert`() throws {
    let document = try String(
      contentsOf: Self.repository.appending(path: "docs/monitoring.md"), encoding: .utf8)
    let alerts = try Self.alerts()
    #expect(alerts.count == Set(alerts.map(\.name)).count && alerts.count > 30)
    for (name, lines) in alerts {
      #expect(
        lines.contains(/labels: \{ severity: (critical|warning|info), component: [a-z]+ \}/),
        "\(name)")
      for word in ["summary: ", "description: "] {
        #expect(lines.contains(word), "\(name): \(word)")
      }
      #expect(lines.contains("runbook: docs/monitoring.md#\(name.lowercased())\n"), "\(name)")
      #expect(document.contains("\n#### \(name)\n"), "docs/monitoring.md says nothing of \(name)")
    }
    for match in document.matches(of: /#### ([A-Za-z]+)\n/) {
      #expect(alerts.contains { $0.name == match.1 }, "there is no alert \(match.1)")
    }
  }

  @Test func `are the same with an operator`() throws {
    let rules = try Self.text("rules.yaml")
    let object = try Self.text("prometheus-rule.yaml")
    let start = try #require(rules.range(of: "groups:\n")).lowerBound
    let head = try #require(object.range(of: "\nspec:\n")).upperBound
    let wanted = rules[start...].split(separator: "\n", omittingEmptySubsequences: false)
      .map { $0.isEmpty ? "" : "  " + $0 }.joined(separator: "\n")
    if ProcessInfo.processInfo.environment["RECORD_SNAPSHOTS"] == "1" {
      let file = Self.folder.appending(path: "prometheus-rule.yaml")
      try Data((object[..<head] + wanted).utf8).write(to: file)
      Issue.record("recorded \(file.path)")
      return
    }
    #expect(
      object[head...] == wanted,
      "prometheus-rule.yaml has other groups than rules.yaml: RECORD_SNAPSHOTS=1 writes them anew")
  }

  @Test func `fire and do not fire as their tests say`() throws {
    guard let promtool = ExternalTool.find("promtool", package: "prometheus") else { return }
    for words in [["check", "rules", "rules.yaml"], ["test", "rules", "rules.test.yaml"]] {
      let file = Self.folder.appending(path: words[2]).path
      let output = try promtool.run([words[0], words[1], file])
      #expect(output.status == 0, "\(output.text)")
    }
    let tests = try Self.text("rules.test.yaml")
    for (name, _) in try Self.alerts() {
      let query = #"expr: count(ALERTS{alertname="\#(name)",alertstate="firing"})"#
      let expectations = tests.split(separator: query).dropFirst().map { $0.prefix(80) }
      #expect(expectations.contains { $0.contains("exp_samples: []") }, "\(name) always fires")
      #expect(expectations.contains { $0.contains("value: ") }, "\(name) is never seen to fire")
    }
  }

  @Test func `are configurations that their programs take`() throws {
    let folder = Self.folder.path
    let checks = [
      ("promtool", "prometheus", ["check", "config", "\(folder)/prometheus.yaml"]),
      ("amtool", "prometheus-alertmanager", ["check-config", "\(folder)/alertmanager.yaml"]),
      (
        "prometheus-blackbox-exporter", "prometheus-blackbox-exporter",
        ["--config.check", "--config.file=\(folder)/blackbox.yml"]
      ),
    ]
    for (program, package, words) in checks {
      guard let tool = ExternalTool.find(program, package: package) else { continue }
      let output = try tool.run(words)
      #expect(output.status == 0, "\(program): \(output.text)")
    }
    // Debian's Prometheus knows no Kubernetes: all but its discovery is looked at.
    guard let promtool = ExternalTool.find("promtool", package: "prometheus") else { return }
    let scrape = try Self.text("kubernetes-scrape.yaml")
    let known = scrape.replacing(
      /kubernetes_sd_configs:\n +- role: pod\n/, with: "static_configs: [{ targets: [\"a:1\"] }]\n")
    #expect(known != scrape)
    let file = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).yaml")
    try Data(known.utf8).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    let output = try promtool.run(["check", "config", file.path])
    #expect(output.status == 0, "\(output.text)")
  }

  @Test func `find the containers and ports of the manifests`() throws {
    for name in ["pod-monitor.yaml", "kubernetes-scrape.yaml"] {
      #expect(try Self.text(name).contains("regex: mountmon"))
      #expect(try Self.text(name).contains("health"))
    }
    for name in [
      "deployment/deployment.yaml", "statefulset/statefulset.yaml", "volsync/deployment.yaml",
    ] {
      let file = Self.repository.appending(path: "Examples/kubernetes/\(name)")
      let manifest = try String(contentsOf: file, encoding: .utf8)
      #expect(manifest.contains("- name: mountmon\n"), "\(name)")
      #expect(manifest.contains("- { name: health, containerPort: 8080 }"), "\(name)")
    }
  }

  @Test func `have a dashboard whose panels do not overlap, and have what a Grafana needs`() throws
  {
    let dashboard = try JSONValue(parsing: Self.text("dashboard.json"))
    let panels = try #require(dashboard["panels"]?.arrayValue)
    #expect(Set(panels.compactMap { $0["id"]?.intValue }).count == panels.count)
    var taken: Set<[Int]> = []
    for panel in panels {
      let title = panel["title"]?.stringValue ?? ""
      #expect(!title.isEmpty)
      let place = panel["gridPos"]
      let x = try #require(place?["x"]?.intValue), y = try #require(place?["y"]?.intValue)
      let width = try #require(place?["w"]?.intValue), height = try #require(place?["h"]?.intValue)
      #expect(x + width <= 24, "\(title)")
      for column in x..<x + width {
        for row in y..<y + height {
          #expect(taken.insert([column, row]).inserted, "\(title) lies on another panel")
        }
      }
      guard panel["type"] != "row" else { continue }
      #expect(panel["datasource"]?["uid"] == "${datasource}", "\(title)")
      for target in panel["targets"]?.arrayValue ?? [] {
        #expect(target["refId"]?.stringValue?.isEmpty == false, "\(title)")
      }
    }
    let names = (dashboard["templating"]?["list"]?.arrayValue ?? []).compactMap {
      $0["name"]?.stringValue
    }
    #expect(names == ["datasource", "namespace", "pod", "instance", "mount"])
  }
}
