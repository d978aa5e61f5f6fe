import Synchronization
import Testing

@testable import HTTPTransport

@Suite struct `A kept connection` {
  @Test func `carries one exchange after the other`() async throws {
    try await LoopbackServer.with { heard in
      [answer("\(heard.request)")]
    } _: { server in
      try await HTTPClient.with(.tcp("127.0.0.1", port: server.port)) { client in
        for number in 0..<20 { try await expect(client, "200 \(number)") }
        #expect(server.accepted == 1)
      }
      try await eventually { server.open == 0 }
    }
  }

  @Test(arguments: [
    "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 1\r\n\r\na",
    "HTTP/1.1 200 OK\r\nConnection: foo, Close\r\nContent-Length: 1\r\n\r\na",
    "HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\na",
    "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nab",
  ])
  func `is not used again where the answer forbids it, or is followed by more`(
    text: String
  ) async throws {
    try await LoopbackServer.with { _ in
      [.send(text)]
    } _: { server in
      try await HTTPClient.with(.tcp("127.0.0.1", port: server.port)) { client in
        try await expect(client, "200 a")
        try await expect(client, "200 a")
        #expect(server.accepted == 2)
      }
    }
  }

  @Test func `is closed when the body is dropped before its end`() async throws {
    try await LoopbackServer.with { _ in
      [.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")]
    } _: { server in
      try await HTTPClient.with(.tcp("127.0.0.1", port: server.port)) { client in
        for _ in 0..<3 {
          _ = try await client.exchange(HTTPRequest("GET", "/"), within: .ample)
        }
        try await eventually { server.open == 0 }
        #expect(server.accepted == 3)
      }
    }
  }

  @Test func `is closed when it idles for too long`() async throws {
    var limits = HTTPLimits()
    limits.idleTime = .milliseconds(50)
    try await LoopbackServer.with { _ in
      [answer("a")]
    } _: { server in
      try await HTTPClient.with(.tcp("127.0.0.1", port: server.port), limits: limits) { client in
        try await expect(client, "200 a")
        try await eventually { server.open == 0 }
        try await expect(client, "200 a")
        #expect(server.accepted == 2)
      }
    }
  }

  @Test func `that the server closes meanwhile is not used, whatever the method`() async throws {
    try await LoopbackServer.with { _ in
      [answer("a"), .close]
    } _: { server in
      try await HTTPClient.with(.tcp("127.0.0.1", port: server.port)) { client in
        for _ in 0..<5 {
          let text = try await client.text("POST")
          #expect(text == "200 a")
          // Once the end is here, the next request gets a fresh connection.
          while await client.connectionCount() > 0 { try await Task.sleep(for: .milliseconds(2)) }
        }
        #expect(server.accepted == 5)
      }
    }
  }

  @Test func `that turns out to be closed is replaced for a GET`() async throws {
    try await LoopbackServer.with { heard in
      // The first connection answers once, and then closes on the next request.
      heard.connection == 0 && heard.request == 1 ? [.close] : [answer("\(heard.connection)")]
    } _: { server in
      try await HTTPClient.with(.tcp("127.0.0.1", port: server.port)) { client in
        try await expect(client, "200 0")
        try await expect(client, "200 1")
        #expect(server.accepted == 2 && server.heard.count == 3)
      }
    }
  }

  @Test func `that turns out to be closed fails a POST, which may have been sent`() async throws {
    try await LoopbackServer.with { heard in
      heard.connection == 0 && heard.request == 1 ? [.close] : [answer("a")]
    } _: { server in
      try await HTTPClient.with(.tcp("127.0.0.1", port: server.port)) { client in
        try await expect(client, "200 a")
        let error = try await failure { try await client.text("POST") }
        #expect(error.code == .cut && error.mayHaveBeenSent)
        #expect(
          error.description
            == "POST / at 127.0.0.1:\(server.port): the connection was closed by the server"
            + " before the first byte of the answer")
        #expect(server.heard.count == 2)
      }
    }
  }

