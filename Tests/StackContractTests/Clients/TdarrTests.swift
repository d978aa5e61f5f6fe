import JSONValue
import StackDrain
import Synchronization
import Testing

/// What Tdarr answers, written from the documentation of its API (Tdarr itself cannot be installed here).
private final class Stub: Sendable {
  private struct Node {
    var name: String
    var isPaused: Bool
  }

  private let nodes: Mutex<[String: Node]>
  private let key: String?

  init(_ names: [String: String], key: String?) {
    nodes = Mutex(names.mapValues { Node(name: $0, isPaused: false) })
    self.key = key
  }

  /// A node was started anew: another id, and not paused.
  func restart(_ id: String, as newID: String) {
    nodes.withLock { nodes in
      guard var node = nodes.removeValue(forKey: id) else { return }
      node.isPaused = false
      nodes[newID] = node
    }
  }

  func answer(_ request: LoopbackHTTP.Request) -> LoopbackHTTP.Answer {
    guard request.headers["x-api-key"] == key else { return .json("{}", status: 401) }
    switch (request.method, request.target) {
    case ("GET", "/api/v2/get-nodes"):
      var object = JSONObject()
      nodes.withLock { nodes in
        for (id, node) in nodes {
          object[id] = [
            "_id": .string(id), "nodeName": .string(node.name), "nodePaused": .bool(node.isPaused),
            "workers": ["w1": ["idle": false]], "workerLimits": ["transcodecpu": 1],
          ]
        }
      }
      return .json(JSONValue.object(object).text())
    case ("GET", "/api/v2/status"):
      return .json(#"{"status":"good","isProduction":true,"version":"2.17.01","uptime":12}"#)
    case ("POST", "/api/v2/update-node"):
      guard let body = try? JSONValue(parsing: request.body), let id = body["data"]?["nodeID"],
        let isPaused = body["data"]?["nodeUpdates"]?["nodePaused"]?.boolValue,
        nodes.withLock({ $0[id.stringValue ?? ""] != nil })
      else { return .json(#"{"error":"bad request"}"#, status: 400) }
      nodes.withLock { $0[id.stringValue ?? ""]?.isPaused = isPaused }
      return LoopbackHTTP.Answer(body: Array("OK".utf8))
    default:
      return LoopbackHTTP.Answer(status: 404)
    }
  }
}

@Suite struct `Tdarr` {
  @Test func `pauses its nodes by name, whatever ids they have`() async throws {
    let stub = Stub(["a1": "tower", "b2": "mini", "c3": "other"], key: "right")
    let server = try await LoopbackHTTP { stub.answer($0) }
    let client = try ClientSettings(
      "tdarr", .tdarr(key: .value("right"), nodes: ["tower", "mini"]), port: server.port
    ).client()
    let before = try await client.look()
    #expect(before.running == ["tower", "mini"] && before.idle.isEmpty)
    // A person paused one.
    try await client.pause(["mini"])
    try await client.pause(["tower"])
    #expect(try await client.look().idle == ["tower", "mini"])
    // Its id is another one, and its pause is forgotten.
    stub.restart("a1", as: "a9")
    #expect(try await client.look().running == ["tower"])
    try await client.pause(["tower"])
    stub.restart("a9", as: "a10")
    try await client.pause(["tower"])
    try await client.resume(["tower"])
    let after = try await client.look()
    #expect(after.running == ["tower"] && after.idle == ["mini"])

    let wrong = try ClientSettings(
      "tdarr", .tdarr(key: .value("wrong"), nodes: []), port: server.port
    ).client()
    #expect(await wrong.fault().contains("refuses the key"))
    let all = try ClientSettings(
      "tdarr", .tdarr(key: .value("right"), nodes: []), port: server.port
    ).client()
    #expect(try await all.look().running == ["tower", "other"])
  }
}
