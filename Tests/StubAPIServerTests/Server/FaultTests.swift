import JSONValue
import StubAPIServer
import Testing

@Suite(.timeLimit(.minutes(2))) struct `A fault of the stub API server` {
  private let maps = "/api/v1/namespaces/default/configmaps"

  private func map(_ name: String) -> String {
    #"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"\#(name)"}}"#
  }

  @Test func `strikes the request that it is meant for`() async throws {
    let server = try await StubAPIServer()
    let curl = try Curl(server)
    server.fail(nth: 2, .answer(.internalError))
    #expect(try await statuses(curl, 3) == [200, 500, 200])
    let number = server.fail(nth: 2, isPersistent: true, .answer(.unavailable))
    #expect(try await statuses(curl, 3) == [200, 503, 503])
    server.remove(fault: number)
    server.inject(
      StubFault(
        .answer(.tooManyRequests(retryAfter: nil)), passing: 1, count: 1,
        where: StubFault.requests("GET", containing: "readyz")))
    #expect(try await statuses(curl, 2) == [200, 200])
    #expect(try await curl("GET", "/readyz").status == 200)
    let blocked = try await curl("GET", "/readyz")
    #expect(blocked.status == 429)
    #expect(!blocked.head.contains("Retry-After"))
    #expect(server.log.map(\.status) == [200, 500, 200, 200, 503, 503, 200, 200, 200, 429])
    try await server.stop()
  }

  private func statuses(_ curl: Curl, _ count: Int) async throws -> [Int] {
    var statuses: [Int] = []
    for _ in 0..<count { statuses.append(try await curl("GET", "/version").status) }
    return statuses
  }

  @Test func `is silence, with the request applied or not`() async throws {
    let server = try await StubAPIServer()
    let curl = try Curl(server)
    server.inject(StubFault(.silence, count: 1))
    let silent = Task { try await curl("POST", maps, body: map("a"), timeout: 600) }
    while server.log.last?.status != 0 { try await Task.sleep(for: .milliseconds(5)) }
    server.cutConnections()
    #expect(try await silent.value.status == 0)
    server.inject(StubFault(.silenceAfterApplying, count: 1))
    let unheard = Task { try await curl("POST", maps, body: map("b"), timeout: 600) }
    while server.log.last?.status != 201 { try await Task.sleep(for: .milliseconds(5)) }
    server.cutConnections()
    #expect(try await unheard.value.status == 0)
    #expect(server.withCluster { $0.object("ConfigMap", "a", in: "default") } == nil)
    #expect(server.withCluster { $0.object("ConfigMap", "b", in: "default") } != nil)
    server.setSilent(true)
    #expect(try await curl("GET", "/version", timeout: 1).exitCode == 28)
    server.setSilent(false)
    #expect(try await curl("GET", "/version").status == 200)
    try await server.stop()
  }

  @Test func `delays a request, and not the others`() async throws {
    let server = try await StubAPIServer()
    let curl = try Curl(server)
    server.inject(
      StubFault(.delay(.seconds(600)), where: StubFault.requests(containing: "healthz")))
    #expect(try await curl("GET", "/healthz", timeout: 1).exitCode == 28)
    #expect(try await curl("GET", "/version").status == 200)
    server.removeFaults()
    server.inject(StubFault(.delay(.milliseconds(20)), count: 1))
    #expect(try await curl("GET", "/healthz").body == "ok")
    try await server.stop()
  }

  @Test func `ends a watch with nothing, or with 410`() async throws {
    let server = try await StubAPIServer()
    let curl = try Curl(server)
    server.inject(StubFault(.endStream, count: 1))
    let empty = try await curl("GET", maps + "?watch=true")
    #expect(empty.status == 200)
    #expect(empty.exitCode == 0)
    #expect(empty.body.isEmpty)
    server.inject(StubFault(.expireStream, count: 1))
    let expired = try await curl("GET", maps + "?watch=true")
    #expect(expired.exitCode == 0)
    #expect(expired.json?["type"] == "ERROR")
    #expect(expired.json?["object"]?["code"] == 410)
    try await server.stop()
  }

  @Test func `cuts open connections, which leaves streams without an end`() async throws {
    let server = try await StubAPIServer()
    let curl = try Curl(server)
    let watch = Task { try await curl("GET", maps + "?watch=true&timeoutSeconds=600") }
    while server.withCluster({ $0.openStreams }) == 0 {
      try await Task.sleep(for: .milliseconds(5))
    }
    server.cutConnections()
    let end = try await watch.value
    #expect(end.status == 200)
    #expect(end.exitCode != 0)
    while server.withCluster({ $0.openStreams }) > 0 { try await Task.sleep(for: .milliseconds(5)) }
    try await server.stop()
  }
}
