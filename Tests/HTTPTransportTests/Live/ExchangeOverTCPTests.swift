import Testing

@testable import HTTPTransport

@Suite struct `An exchange over TCP` {
  @Test func `brings status, fields and body`() async throws {
    try await LoopbackServer.with { _ in
      [.send("HTTP/1.1 201 Created\r\nX-A: 1\r\nContent-Length: 5\r\n\r\nhello")]
    } _: { server in
      try await HTTPClient.with(.tcp("127.0.0.1", port: server.port)) { client in
        let answer = try await client.exchange(
          HTTPRequest("POST", "/a?b=c", headers: ["X-B": "2"], body: Array("body".utf8)),
          within: .ample)
        #expect(answer.status == 201)
        #expect(answer.headers["x-a"] == "1")
        #expect(try await answer.body.collect(upTo: 5) == Array("hello".utf8))
        #expect(
          server.heard.first?.text
            == "POST /a?b=c HTTP/1.1\r\nHost: 127.0.0.1:\(server.port)\r\nX-B: 2\r\n"
            + "Content-Length: 4\r\n\r\nbody")
      }
    }
  }

  @Test func `works by name, and over IPv6`() async throws {
    try await LoopbackServer.with(at: .host("::1")) { _ in
      [answer("six")]
    } _: { server in
      for host in ["::1", "[::1]"] {
        try await HTTPClient.with(.tcp(host, port: server.port)) { client in
          try await expect(client, "200 six")
        }
      }
      #expect(server.heard.first?.text.contains("Host: [::1]:\(server.port)\r\n") == true)
    }
    try await LoopbackServer.with { _ in
      [answer("name")]
    } _: { server in
      try await HTTPClient.with(.tcp("localhost", port: server.port)) { client in
        try await expect(client, "200 name")
      }
    }
  }

  @Test func `gives every part of a body that comes a byte at a time`() async throws {
    let body = "3\r\nabc\r\n5;x=y\r\ndefgh\r\n0\r\nTrailer: 1\r\n\r\n"
    try await LoopbackServer.with { _ in
      [.eachByte("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + body)]
    } _: { server in
      try await HTTPClient.with(.tcp("127.0.0.1", port: server.port)) { client in
        let first = try await client.text()
        let second = try await client.text()
        #expect(first == "200 abcdefgh" && second == first)
        #expect(server.accepted == 1)
      }
    }
  }

  @Test func `ends a body of unknown length with the connection`() async throws {
    try await LoopbackServer.with { _ in
      [.send("HTTP/1.1 200 OK\r\n\r\nuntil"), .send(" the end"), .close]
    } _: { server in
      try await HTTPClient.with(.tcp("127.0.0.1", port: server.port)) { client in
        try await expect(client, "200 until the end")
      }
    }
  }

  @Test func `reads over interim answers`() async throws {
    try await LoopbackServer.with { _ in
      [
        .send("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"),
        answer("a"),
      ]
    } _: { server in
      try await HTTPClient.with(.tcp("127.0.0.1", port: server.port)) { client in
        try await expect(client, "200 a")
      }
    }
  }

  @Test func `expects no body after HEAD, 204 and 304`() async throws {
    try await LoopbackServer.with { heard in
      switch heard.target {
      case "/head": [.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n")]
      case "/204": [.send("HTTP/1.1 204 No Content\r\n\r\n")]
      default: [.send("HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n\r\n")]
      }
    } _: { server in
      try await HTTPClient.with(.tcp("127.0.0.1", port: server.port)) { client in
        try await expect(client, "200 ", to: "HEAD", "/head")
        try await expect(client, "204 ", to: "GET", "/204")
        try await expect(client, "304 ", to: "GET", "/304")
        #expect(server.accepted == 1)
      }
    }
  }

  @Test func `carries a body of megabytes both ways`() async throws {
    let body = [UInt8](repeating: 0x61, count: 3 << 20)
    try await LoopbackServer.with { heard in
      let text = heard.text.drop { $0 != "a" }
      return [answer(String(heard.text.utf8.count - body.count < 200 ? text.count : 0)), .close]
    } _: { server in
      try await HTTPClient.with(.tcp("127.0.0.1", port: server.port)) { client in
        let counted = try await client.text("PUT", "/", body: body)
        #expect(counted.hasPrefix("200 31457"))
      }
    }
    try await LoopbackServer.with { _ in
      [.send("HTTP/1.1 200 OK\r\nContent-Length: \(body.count)\r\n\r\n"), .bytes(body)]
    } _: { server in
      try await HTTPClient.with(.tcp("127.0.0.1", port: server.port)) { client in
        let answer = try await client.exchange(HTTPRequest("GET", "/"), within: .ample)
        #expect(try await answer.body.collect(upTo: body.count) == body)
      }
    }
  }

  @Test func `takes an answer that comes before the request is read`() async throws {
    try await LoopbackServer.with(
      greeting: [
        .send("HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\n\r\nbig"), .fallSilent,
      ], readsRequests: false
    ) { _ in
      []
    } _: { server in
      try await HTTPClient.with(.tcp("127.0.0.1", port: server.port)) { client in
        let text = try await client.text(
          "POST", "/", body: [UInt8](repeating: 1, count: 32 << 20))
        #expect(text == "413 big")
        // The rest of the request is still on its way, so the connection cannot be kept.
        try await eventually { server.accepted == 1 }
      }
    }
  }

  @Test func `refuses a body that is larger than the caller takes`() async throws {
    try await LoopbackServer.with { _ in
      [.send("HTTP/1.1 200 OK\r\n\r\n"), .endless("x")]
    } _: { server in
      try await HTTPClient.with(.tcp("127.0.0.1", port: server.port)) { client in
        let error = try await failure {
          let answer = try await client.exchange(HTTPRequest("GET", "/"), within: .ample)
          return try await answer.body.collect(upTo: 100)
        }
        #expect(error.code == .tooLarge)
        #expect(error.reason == "it has more than 100 bytes")
        try await eventually { server.open == 0 }
      }
    }
  }

  @Test func `is refused before it begins when it cannot be sent`() async throws {
    let client = try HTTPClient(to: .tcp("127.0.0.1", port: 1))
    for request in [
      HTTPRequest("GET", "no-slash"), HTTPRequest("GET", "/a b"), HTTPRequest("G T", "/"),
      HTTPRequest("GET", "/", headers: ["A": "b\r\nC: d"]),
      HTTPRequest("GET", "/", headers: ["content-length": "1"]), HTTPRequest("CONNECT", "/"),
    ] {
      let error = try await failure {
        try await client.exchange(request, within: .ample)
      }
      #expect(error.code == .invalidRequest && !error.mayHaveBeenSent)
    }
    await client.shutdown()
  }
}
