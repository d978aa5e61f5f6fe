import JSONValue
import StubAPIServer
import Testing

@Suite(.timeLimit(.minutes(2))) struct `The stub API server` {
  @Test func `answers over TLS, and knows who asks`() async throws {
    let server = try await StubAPIServer()
    let curl = try Curl(server)
    let version = try await curl("GET", "/version")
    #expect(version.status == 200)
    #expect(version.json?["gitVersion"] == "v1.36.2")
    let stranger = try Curl(server, token: "nobody")
    let refused = try await stranger("GET", "/version")
    #expect(refused.status == 401)
    #expect(server.violations.isEmpty)
    #expect(server.log.map(\.status) == [200, 401])
    try await server.stop()
  }

  @Test func `lets a pod live, and tells a watch of it`() async throws {
    let server = try await StubAPIServer()
    let curl = try Curl(server)
    let watch = Task {
      try await curl(
        "GET", "/api/v1/namespaces/default/pods?watch=true&timeoutSeconds=600")
    }
    while server.withCluster({ $0.openStreams }) == 0 {
      try await Task.sleep(for: .milliseconds(5))
    }
    let pod = """
      {"apiVersion":"v1","kind":"Pod","metadata":{"name":"one"},
       "spec":{"containers":[{"name":"main","image":"registry.example/app:1"}]}}
      """
    let created = try await curl("POST", "/api/v1/namespaces/default/pods", body: pod)
    #expect(created.status == 201)
    func phase() -> JSONValue? {
      server.withCluster { $0.object("Pod", "one", in: "default")?["status"]?["phase"] }
    }
    while phase() != "Running" { try await Task.sleep(for: .milliseconds(5)) }
    server.advance(by: .seconds(600))
    let seen = try await watch.value
    #expect(seen.exitCode == 0)
    let types = seen.body.split(separator: "\n").compactMap {
      (try? JSONValue(parsing: String($0)))?["type"]?.stringValue
    }
    #expect(types.first == "ADDED")
    #expect(types.count >= 4, "\(seen.body)")
    try await server.stop()
  }

  @Test func `cuts, freezes, delays and lies as it is told`() async throws {
    let server = try await StubAPIServer()
    let curl = try Curl(server)
    server.inject(StubFault(.cut(afterBytes: 300), count: 1))
    #expect(try await curl("GET", "/version").exitCode != 0)
    server.inject(StubFault(.freezeAfterHead, count: 1))
    #expect(try await curl("GET", "/version", timeout: 1).exitCode == 28)
    server.removeFaults()
    server.inject(StubFault(.answer(.tooManyRequests), count: 1))
    let refused = try await curl("GET", "/version")
    #expect(refused.status == 429)
    #expect(refused.head.contains("Retry-After: 1"))
    server.inject(
      StubFault(.answerAfterApplying(.gatewayTimeout), count: 1, where: StubFault.requests("POST")))
    let map = #"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"}}"#
    #expect(
      try await curl("POST", "/api/v1/namespaces/default/configmaps", body: map).status == 504)
    #expect(try await curl("GET", "/api/v1/namespaces/default/configmaps/a").status == 200)
    try await server.refuseConnections()
    #expect(try await curl("GET", "/version").exitCode == 7)
    try await server.acceptConnections()
    #expect(try await curl("GET", "/version").status == 200)
    try await server.stop()
  }

  @Test func `goes on in time after a test moved it`() async throws {
    try await StubAPIServer.run { server in
      server.advance(by: .seconds(86_400))
      let before = server.withCluster { $0.now }
      server.withCluster { _ = $0.addWorkload("StatefulSet", "plex", in: "media") }
      func phase() -> String? {
        server.withCluster {
          $0.object("Pod", "plex-0", in: "media")?["status"]?["phase"]?.stringValue
        }
      }
      while phase() != "Running" { try await Task.sleep(for: .milliseconds(10)) }
      #expect(server.withCluster { $0.now } > before)
    }
  }
}
