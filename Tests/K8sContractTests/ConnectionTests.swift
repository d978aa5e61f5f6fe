import HTTPTransport
import JSONValue
import K8sClient
import StubAPIServer
import Testing

@Suite(.stubOnly, .timeLimit(.minutes(3))) struct `Connections` {
  @Test func `are used again`() async throws {
    try await Arena.onStub { arena, server in
      let maps = try arena.resource(ConfigMap.self)
      for number in 0..<20 {
        _ = try await maps.create(arena.configMap("map-\(number)"))
        _ = try await failure { _ = try await maps.get("none") }
      }
      #expect(server.log.count == 40)
      #expect(server.acceptedConnections == 1)
    }
  }

  @Test func `are no more than they may be`() async throws {
    try await Arena.onStub { arena, server in
      let maps = try arena.resource(ConfigMap.self)
      server.inject(StubFault(.delay(.milliseconds(20))))
      try await withThrowingTaskGroup(of: Int.self) { group in
        for _ in 0..<40 { group.addTask { try await maps.list().items.count } }
        for try await count in group { #expect(count == 0) }
      }
      #expect(server.mostConnections > 1)
      #expect(server.mostConnections <= HTTPLimits().maximumConnections)
    }
  }

  @Test func `that the server closed while they were idle are not missed`() async throws {
    try await Arena.onStub { arena, server in
      let maps = try arena.resource(ConfigMap.self)
      for _ in 0..<5 {
        #expect(try await maps.find("none") == nil)
        server.cutConnections()
        let isClosed = await eventually { server.openConnections == 0 }
        #expect(isClosed)
      }
      #expect(server.log.map(\.status) == Array(repeating: 404, count: 5))
      #expect(server.acceptedConnections == 5)
    }
  }

  @Test func `are closed by a shutdown, with all that is under way`() async throws {
    try await Arena.onStub { arena, server in
      let cluster = Cluster(arena.access)
      let maps = try cluster.resource(ConfigMap.self, in: arena.scope)
      server.inject(StubFault(.silence, where: StubFault.requests("GET", containing: "/stuck")))
      let stuck = Task { try await failure { _ = try await maps.get("stuck") } }
      try await Follower.with(maps.watch()) { follower in
        let isUnderWay = await eventually {
          server.withCluster { $0.openStreams } == 1
            && server.log.contains { $0.line.hasSuffix("/stuck") }
        }
        #expect(isUnderWay)
        await cluster.shutdown()
        let error = try await stuck.value
        #expect(error.code == .unreachable)
        #expect(error.transport?.code == .closed, "\(error)")
        let isClosed = await eventually { server.openConnections == 0 }
        #expect(isClosed)
        let later = try await failure { _ = try await maps.list() }
        #expect(later.transport?.code == .closed)
        #expect(!later.mayHaveHappened)
      }
      // Once more does no harm.
      await cluster.shutdown()
    }
  }

  @Test func `to a server that says nothing have a deadline`() async throws {
    try await Arena.onStub { arena, server in
      server.setSilent(true)
      var cluster = arena.cluster
      cluster.settings.retries = .once
      cluster.settings.deadlines.connect = .milliseconds(200)
      let maps = try cluster.resource(ConfigMap.self, in: arena.scope)
      let error = try await failure { _ = try await maps.create(arena.configMap("one")) }
      #expect(error.transport?.code == .timedOut, "\(error)")
      #expect(!error.mayHaveHappened)
      server.setSilent(false)
    }
  }

  @Test func `on which the answer does not come have a deadline`() async throws {
    for effect in [StubFault.Effect.silence, .silenceAfterApplying, .freezeAfterHead] {
      try await Arena.onStub { arena, server in
        server.inject(StubFault(effect, count: 1, where: StubFault.requests("POST")))
        var cluster = arena.cluster
        cluster.settings.deadlines.silence = .milliseconds(200)
        let maps = try cluster.resource(ConfigMap.self, in: arena.scope)
        let error = try await failure { _ = try await maps.create(arena.configMap("one")) }
        #expect(error.transport?.code == .timedOut, "\(error)")
        #expect(error.mayHaveHappened)
        // The client may have given up before the server reads it.
        let hasCome = await eventually { server.log.contains { $0.request.method == "POST" } }
        #expect(hasCome)
        #expect(server.log.count { $0.request.method == "POST" } == 1)
      }
    }
  }

  @Test func `of calls that are cancelled do not stay taken`() async throws {
    try await Arena.onStub { arena, server in
      let maps = try arena.resource(ConfigMap.self)
      let fault = server.inject(StubFault(.silence))
      let calls = (0..<10).map { _ in
        Task { try await failure { _ = try await maps.get("none") } }
      }
      let areUnderWay = await eventually { !server.log.isEmpty }
      #expect(areUnderWay)
      for call in calls { call.cancel() }
      for call in calls { #expect(try await call.value.code == .cancelled) }
      server.remove(fault: fault)
      #expect(try await maps.list().items.isEmpty)
    }
  }
}
