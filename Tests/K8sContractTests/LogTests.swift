import HTTPTransport
import JSONValue
import K8sClient
import StubAPIServer
import Testing

@Suite(.timeLimit(.minutes(5))) struct `The log of a pod` {
  private static let lines = (1...5).map { "line \($0)\n" }

  private func writer(in arena: Arena) throws -> Pod {
    try arena.pod(
      "writer", runs: "for n in 1 2 3 4 5; do echo line $n; done; exec sleep 3600",
      logs: Self.lines.joined())
  }

  private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

  @Test func `is read whole, or as much of it as is asked for`() async throws {
    try await Arena.with { arena in
      let pods = try arena.resource(Pod.self)
      _ = try await arena.runningPod(writer(in: arena))
      let isWritten = try await eventually {
        try await text(pods.log("writer")) == Self.lines.joined()
      }
      #expect(isWritten)
      #expect(try await text(pods.log("writer", LogOptions(tailLines: 2))) == "line 4\nline 5\n")
      #expect(try await pods.log("writer", LogOptions(tailLines: 0)).isEmpty)
      #expect(try await text(pods.log("writer", LogOptions(limitBytes: 10))) == "line 1\nlin")
      let main = try ContainerName("main")
      #expect(
        try await text(pods.log("writer", LogOptions(container: main, tailLines: 1))) == "line 5\n")
      let stamped = try await text(
        pods.log("writer", LogOptions(tailLines: 1, hasTimestamps: true)))
      #expect(stamped.hasSuffix(" line 5\n"))
      #expect(stamped.contains("T"))
      let short = try await failure { _ = try await pods.log("writer", upTo: 20) }
      #expect(short.transport?.code == .tooLarge)
    }
  }

  @Test func `that is not there is an error that says which`() async throws {
    try await Arena.with { arena in
      let pods = try arena.resource(Pod.self)
      _ = try await arena.runningPod(writer(in: arena))
      let previous = try await failure {
        _ = try await pods.log("writer", LogOptions(isPrevious: true))
      }
      #expect(previous.code == .invalid)
      #expect(previous.description.contains("previous terminated container"), "\(previous)")
      let container = try ContainerName("nobody")
      let other = try await failure {
        _ = try await pods.log("writer", LogOptions(container: container))
      }
      #expect(other.code == .invalid)
      let nobody = try await failure { _ = try await pods.log("nobody") }
      #expect(nobody.code == .notFound)
    }
  }

  @Test(.stubOnly) func `of the run before is had`() async throws {
    try await Arena.onStub { arena, server in
      let pods = try arena.resource(Pod.self)
      _ = try await arena.runningPod(writer(in: arena))
      server.withCluster {
        $0.setPreviousLog("it broke\n", of: "writer", in: arena.namespace.description)
      }
      let previous = try await pods.log("writer", LogOptions(isPrevious: true))
      #expect(text(previous) == "it broke\n")
    }
  }

  @Test func `is followed until the container ends`() async throws {
    try await Arena.with { arena in
      let pods = try arena.resource(Pod.self)
      let pod = try arena.pod(
        "teller", runs: "for n in 1 2 3 4 5; do echo line $n; sleep 1; done", logs: Self.lines[0],
        exitsAfter: 600)
      _ = try await pods.create(pod)
      let isStarted = try await eventually(within: .seconds(120)) {
        try await pods.get("teller").phase == .running
      }
      #expect(isStarted)
      let body = try await pods.openLog("teller", LogOptions(follows: true))
      if let stub = arena.stub {
        for line in Self.lines.dropFirst() {
          stub.withCluster { $0.write(line, toLogOf: "teller", in: arena.namespace.description) }
        }
        // It ends when all is written, however long that took.
        stub.advance(by: .seconds(700))
      }
      #expect(text(try await body.collect(upTo: 1 << 20)) == Self.lines.joined())
    }
  }

  @Test(.stubOnly) func `of a node that does not answer is an error of the server`() async throws {
    try await Arena.onStub { arena, server in
      _ = try await arena.runningPod(writer(in: arena))
      server.withCluster {
        $0.setNode(reachable: false, of: "writer", in: arena.namespace.description)
      }
      var cluster = arena.cluster
      cluster.settings.retries = .once
      let impatient = try cluster.resource(Pod.self, in: arena.scope)
      let error = try await failure { _ = try await impatient.log("writer") }
      #expect(error.code == .serverFailed)
      #expect(error.description.contains("connection refused"), "\(error)")
    }
  }
}
