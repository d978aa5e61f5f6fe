import Foundation
import JSONValue
import StackKit
import Testing

@Suite(.serialized, .timeLimit(.minutes(5)), .needsMounts)
struct `A monitoring stack` {
  /// Panels that have nothing to show on a host without a watchdog, without a drain, and without a lock.
  private static let quietPanels: Set<String> = [
    "Least restarts left", "Watchdog", "Why nothing is restarted", "Restarts and repairs",
    "Calls of the API server", "Since the last drain", "Backups: unlocks so far",
    "Repositories given up", "Lock rot by backup", "Failures on a lock",
  ]

  @Test func `is told of a fault and of its end, and rings`() async throws {
    try await WatchedHost.with { host, folder in
      try await MonitoringStack.with(host, in: folder) { stack in
        try await stack.wait(for: "all is scraped and well") {
          guard try await stack.number("sum(up)") == 4 else { return false }
          let isReady = try await stack.number("probe_success") == 1
          let leads = try await stack.number("mountmon_volsync_synced") == 1
          let isHealthy = try await stack.number("mountmon_pool_state{state=\"healthy\"}") == 1
          return isReady && leads && isHealthy
        }
        try await checkRules(stack)
        try await checkDashboard(stack)
        try await hang(host, stack)
        try await takePool(host, stack)
        host.sidecar.child.kill()
        try await stack.wait(for: "mountmon is missed") {
          stack.rung("MountmonDown").contains { $0["status"] == "firing" }
        }
      }
      let lines = try await LogSchema.check(
        host.sidecar.log, host.pool.output, host.volsync.outputSoFar)
      #expect(lines.count > 10)
      #expect(lines.allSatisfy { $0.hasSuffix(Self.resource) })
    }
  }

  @Test func `finds lines of a known form also where a list of attributes is bad`() async throws {
    try await TemporaryFolder.with { folder in
      let good = Sidecar.mount("good", try folder.library("good"))
      let bad = Sidecar.mount("bad", try folder.folder("bad"))
      let file = try folder.write(
        "config.json", Sidecar.configuration([good, bad], ["httpPort": 8080]).text(.pretty))
      let outcome = try await Child(
        "OTEL_RESOURCE_ATTRIBUTES=secret", try BuiltProgram.path("mountmon"), "sidecar",
        "--config", file, "--init-container-mode"
      ).finish()
      #expect(outcome.ending == .exited(1))
      let lines = try await LogSchema.check(outcome.output)
      #expect(lines.count == 5)
      #expect(lines[0].contains("\"msg\":\"environment\",\"warning\":\"OTEL_RESOURCE_ATTRIBUTES"))
      #expect(!outcome.output.contains("secret") && !outcome.output.contains("\"resource\""))
    }
  }

  private static let resource = #","resource":{"service.name":"watched","place":"Köln"}}"#

  /// Each rule was evaluated, without an error.
  private func checkRules(_ stack: MonitoringStack) async throws {
    let groups = try await stack.get("/api/v1/rules")["data"]?["groups"]?.arrayValue ?? []
    let rules = groups.flatMap { $0["rules"]?.arrayValue ?? [] }
    let alerts = try MonitoringStack.example("rules.yaml").split(separator: "- alert: ").count - 1
    #expect(rules.count == alerts && alerts > 30)
    for rule in rules { #expect(rule["lastError"] == nil, "\(rule)") }
    try await stack.wait(for: "each rule is looked at") {
      let groups = try await stack.get("/api/v1/rules")["data"]?["groups"]?.arrayValue ?? []
      return groups.flatMap { $0["rules"]?.arrayValue ?? [] }.allSatisfy { $0["health"] == "ok" }
    }
  }

  /// Each query of the dashboard can be asked, and shows something where there is something.
  private func checkDashboard(_ stack: MonitoringStack) async throws {
    let queries = try Dashboard().queries
    #expect(queries.count > 50)
    var empty: [Dashboard.Query] = []
    for query in queries {
      let isEmpty = try await stack.query(query.expression).isEmpty
      if isEmpty, !Self.quietPanels.contains(query.panel) { empty.append(query) }
    }
    // A rate needs two scrapes.
    try? await stack.wait(for: "something in each panel") {
      var left: [Dashboard.Query] = []
      for query in empty {
        if try await stack.query(query.expression).isEmpty { left.append(query) }
      }
      empty = left
      return empty.isEmpty
    }
    #expect(empty.isEmpty, "nothing to show: \(empty)")
  }

  /// A mount hangs, and goes on.
  private func hang(_ host: WatchedHost, _ stack: MonitoringStack) async throws {
    #expect(try await stack.alerts()["MountUnhealthy"] == nil)
    try await host.library.send("hang READ:/.health-check")
    try await stack.wait(for: "it rings") {
      stack.rung("MountUnhealthy").contains { $0["status"] == "firing" }
    }
    // It may have been away for a moment, where a scrape was late.
    var arrived: JSONValue?
    try await stack.wait(for: "it is known") {
      arrived = try await stack.arrived("MountUnhealthy").first
      return try await stack.alerts()["MountUnhealthy"] == "firing"
        && arrived?["status"]?["state"] == "active"
    }
    let pending = #"count_over_time(ALERTS{alertname="MountUnhealthy",alertstate="pending"}[1m])"#
    #expect(try await stack.number(pending) ?? 0 >= 1)
    let alert = try #require(arrived)
    #expect(alert["labels"]?["mount"] == "library")
    #expect(alert["labels"]?["severity"] == "critical")
    let instance = "127.0.0.1:\(host.sidecar.port)"
    #expect(
      alert["annotations"]?["summary"]?.stringValue
        == "Mount library is unhealthy at \(instance)")
    #expect(alert["annotations"]?["description"]?.stringValue?.contains("Verdict: hung.") == true)
    try await stack.wait(for: "the probe from outside fails") {
      try await stack.number("probe_success") == 0
    }
    try await stack.wait(for: "the sidecar itself is well") {
      try await stack.number(#"up{instance="\#(instance)",job="mountmon-sidecar"}"#) == 1
    }

    try await host.library.send("clear")
    try await stack.wait(for: "the all-clear rings") {
      stack.rung("MountUnhealthy").last?["status"] == "resolved"
    }
    try await stack.wait(for: "nothing is left of it") {
      let isQuiet = try await stack.alerts()["MountUnhealthy"] == nil
      let isEmpty = try await stack.arrived("MountUnhealthy").isEmpty
      let isReady = try await stack.number("probe_success") == 1
      return isQuiet && isEmpty && isReady
    }
  }

  /// The pool goes.
  private func takePool(_ host: WatchedHost, _ stack: MonitoringStack) async throws {
    try await run("umount", "-l", host.poolPath)
    try await stack.wait(for: "it rings for the pool") {
      stack.rung("PoolAway").contains { $0["status"] == "firing" }
    }
  }
}
