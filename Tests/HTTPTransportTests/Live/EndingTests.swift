import NIOCore
import NIOPosix
import Synchronization
import Testing

@testable import HTTPTransport

@Suite struct `A cancelled task` {
  @Test func `closes the connection while it waits for an answer`() async throws {
    try await LoopbackServer.with { _ in
      [.fallSilent]
    } _: { server in
      try await HTTPClient.with(.tcp("127.0.0.1", port: server.port)) { client in
        let task = Task { try await client.exchange(HTTPRequest("GET", "/"), within: .ample) }
        try await eventually { server.heard.count == 1 }
        task.cancel()
        let error = try await failure { try await task.value }
        #expect(error.code == .cancelled && error.mayHaveBeenSent)
        try await eventually { server.open == 0 }
      }
    }
  }

  @Test func `closes the connection while it reads, over TLS as well`() async throws {
    let certificates = try TestCertificates.shared.get()
    for tls in [nil, try certificates.serving(certificates.server)] {
      try await LoopbackServer.with(tls: tls) { _ in
        [.send("HTTP/1.1 200 OK\r\n\r\nwatch"), .fallSilent]
      } _: { server in
        let endpoint: HTTPEndpoint =
          tls == nil
          ? try .tcp("127.0.0.1", port: server.port) : try .tls("127.0.0.1", port: server.port)
        try await HTTPClient.with(
          endpoint, tls: TLSSettings(trustRoots: .pem(certificates.ca))
        ) { client in
          let answer = try await client.exchange(HTTPRequest("GET", "/"), within: .ample)
          let task = Task {
            var parts = 0
            for try await _ in answer.body { parts += 1 }
            return parts
          }
          try await Task.sleep(for: .milliseconds(20))
          task.cancel()
          let error = try await failure { try await task.value }
          #expect(error.code == .cancelled)
          try await eventually { server.open == 0 }
          // It stays ended.
          let again = try await failure { try await answer.body.collect(upTo: 10) }
          #expect(again.code == .cancelled)
        }
      }
    }
  }

  @Test func `sends nothing when it is cancelled before it begins`() async throws {
    try await LoopbackServer.with { _ in
      [answer("a")]
    } _: { server in
      try await HTTPClient.with(.tcp("127.0.0.1", port: server.port)) { client in
        let task = Task {
          while !Task.isCancelled { await Task.yield() }
          return try await client.text()
        }
        task.cancel()
        let error = try await failure { try await task.value }
        #expect(error.code == .cancelled && !error.mayHaveBeenSent)
        #expect(server.heard.isEmpty)
      }
    }
  }

  @Test func `leaves the queue`() async throws {
    var limits = HTTPLimits()
    limits.maximumConnections = 1
    try await LoopbackServer.with { heard in
      heard.target == "/third" ? [answer("a")] : [.fallSilent]
    } _: { server in
      try await HTTPClient.with(.tcp("127.0.0.1", port: server.port), limits: limits) { client in
        let first = Task { try await client.text("GET", "/first") }
        try await eventually { server.heard.count == 1 }
        let second = Task { try await client.text("GET", "/second") }
        try await Task.sleep(for: .milliseconds(10))
        second.cancel()
        let error = try await failure { try await second.value }
        #expect(error.code == .cancelled && !error.mayHaveBeenSent)
        first.cancel()
        _ = try await failure { try await first.value }
        try await expect(client, "200 a", to: "GET", "/third")
        #expect(server.heard.map(\.target) == ["/first", "/third"])
      }
    }
  }
}

@Suite struct `A body` {
  @Test func `has one reader`() async throws {
    try await LoopbackServer.with { _ in
      [.send("HTTP/1.1 200 OK\r\n\r\n"), .fallSilent]
    } _: { server in
      try await HTTPClient.with(.tcp("127.0.0.1", port: server.port)) { client in
        let body = try await client.exchange(HTTPRequest("GET", "/"), within: .ample).body
        let codes = try await withThrowingTaskGroup(of: TransportError.Code.self) { group in
          for _ in 0..<2 {
            group.addTask { try await failure { try await body.collect(upTo: 1) }.code }
          }
          let first = try await group.next()
          await client.shutdown()
          return [first, try await group.next()]
        }
        #expect(codes == [.invalidRequest, .closed])
      }
    }
  }
}

@Suite struct `A client that is shut down` {
  @Test func `ends what is in flight, and everything after`() async throws {
    try await LoopbackServer.with { heard in
      heard.target == "/watch" ? [.send("HTTP/1.1 200 OK\r\n\r\nw"), .fallSilent] : [.fallSilent]
    } _: { server in
      let client = try HTTPClient(to: .tcp("127.0.0.1", port: server.port))
      let watch = try await client.exchange(HTTPRequest("GET", "/watch"), within: .ample)
      let reader = Task { try await watch.body.collect(upTo: 100) }
      let waiter = Task { try await client.text() }
      try await eventually { server.heard.count == 2 }
      await client.shutdown()
      for error in [
        try await failure { try await reader.value }, try await failure { try await waiter.value },
        try await failure { try await client.text() },
        try await failure { try await watch.body.collect(upTo: 100) },
      ] {
        #expect(error.code == .closed)
      }
      try await eventually { server.open == 0 }
      await client.shutdown()
    }
  }

  @Test func `does not wait for a lookup that hangs`() async throws {
    let isReleased = Mutex(false)
    let client = try HTTPClient(
      to: .tcp("hung.example", port: 80), tls: TLSSettings(), limits: HTTPLimits(), on: nil
    ) { _, _ in
      while !isReleased.withLock({ $0 }) { usleepABit() }
      return .failure(LookupFailure(reason: "too late"))
    }
    let waiter = Task { try await client.text() }
    try await Task.sleep(for: .milliseconds(20))
    await client.shutdown()
    let error = try await failure { try await waiter.value }
    #expect(error.code == .closed && !error.mayHaveBeenSent)
    isReleased.withLock { $0 = true }
  }

  @Test func `before its first exchange has nothing to do`() async throws {
    let client = try HTTPClient(to: .tcp("127.0.0.1", port: 1))
    await client.shutdown()
    let error = try await failure { try await client.text() }
    #expect(error.code == .closed && !error.mayHaveBeenSent)
  }

  @Test func `leaves an event loop that was handed in alone`() async throws {
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    try await LoopbackServer.with { _ in
      [answer("a")]
    } _: { server in
      for _ in 0..<3 {
        let client = try HTTPClient(to: .tcp("127.0.0.1", port: server.port), on: group.next())
        try await expect(client, "200 a")
        await client.shutdown()
        try await eventually { server.open == 0 }
      }
    }
    try await group.shutdownGracefully()
  }

  @Test func `by being dropped closes its connections`() async throws {
    try await LoopbackServer.with { _ in
      [answer("a")]
    } _: { server in
      try await expect(HTTPClient(to: .tcp("127.0.0.1", port: server.port)), "200 a")
      try await eventually { server.open == 0 }
    }
  }

  @Test func `by being dropped lets an answer be read to its end`() async throws {
    try await LoopbackServer.with { _ in
      [.send("HTTP/1.1 200 OK\r\n\r\na"), .pause(.milliseconds(50)), .send("b"), .close]
    } _: { server in
      let body = try await HTTPClient(to: .tcp("127.0.0.1", port: server.port))
        .exchange(HTTPRequest("GET", "/"), within: .ample).body
      let text = try await body.collect(upTo: 10)
      #expect(text == Array("ab".utf8))
    }
  }
}
