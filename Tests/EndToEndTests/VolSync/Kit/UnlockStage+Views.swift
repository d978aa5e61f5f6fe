import JSONValue
import ResticKit
import StubAPIServer
import Synchronization

/// What there is.
extension UnlockStage {
  struct PodLine: Hashable, Sendable {
    var name: String
    var phase: String
    var isTerminating: Bool
  }

  /// The pods of the namespace.
  var pods: [PodLine] {
    server.withCluster { $0.all("Pod", in: Self.namespace) }.map { pod in
      PodLine(
        name: pod["metadata"]?["name"]?.stringValue ?? "",
        phase: pod["status"]?["phase"]?.stringValue ?? "",
        isTerminating: pod["metadata"]?["deletionTimestamp"] != nil)
    }
  }

  /// The unlock Jobs there are.
  var unlockJobs: [JSONValue] {
    server.withCluster { $0.all("Job", in: Self.namespace) }.filter {
      $0["metadata"]?["labels"]?["homelab.rafaribe.com/monitor"] != nil
    }
  }

  /// The unlock Jobs that were made, whatever became of them.
  var madeUnlockJobs: [JSONValue] {
    server.log.filter {
      $0.request.method == "POST" && $0.status == 201
        && $0.request.target.split(separator: "?")[0].hasSuffix("/jobs")
    }.compactMap { try? JSONValue(parsing: String(decoding: $0.request.body, as: UTF8.self)) }
  }

  /// The requests that change anything, but for the Lease of the election.
  var writes: [String] {
    server.log.filter { $0.request.method != "GET" }.map(\.line)
      .filter { !$0.hasSuffix("/leases/mountmon-volsync") }
  }

  /// The backup's status.
  var backup: JSONValue {
    server.withCluster { $0.object("ReplicationSource", Self.source, in: Self.namespace) }?[
      "status"]
      ?? [:]
  }

  /// The monitor's status.
  var monitor: JSONValue {
    server.withCluster { $0.object("VolSyncMonitor", "main", in: Self.home) }?["status"] ?? [:]
  }

  /// The reasons of mountmon's events on the backup, in order.
  var events: [String] {
    server.withCluster { $0.all("Event", in: Self.namespace) }
      .filter { $0["involvedObject"]?["kind"] == "ReplicationSource" }
      .sorted { time($0) < time($1) }.compactMap { $0["reason"]?.stringValue }
  }

  private func time(_ event: JSONValue) -> String {
    event["eventTime"]?.stringValue ?? event["firstTimestamp"]?.stringValue ?? ""
  }

  /// Words that let a command reach the cluster.
  var access: [String] {
    let account = folder.path + "/account"
    return [
      "--server", server.url, "--token-file", account + "/token", "--ca-file",
      account + "/ca.crt", "--namespace", Self.home,
    ]
  }

  /// For a test that failed.
  var story: String {
    let requests = server.log.suffix(60).map { "\($0.status) \($0.line)" }
    let pods = pods.map { "\($0.phase) \($0.name)" }
    return
      (knobs.withLock(\.ends) + ["pods:"] + pods + ["events:"] + events + ["the last requests:"]
      + requests
      + server.violations.map(\.description) + ["backup: \(backup)", "monitor: \(monitor)"])
      .joined(separator: "\n")
  }
}
