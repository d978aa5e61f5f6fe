import HTTPTransport
import JSONValue
import K8sClient
import Pacing
import StubAPIServer
import Testing

/// What the server sees of a client whose calls fail.
@Suite(.stubOnly, .timeLimit(.minutes(3))) struct `A call that fails` {
  private func withMaps(
    _ body: (Arena, StubAPIServer, ResourceClient<ConfigMap>) async throws -> Void
  ) async throws {
    try await Arena.onStub { arena, server in
      var cluster = arena.cluster
      cluster.settings.retries.backoff = Backoff(
        initial: .milliseconds(5), maximum: .milliseconds(20))
      try await body(arena, server, try cluster.resource(ConfigMap.self, in: arena.scope))
    }
  }

  private static let troubles: [(StubAnswer, KubernetesError.Code)] = [
    (.internalError, .serverFailed), (.unavailable, .unavailable), (.gatewayTimeout, .timeout),
    (.text("upstream connect error\n", status: 502), .serverFailed),
  ]

  @Test func `is tried again where it only reads`() async throws {
    for (answer, _) in Self.troubles {
      try await withMaps { _, server, maps in
        server.inject(StubFault(.answer(answer), count: 2))
        let list = try await maps.list()
        #expect(list.items.isEmpty)
        #expect(server.log.map(\.status) == [answer.status, answer.status, 200])
      }
    }
  }

  @Test func `is given up after some tries`() async throws {
    try await withMaps { _, server, maps in
      server.inject(StubFault(.answer(.unavailable)))
      let error = try await failure { _ = try await maps.list() }
      #expect(error.code == .unavailable)
      #expect(!error.mayHaveHappened)
      #expect(server.log.count == RetryPolicy().attempts)
    }
  }

  @Test func `is not repeated where it may have made something`() async throws {
    for (answer, code) in Self.troubles {
      try await withMaps { arena, server, maps in
        server.inject(
          StubFault(.answerAfterApplying(answer), count: 1, where: StubFault.requests("POST")))
        let error = try await failure { _ = try await maps.create(arena.configMap("one")) }
        #expect(error.code == code)
        #expect(error.mayHaveHappened, "\(error)")
        #expect(error.description.contains("may have happened"))
        #expect(server.log.count { $0.request.method == "POST" } == 1)
        #expect(try await maps.find("one") != nil)
      }
    }
  }

  @Test func `is not repeated where the answer is lost`() async throws {
    for effect in [StubFault.Effect.cut(afterBytes: 0), .cut(afterBytes: 90)] {
      try await withMaps { arena, server, maps in
        server.inject(StubFault(effect, count: 1, where: StubFault.requests("POST")))
        let error = try await failure { _ = try await maps.create(arena.configMap("one")) }
        #expect(error.code == .unreachable)
        #expect(error.transport?.code == .cut)
        #expect(error.mayHaveHappened)
        #expect(server.log.count { $0.request.method == "POST" } == 1)
      }
    }
  }

  @Test func `is repeated where the object it means is named`() async throws {
    try await withMaps { arena, server, maps in
      let made = try await maps.create(arena.configMap("one"))
      server.inject(
        StubFault(
          .answerAfterApplying(.gatewayTimeout), count: 1, where: StubFault.requests("DELETE")))
      let uid = try #require(made.metadata.uid)
      let error = try await failure { try await maps.delete("one", onlyIf: .uid(uid)) }
      // The second try finds nothing, and says that the first one may be why.
      #expect(error.code == .notFound)
      #expect(error.mayHaveHappened)
      #expect(server.log.filter { $0.request.method == "DELETE" }.map(\.status).last == 404)

      _ = try await maps.create(arena.configMap("two"))
      server.inject(
        StubFault(.answer(.gatewayTimeout), count: 1, where: StubFault.requests("DELETE")))
      let blind = try await failure { try await maps.delete("two", onlyIf: nil) }
      #expect(blind.code == .timeout)
      #expect(server.log.count { $0.line.hasPrefix("DELETE") && $0.line.hasSuffix("two") } == 1)
    }
  }

  @Test func `with a 429 is tried again when the server says, even a POST`() async throws {
    try await withMaps { arena, server, maps in
      server.inject(StubFault(.answer(.tooManyRequests), count: 1))
      let start = ContinuousClock.now
      _ = try await maps.create(arena.configMap("one"))
      #expect(start.duration(to: .now) >= .seconds(1))
      #expect(server.log.map(\.status) == [429, 201])
      server.inject(StubFault(.answer(.tooManyRequests(retryAfter: 3600)), count: 1))
      let error = try await failure { _ = try await maps.get("one") }
      #expect(error.code == .tooManyRequests)
      #expect(error.status?.retryAfter == .seconds(3600))
      #expect(error.description.contains("left alone for"), "\(error)")
      #expect(server.log.count == 3, "who is told to come in an hour does not come now")
    }
  }

  @Test func `says what the server said, in whatever form`() async throws {
    try await withMaps { _, server, maps in
      let answers: [(StubAnswer, KubernetesError.Code, String)] = [
        (.text("404 page not found\n", status: 404), .notFound, "404 page not found"),
        (.gatewayTimeout, .timeout, "request did not complete"),
        (.internalError, .serverFailed, "something is broken"),
        (.text("", status: 503), .unavailable, "without a word of why"),
        (
          .text("<html><head><title>Blocked by proxy</title></head></html>", status: 403),
          .forbidden, "Blocked by proxy"
        ),
      ]
      for (answer, code, words) in answers {
        let fault = server.inject(StubFault(.answer(answer)))
        let error = try await failure { _ = try await maps.get("one") }
        server.remove(fault: fault)
        #expect(error.code == code)
        #expect(error.status?.code == answer.status)
        #expect(error.description.contains(words), "\(error)")
        #expect(!error.description.contains("\n"))
      }
    }
  }

  @Test func `with an answer that is no JSON is a malformed answer`() async throws {
    try await withMaps { _, server, maps in
      server.inject(StubFault(.answer(.text("<html>login</html>", status: 200))))
      let error = try await failure { _ = try await maps.get("one") }
      #expect(error.code == .malformedAnswer)
    }
  }

  @Test func `goes through an answer that was cut anywhere`() async throws {
    try await withMaps { arena, server, maps in
      let made = try await maps.create(
        arena.configMap("one", ["text": String(repeating: "ü", count: 300)]))
      for bytes in [0, 1, 9, 17, 60, 130, 200, 300, 500, 700, 900] {
        server.inject(StubFault(.cut(afterBytes: bytes), count: 1))
        #expect(try await maps.get("one") == made)
      }
    }
  }

  @Test func `because nobody listens is tried again, even a POST`() async throws {
    try await Arena.onStub { arena, server in
      var cluster = arena.cluster
      // Enough tries until it listens again, however long that takes.
      cluster.settings.retries = RetryPolicy(
        attempts: 200, backoff: Backoff(initial: .milliseconds(50), maximum: .milliseconds(200)))
      let maps = try cluster.resource(ConfigMap.self, in: arena.scope)
      try await server.refuseConnections()
      let making = Task { try await maps.create(arena.configMap("one")) }
      try await Task.sleep(for: .milliseconds(100))
      try await server.acceptConnections()
      _ = try await making.value
      #expect(server.log.map(\.status) == [201])
    }
  }
}
