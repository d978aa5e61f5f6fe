import Testing

@testable import mountmon

@Suite struct `A server's patience` {
  private func limits(_ change: (inout ServerLimits) -> Void) -> ServerLimits {
    var limits = ServerLimits()
    change(&limits)
    return limits
  }

  @Test func `ends with a head that never completes`() throws {
    try withServer(limits: limits { $0.requestTimeout = .milliseconds(200) }) { server in
      let client = try server.client()
      client.send("GET /healthz/live HTTP/1.1\r\n")
      for _ in 0..<100 where server.statistics.answers4xx == 0 {
        client.send("X-Slow: y\r\n")
        _ = eventually(within: 0.02) { server.statistics.answers4xx == 1 }
      }
      #expect(try client.answer().status == 408)
      #expect(client.isClosed())
    }
  }

  @Test func `ends with a body that never completes`() throws {
    try withServer(limits: limits { $0.requestTimeout = .milliseconds(200) }) { server in
      let client = try server.client()
      client.send("GET /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n")
      #expect(try client.answer().status == 408)
      #expect(client.isClosed())
    }
  }

  @Test func `ends with a client that never says anything`() throws {
    try withServer(limits: limits { $0.requestTimeout = .milliseconds(200) }) { server in
      let client = try server.client()
      #expect(client.isClosed())
      #expect(server.statistics.timedOutConnections == 1)
    }
  }

  @Test func `ends with silence between requests`() throws {
    try withServer(limits: limits { $0.idleTimeout = .milliseconds(200) }) { server in
      let client = try server.client()
      #expect(try client.get("/healthz/live").status == 200)
      #expect(client.isClosed())
      #expect(server.statistics.timedOutConnections == 1)
    }
  }

  @Test func `ends with a client that never reads its answers`() throws {
    try withServer(limits: limits { $0.writeTimeout = .milliseconds(300) }) { server in
      let client = try server.client(receiveBuffer: 4096)
      let requests = String(repeating: "GET /large HTTP/1.1\r\nHost: x\r\n\r\n", count: 200_000)
      // Its requests are not even taken: the server reads nothing while answers wait.
      #expect(client.send(requests, within: 20) < requests.utf8.count)
      #expect(eventually { server.statistics.timedOutConnections == 1 })
      #expect(server.statistics.answers2xx < 1000)
      #expect(try server.client().get("/healthz/live").status == 200)
    }
  }

  @Test func `serves a new client beside a thousand idle ones`() throws {
    try withServer { server in
      var idle: [RawClient] = []
      for number in 0..<1000 {
        let client = try server.client()
        if number.isMultiple(of: 2) { client.send("GET / HTTP/1.1\r\n") }
        idle.append(client)
      }
      #expect(try server.client().get("/healthz/live").status == 200)
      #expect(server.statistics.acceptedConnections == 1001)
      #expect(server.statistics.openConnections <= 256)
      #expect(server.statistics.evictedConnections >= 745)
    }
  }

  @Test func `closes who has gone longest without progress when there is no room`() throws {
    try withServer(limits: limits { $0.maximumConnections = 3 }) { server in
      let (first, second, third) = (try server.client(), try server.client(), try server.client())
      for client in [first, second, third] {
        #expect(try client.get("/healthz/live").status == 200)
      }
      #expect(try first.get("/healthz/live").status == 200)
      // Single bytes are no progress.
      second.send("GET ")
      let fourth = try server.client()
      #expect(try fourth.get("/healthz/live").status == 200)
      #expect(second.isClosed())
      for client in [first, third, fourth] {
        #expect(try client.get("/healthz/live").status == 200)
      }
      #expect(server.statistics.evictedConnections == 1)
    }
  }
}
