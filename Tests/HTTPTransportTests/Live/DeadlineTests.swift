import NIOCore
import NIOPosix
import Synchronization
import Testing

@testable import HTTPTransport

/// Tries with longer and longer times until a loaded machine is fast enough.
private func whateverTheLoad<Result>(
  _ body: (Duration) async throws -> Result
) async throws -> Result {
  for time in [100, 400, 1600] as [Int64] {
    do {
      return try await body(.milliseconds(time))
    } catch let error as TransportError where error.code == .timedOut {}
  }
  return try await body(.seconds(6))
}

@Suite struct `A deadline` {
  @Test func `for silence holds before the answer`() async throws {
    try await LoopbackServer.with { _ in
      [.fallSilent]
    } _: { server in
      try await HTTPClient.with(.tcp("127.0.0.1", port: server.port)) { client in
        let error = try await failure {
          try await client.text("GET", "/a?key=secret", within: .silence(.milliseconds(50)))
        }
        #expect(error.code == .timedOut && error.mayHaveBeenSent)
        #expect(
          error.description == "GET /a at 127.0.0.1:\(server.port): no byte for 50ms")
        try await eventually { server.open == 0 }
      }
    }
  }

  @Test func `for silence holds within head and body`() async throws {
    for part in ["HTTP/1.1 200 OK\r\nConte", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc"] {
      try await LoopbackServer.with { _ in
        [.send(part), .fallSilent]
      } _: { server in
        try await HTTPClient.with(.tcp("127.0.0.1", port: server.port)) { client in
          let error = try await failure {
            try await client.text(within: .silence(.milliseconds(50)))
          }
          #expect(error.code == .timedOut)
          #expect(error.reason.hasPrefix("no byte for 50ms"))
          try await eventually { server.open == 0 }
        }
      }
    }
  }

  @Test func `for silence does not run while the reader rests`() async throws {
    try await LoopbackServer.with { _ in
      [.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\na"), .send("b")]
    } _: { server in
      try await HTTPClient.with(.tcp("127.0.0.1", port: server.port)) { client in
        try await whateverTheLoad { time in
          let answer = try await client.exchange(
            HTTPRequest("GET", "/"), within: .silence(time))
          try await Task.sleep(for: time * 2)
          let text = try await answer.body.collect(upTo: 10)
          #expect(text == Array("ab".utf8))
        }
      }
    }
  }

  @Test func `for the whole holds for a server that trickles`() async throws {
    try await LoopbackServer.with { _ in
      [.send("HTTP/1.1 200 OK\r\n\r\n"), .endless("x")]
    } _: { server in
      try await HTTPClient.with(.tcp("127.0.0.1", port: server.port)) { client in
        let error = try await failure {
          let answer = try await client.exchange(
            HTTPRequest("GET", "/"), within: HTTPDeadlines(total: .milliseconds(200)))
          for try await _ in answer.body {}
        }
        #expect(error.code == .timedOut && error.reason == "not done within 200ms")
        try await eventually { server.open == 0 }
      }
    }
  }

  @Test func `for the whole closes also what nobody reads`() async throws {
    try await LoopbackServer.with { _ in
      [.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nab"), .fallSilent]
    } _: { server in
      try await HTTPClient.with(.tcp("127.0.0.1", port: server.port)) { client in
        let answer = try await whateverTheLoad { time in
          try await client.exchange(HTTPRequest("GET", "/"), within: HTTPDeadlines(total: time))
        }
        try await eventually { server.open == 0 }
        let error = try await failure { try await answer.body.collect(upTo: 10) }
        #expect(error.code == .timedOut)
      }
    }
  }

  @Test func `for connecting holds while a name is looked up for ever`() async throws {
    let isReleased = Mutex(false)
    let lookups = Mutex(0)
    let client = try HTTPClient(
      to: .tcp("hung.example", port: 80), tls: TLSSettings(), limits: HTTPLimits(), on: nil
    ) { _, _ in
      lookups.withLock { $0 += 1 }
      while !isReleased.withLock({ $0 }) { usleepABit() }
      return .failure(LookupFailure(reason: "too late"))
    }
    for _ in 0..<3 {
      let error = try await failure {
        try await client.exchange(
          HTTPRequest("GET", "/"), within: HTTPDeadlines(connect: .milliseconds(50)))
      }
      #expect(error.code == .timedOut && !error.mayHaveBeenSent)
      #expect(error.description == "connect to hung.example:80: no connection within 50ms")
    }
    // One hung lookup holds one thread, however often it is tried.
    #expect(lookups.withLock { $0 } == 1)
    await client.shutdown()
    isReleased.withLock { $0 = true }
  }

  @Test func `for connecting holds in a handshake that does not go on`() async throws {
    try await LoopbackServer.with(readsRequests: false) { _ in
      []
    } _: { server in
      try await HTTPClient.with(
        .tls("127.0.0.1", port: server.port), tls: TLSSettings(verification: .none)
      ) { client in
        for time in [50, 250, 1000, 5000] {
          let error = try await failure {
            try await client.exchange(
              HTTPRequest("GET", "/"), within: HTTPDeadlines(connect: .milliseconds(time)))
          }
          #expect(error.code == .timedOut && !error.mayHaveBeenSent)
          // On a loaded machine the connection itself may take longer.
          guard error.reason.hasPrefix("no end") || time == 5000 else { continue }
          #expect(error.reason.hasPrefix("no end of the TLS handshake within"))
          break
        }
        try await eventually { server.open == 0 }
      }
    }
  }
}

@Suite struct `A server that is not there` {
  @Test func `refuses`() async throws {
    // A port that was free a moment ago.
    let port = try await LoopbackServer.with { _ in
      []
    } _: {
      $0.port
    }
    let error = try await HTTPClient.with(.tcp("127.0.0.1", port: port)) { client in
      try await failure { try await client.text() }
    }
    #expect(error.code == .refused && !error.mayHaveBeenSent)
    #expect(
      error.description
        == "connect to 127.0.0.1:\(port): nobody listens there (connection refused)")
  }

  @Test func `has no address`() async throws {
    let client = try HTTPClient(
      to: .tcp("nowhere.example", port: 80), tls: TLSSettings(), limits: HTTPLimits(), on: nil
    ) { _, _ in .failure(LookupFailure(reason: "Name or service not known")) }
    let error = try await failure { try await client.text() }
    #expect(error.code == .unresolved && !error.mayHaveBeenSent)
    #expect(
      error.description == "connect to nowhere.example:80: the name was not found:"
        + " Name or service not known")
    await client.shutdown()
  }

  @Test func `is found at the second of its addresses`() async throws {
    try await LoopbackServer.with { _ in
      [answer("a")]
    } _: { server in
      let port = server.port
      let client = try HTTPClient(
        to: .tcp("two.example", port: port), tls: TLSSettings(), limits: HTTPLimits(), on: nil
      ) { _, _ in
        Result {
          [
            try SocketAddress(ipAddress: "::1", port: port),
            try SocketAddress(ipAddress: "127.0.0.1", port: port),
          ]
        }
      }
      try await expect(client, "200 a")
      await client.shutdown()
    }
  }
}
