import Foundation
import JSONValue
import Testing

/// A chart cannot read outside of its folder, so it has copies.
@Suite(.timeLimit(.minutes(2)))
struct `The monitoring of the Helm chart` {
  private static let examples = BuiltProgram.package + "/Examples/monitoring"

  private static func example(_ name: String, _ kind: String) async throws -> JSONValue {
    let objects = try await Manifests.read(["\(examples)/\(name)"], below: examples)
    return try #require(objects.first { $0.kind == kind }?.value["spec"])
  }

  private static func made(_ kind: String, _ values: JSONValue) async throws -> JSONValue {
    let objects = try await HelmChart.mountmon.objects(.init(values: values))
    return try #require(objects.first { $0.kind == kind }?.value)
  }

  @Test(arguments: ["rules.yaml", "dashboard.json"])
  func `has the same`(file: String) throws {
    let own = try String(
      contentsOfFile: HelmChart.mountmon.folder + "/files/" + file, encoding: .utf8)
    let other = try String(contentsOfFile: "\(Self.examples)/\(file)", encoding: .utf8)
    #expect(own == other, "cp Examples/monitoring/\(file) Examples/kubernetes/chart/files")
  }

  @Test func `makes the rules of the example, and the dashboard`() async throws {
    let rule = try await Self.made("PrometheusRule", ["prometheusRule": ["enabled": true]])
    #expect(rule["spec"] == (try await Self.example("prometheus-rule.yaml", "PrometheusRule")))
    let map = try await Self.made("ConfigMap", ["dashboard": ["enabled": true]])
    let text = try #require(map["data"]?["mountmon.json"]?.stringValue)
    let file = try String(contentsOfFile: "\(Self.examples)/dashboard.json", encoding: .utf8)
    #expect(try JSONValue(parsing: text) == JSONValue(parsing: file))
    #expect(map["metadata"]?["labels"]?["grafana_dashboard"] == "1")
  }

  @Test func `scrapes as the examples do, under the job that the alerts know`() async throws {
    var expected = try await Self.example("pod-monitor.yaml", "PodMonitor").sorted
    let monitor = try await Self.made("PodMonitor", ["podMonitor": ["enabled": true]])
    var made = try #require(monitor["spec"]?.sorted)
    let job: JSONValue = ["action": "replace", "replacement": "mountmon", "targetLabel": "job"]
    #expect(made.takeRelabelings().contains(job))
    _ = expected.takeRelabelings()
    #expect(made == expected)
    let service = try await Self.made("ServiceMonitor", ["serviceMonitor": ["enabled": true]])
    let endpoint = try #require(service["spec"]?["endpoints"]?.arrayValue?.first)
    #expect(endpoint["relabelings"] == [job])
    #expect(endpoint["honorLabels"] == true)
  }
}

extension JSONValue {
  /// Takes them out of the one endpoint of a PodMonitor.
  fileprivate mutating func takeRelabelings() -> [JSONValue] {
    guard var endpoint = self["podMetricsEndpoints"]?.arrayValue?.first else { return [] }
    let taken = endpoint["relabelings"]?.arrayValue ?? []
    endpoint["relabelings"] = nil
    self["podMetricsEndpoints"] = [endpoint]
    return taken
  }
}
