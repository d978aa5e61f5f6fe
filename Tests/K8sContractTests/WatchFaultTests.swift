import JSONValue
import K8sClient
import StubAPIServer
import Testing

/// A watch whose server has troubles; what it tells stays the set as it is.
@Suite(.stubOnly, .timeLimit(.minutes(3))) struct `A watch of a troubled server` {
  private typealias Maps = ResourceClient<ConfigMap>
  private static let isWatch = StubFault.requests("GET", containing: "watch=true")

  /// Follows some ConfigMaps through troubles; at the end what was told has to be what is there.
  private func follow(
    _ options: StubServerOptions = StubServerOptions(), _ policy: WatchPolicy = .impatient(),
    _ body: (Arena, StubAPIServer, Maps, Follower<ConfigMap>) async throws -> Void
  ) async throws {
    try await Arena.onStub(options) { arena, server in
      let maps = try arena.resource(ConfigMap.self)
      for number in 0..<4 { _ = try await maps.create(arena.configMap("map-\(number)")) }
      try await Follower.with(maps.watch(policy: policy)) { follower in
        let isOpen = await eventually { server.withCluster { $0.openStreams } == 1 }
        #expect(isOpen)
        try await body(arena, server, maps, follower)
        try await follower.expectSet(of: maps)
      }
    }
  }

  /// Changes something: creates, changes and deletes by turns.
  private func change(_ maps: Maps, _ arena: Arena, _ turn: Int) async throws {
    let name = "map-\(turn % 6)"
    try await insist {
      if turn % 4 == 3 {
        if try await maps.find(name) != nil { try await maps.delete(name, onlyIf: nil) }
      } else {
        let map = try arena.configMap(name, ["turn": "ü\(turn)"])
        _ = try await maps.apply(map, manager: "tester")
      }
    }
  }

  /// Does it again where the connection was cut under it: the client itself does not, for it cannot
  /// know that nobody else writes here.
  private func insist(_ body: () async throws -> Void) async throws {
    do {
      try await body()
    } catch let error as KubernetesError where error.code == .unreachable {
      try await body()
    }
  }

  private func watches(_ server: StubAPIServer) -> Int {
    server.log.count { $0.line.contains("watch=true") }
  }

  @Test func `survives a cut after any number of bytes`() async throws {
    // The head, chunk lines, the begin and the middle of events, between two of them.
    let cuts = Array(1...12) + Array(stride(from: 15, to: 1500, by: 23))
    try await follow { arena, server, maps, follower in
      for bytes in cuts {
        server.inject(StubFault(.cut(afterBytes: bytes), count: 1, where: Self.isWatch))
      }
      server.cutConnections()
      var turn = 0
      let isThrough = try await eventually(within: .seconds(100), every: .milliseconds(1)) {
        turn += 1
        try await change(maps, arena, turn)
        return watches(server) > cuts.count
      }
      #expect(isThrough)
      #expect(follower.counts.expiries == 0)
    }
  }

  @Test func `takes events a byte at a time`() async throws {
    var options = StubServerOptions()
    options.pieces = .bytes(1)
    try await follow(options) { arena, _, maps, follower in
      for turn in 0..<12 { try await change(maps, arena, turn) }
      try await follower.expectSet(of: maps)
      #expect(follower.counts.failures == 0)
    }
  }

  @Test func `takes many events at once`() async throws {
    var options = StubServerOptions()
    options.pieces = .together(.milliseconds(50))
    try await follow(options) { arena, _, maps, follower in
      for turn in 0..<30 { try await change(maps, arena, turn) }
      try await follower.expectSet(of: maps)
      #expect(follower.counts.failures == 0)
    }
  }

  @Test func `takes an object that comes in many reads`() async throws {
    try await follow { arena, _, maps, follower in
      let big = String(repeating: "größer ", count: 40_000)
      _ = try await maps.create(arena.configMap("big", ["a": big]))
      try await follower.expectSet(of: maps)
      let key = ObjectKey(namespace: arena.namespace.description, name: "big")
      #expect(follower.set.objects[key]?.data == ["a": big])
      #expect(follower.counts.failures == 0)
    }
  }

  @Test func `lists again when what it knows is too old`() async throws {
    try await follow { arena, server, maps, follower in
      let isSynced = await eventually { follower.set.isSynced }
      #expect(isSynced)
      // Open streams are told, and so is who comes back with an old version after a cut.
      server.withCluster { $0.expireOpenWatches() }
      try await change(maps, arena, 0)
      let isTold = await eventually { follower.counts.expiries == 1 && follower.counts.lists == 2 }
      #expect(isTold)
      try await follower.expectSet(of: maps)

      try await server.refuseConnections()
      server.cutConnections()
      let space = arena.namespace.description
      server.withCluster { cluster in
        cluster.remove("ConfigMap", "map-1", in: space)
        cluster.remove("ConfigMap", "map-2", in: space)
        cluster.create([
          "apiVersion": "v1", "kind": "ConfigMap",
          "metadata": ["name": "map-2", "namespace": .string(space)],
        ])
        cluster.expire()
      }
      try await server.acceptConnections()
      try await follower.expectSet(of: maps)
      #expect(follower.counts.expiries == 2)
      #expect(
        Array(follower.set.story.suffix(3)).sorted() == [
          "added map-2", "deleted map-1", "deleted map-2",
        ])
    }
  }

  @Test func `goes on from a bookmark, where the version of its last event is too old`()
    async throws
  {
    try await follow { arena, server, maps, follower in
      let isSynced = await eventually { follower.set.isSynced }
      #expect(isSynced)
      // Others move the version of the server on.
      let elsewhere = try arena.cluster.resource(ConfigMap.self, in: .namespace("default"))
      for number in 0..<5 {
        let other = try ConfigMap(named: ObjectName("other-\(number)"), in: Namespace("default"))
        _ = try await elsewhere.create(other)
      }
      let before = follower.counts.events
      server.advance(by: .seconds(70))
      var tick = 0
      let isMarked = try await eventually {
        // The count is seen with the change that follows.
        tick += 1
        let map = try arena.configMap("tick", ["tick": "\(tick)"])
        _ = try await maps.apply(map, manager: "tester")
        return follower.counts.events > before
      }
      #expect(isMarked)
      server.withCluster { $0.expireWatches() }
      server.cutConnections()
      try await change(maps, arena, 0)
      try await follower.expectSet(of: maps)
      #expect(follower.counts.lists == 1)
      #expect(follower.counts.expiries == 0)
    }
  }

  @Test func `survives a restart of the server`() async throws {
    try await follow { arena, server, maps, follower in
      let isSynced = await eventually { follower.set.isSynced }
      #expect(isSynced)
      for turn in 0..<3 {
        try await server.refuseConnections()
        server.cutConnections()
        server.withCluster {
          _ = $0.create([
            "apiVersion": "v1", "kind": "ConfigMap",
            "metadata": [
              "name": .string("while-away-\(turn)"),
              "namespace": .string(arena.namespace.description),
            ],
          ])
        }
        if turn == 2 {
          let isTold = await eventually { !follower.set.interruptions.isEmpty }
          #expect(isTold, "an outage that lasts is told")
        }
        try await server.acceptConnections()
        try await change(maps, arena, turn)
        try await follower.expectSet(of: maps)
      }
      let isResumed = await eventually {
        follower.set.resumptions == follower.set.interruptions.count
      }
      #expect(isResumed)
    }
  }

  @Test func `leaves a server that has fallen silent`() async throws {
    let policy = WatchPolicy.impatient(streamTimeout: .seconds(1), streamMargin: .milliseconds(200))
    try await follow(StubServerOptions(), policy) { arena, server, maps, follower in
      // The head comes, and then nothing: no event, no end.
      server.inject(StubFault(.freezeAfterHead, count: 1, where: Self.isWatch))
      server.cutConnections()
      let isFrozen = await eventually { watches(server) >= 2 }
      #expect(isFrozen)
      for turn in 0..<4 { try await change(maps, arena, turn) }
      try await follower.expectSet(of: maps)
    }
  }

  @Test func `survives answers that are none`() async throws {
    try await follow { arena, server, maps, follower in
      let garbage = StubAnswer(
        status: 200, headers: [StubHeader("Content-Type", "application/json")],
        body: .bytes(Array("<html>a proxy says hello</html>\n".utf8)))
      let answers: [StubAnswer] = [
        .tooManyRequests(retryAfter: nil), .internalError, .unavailable, .gatewayTimeout, garbage,
        .text("404 page not found\n", status: 404),
      ]
      for answer in answers {
        server.inject(StubFault(.answer(answer), count: 1, where: Self.isWatch))
      }
      server.inject(StubFault(.endStream, count: 2, where: Self.isWatch))
      server.inject(StubFault(.expireStream, count: 1, where: Self.isWatch))
      server.cutConnections()
      let isThrough = await eventually { watches(server) >= 11 }
      #expect(isThrough)
      try await change(maps, arena, 0)
      try await follower.expectSet(of: maps)
    }
  }

  @Test func `ends with its task, and leaves no stream behind`() async throws {
    try await Arena.onStub { arena, server in
      let maps = try arena.resource(ConfigMap.self)
      try await Follower.with(maps.watch()) { follower in
        let isOpen = await eventually { server.withCluster { $0.openStreams } == 1 }
        #expect(isOpen)
      }
      let isClosed = await eventually { server.withCluster { $0.openStreams } == 0 }
      #expect(isClosed)
    }
  }
}
