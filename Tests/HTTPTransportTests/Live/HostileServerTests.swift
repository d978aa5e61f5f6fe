import Testing

@testable import HTTPTransport

@Suite struct `A server that misbehaves` {
  private static let chunked =
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nA: b\r\n\r\n3;x=y\r\nabc\r\n2\r\nde\r\n"
    + "0\r\nT: 1\r\n\r\n"
  private static let counted = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabcde"

  /// Cuts the connection after each possible number of bytes: never a complete answer, never a wait.
  @Test(arguments: [chunked, counted])
  func `and cuts the answer anywhere is told so`(answer: String) async throws {
    let bytes = Array(answer.utf8)
    try await LoopbackServer.with { heard in
      let count = Int(heard.target.dropFirst()) ?? 0
      return [.bytes(Array(bytes.prefix(count))), .close]
    } _: { server in
      try await HTTPClient.with(.tcp("127.0.0.1", port: server.port)) { client in
        for count in 0..<bytes.count {
          let error = try await failure { try await client.text("POST", "/\(count)") }
          #expect(error.code == .cut && error.mayHaveBeenSent, "after \(count) bytes: \(error)")
        }
        try await expect(client, "200 abcde", to: "POST", "/\(bytes.count)")
      }
    }
  }

  @Test func `and sends fields without end is not listened to`() async throws {
    try await LoopbackServer.with { _ in
      [.send("HTTP/1.1 200 OK\r\n"), .endless(String(repeating: "A: b\r\n", count: 100))]
    } _: { server in
      try await HTTPClient.with(.tcp("127.0.0.1", port: server.port)) { client in
        let error = try await failure { try await client.text() }
        #expect(error.code == .tooLarge)
        #expect(error.reason == "the answer is refused: it has more than 128 fields")
        try await eventually { server.open == 0 }
      }
    }
  }

  @Test func `and sends one line without end is not listened to`() async throws {
    for line in ["HTTP/1.1 200 ", "HTTP/1.1 200 OK\r\nA: "] {
      try await LoopbackServer.with { _ in
        [.send(line), .endless(String(repeating: "x", count: 1000))]
      } _: { server in
        try await HTTPClient.with(.tcp("127.0.0.1", port: server.port)) { client in
          let error = try await failure { try await client.text() }
          #expect(error.code == .tooLarge)
          #expect(error.reason == "the answer is refused: its head is longer than 65536 bytes")
        }
      }
    }
  }

  @Test func `and sends interim answers without end is not listened to`() async throws {
    try await LoopbackServer.with { _ in
      [.endless("HTTP/1.1 102 Processing\r\n\r\n")]
    } _: { server in
      try await HTTPClient.with(.tcp("127.0.0.1", port: server.port)) { client in
        let error = try await failure { try await client.text() }
        #expect(error.code == .tooLarge)
        #expect(error.reason.contains("more than 8 answers of 1xx"))
      }
    }
  }

  @Test(arguments: [
    "SSH-2.0-OpenSSH_9\r\n", "\u{15}\u{3}\u{3}\u{0}\u{2}\u{2}\u{28}", "HTTP/2 200\r\n\r\n",
    "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
    "HTTP/1.1 101 Switching Protocols\r\n\r\n",
  ])
  func `and does not speak HTTP is told apart`(text: String) async throws {
    try await LoopbackServer.with { _ in
      [.send(text), .fallSilent]
    } _: { server in
      try await HTTPClient.with(.tcp("127.0.0.1", port: server.port)) { client in
        let error = try await failure { try await client.text() }
        #expect(error.code == .malformed && error.mayHaveBeenSent)
        try await eventually { server.open == 0 }
      }
    }
  }

  @Test func `and sends a bad chunk gives what came before it, then the fault`() async throws {
    try await LoopbackServer.with { _ in
      [.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\nx\r\n")]
    } _: { server in
      try await HTTPClient.with(.tcp("127.0.0.1", port: server.port)) { client in
        let answer = try await client.exchange(HTTPRequest("GET", "/"), within: .ample)
        var reader = answer.body.makeAsyncIterator()
        let part = try await reader.next()
        #expect(part == Array("ab".utf8))
        let error = try await failure { try await answer.body.collect(upTo: 10) }
        #expect(error.code == .malformed)
        #expect(error.reason == "the answer is refused: a chunk has the size line 'x'")
      }
    }
  }

  @Test func `and sends without end is slowed by a reader that rests`() async throws {
    let part = String(repeating: "x", count: 64 << 10)
    try await LoopbackServer.with { _ in
      [.send("HTTP/1.1 200 OK\r\n\r\n"), .endless(part)]
    } _: { server in
      try await HTTPClient.with(.tcp("127.0.0.1", port: server.port)) { client in
        let answer = try await client.exchange(HTTPRequest("GET", "/"), within: .ample)
        try await Task.sleep(for: .milliseconds(500))
        // What the two ends of the socket hold, and no more: read freely it would be hundreds of MB.
        #expect(server.sentBytes < 32 << 20)
        let before = server.sentBytes
        var read = 0
        for try await part in answer.body {
          read += part.count
          #expect(part.count <= HTTPLimits().maximumReadBytes)
          if read > 48 << 20 { break }
        }
        #expect(server.sentBytes > before)
      }
    }
  }
}