  @Test func `is replaced once and not for ever`() async throws {
    try await LoopbackServer.with { heard in
      heard.connection == 0 && heard.request == 0 ? [answer("a")] : [.close]
    } _: { server in
      try await HTTPClient.with(.tcp("127.0.0.1", port: server.port)) { client in
        try await expect(client, "200 a")
        let error = try await failure { try await client.text() }
        #expect(error.code == .cut)
        #expect(server.accepted == 2)
      }
    }
  }

  @Test func `with bytes that nobody asked for is closed`() async throws {
    try await LoopbackServer.with { _ in
      [answer("a"), .pause(.milliseconds(30)), .send("HTTP/1.1 408 Too Late\r\n\r\n")]
    } _: { server in
      try await HTTPClient.with(.tcp("127.0.0.1", port: server.port)) { client in
        try await expect(client, "200 a")
        try await eventually { server.open == 0 }
        try await expect(client, "200 a")
        #expect(server.accepted == 2)
      }
    }
  }
}

@Suite struct `A pool of connections` {
  @Test func `has a bound, and serves everybody`() async throws {
    try await LoopbackServer.with { _ in
      [.pause(.milliseconds(2)), answer("a")]
    } _: { server in
      try await HTTPClient.with(.tcp("127.0.0.1", port: server.port)) { client in
        try await withThrowingTaskGroup(of: String.self) { group in
          for _ in 0..<50 { group.addTask { try await client.text() } }
          for try await text in group { #expect(text == "200 a") }
        }
        #expect(server.count.withLock { $0.mostOpen } <= HTTPLimits().maximumConnections)
        #expect(server.accepted <= HTTPLimits().maximumConnections)
        #expect(server.heard.count == 50)
        let kept = await client.connectionCount()
        #expect((1...HTTPLimits().maximumConnections).contains(kept))
      }
      try await eventually { server.open == 0 }
    }
  }

  @Test func `serves in order`() async throws {
    var limits = HTTPLimits()
    limits.maximumConnections = 1
    try await LoopbackServer.with { _ in
      [.pause(.milliseconds(20)), answer("a")]
    } _: { server in
      try await HTTPClient.with(.tcp("127.0.0.1", port: server.port), limits: limits) { client in
        try await withThrowingTaskGroup(of: Void.self) { group in
          for number in 0..<5 {
            group.addTask { _ = try await client.text("GET", "/\(number)") }
            if number == 0 { try await eventually { !server.heard.isEmpty } }
            try await Task.sleep(for: .milliseconds(2))
          }
          try await group.waitForAll()
        }
        #expect(server.heard.first?.target == "/0")
        #expect(server.heard.count == 5 && server.accepted == 1)
      }
    }
  }

  @Test func `says that all connections are in use when the time is over`() async throws {
    var limits = HTTPLimits()
    limits.maximumConnections = 1
    try await LoopbackServer.with { _ in
      [.send("HTTP/1.1 200 OK\r\n\r\nwatch"), .fallSilent]
    } _: { server in
      try await HTTPClient.with(.tcp("127.0.0.1", port: server.port), limits: limits) { client in
        let watch = try await client.exchange(HTTPRequest("GET", "/"), within: .ample)
        let error = try await failure {
          try await client.exchange(
            HTTPRequest("GET", "/"), within: HTTPDeadlines(connect: .milliseconds(30)))
        }
        #expect(error.code == .timedOut && !error.mayHaveBeenSent)
        #expect(error.reason == "all 1 connections were in use for 30ms")
        withExtendedLifetime(watch) {}
      }
    }
  }

  @Test func `lets only so many wait`() async throws {
    var limits = HTTPLimits()
    limits.maximumConnections = 1
    limits.maximumWaiting = 2
    try await LoopbackServer.with { _ in
      [.fallSilent]
    } _: { server in
      let client = try HTTPClient(to: .tcp("127.0.0.1", port: server.port), limits: limits)
      try await withThrowingTaskGroup(of: TransportError?.self) { group in
        for _ in 0..<4 {
          group.addTask {
            do {
              _ = try await client.text()
              return nil
            } catch {
              return error as? TransportError
            }
          }
        }
        let first = try await group.next()??.code
        #expect(first == .busy)
        await client.shutdown()
        for try await error in group { #expect(error?.code == .closed) }
      }
    }
  }
}
