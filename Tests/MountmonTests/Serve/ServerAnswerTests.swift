import Testing

@testable import mountmon

@Suite struct `A server over a socket` {
  @Test func `answers GET with all its fields`() throws {
    try withServer { server in
      let answer = try server.client().get("/healthz/live")
      #expect(answer.status == 200)
      #expect(answer.body == "alive\n")
      #expect(
        answer.fields == [
          "content-type": "text/plain; charset=utf-8", "content-length": "6",
          "cache-control": "no-store", "x-content-type-options": "nosniff",
        ])
    }
  }

  @Test func `keeps the connection for the next request`() throws {
    try withServer { server in
      let client = try server.client()
      for _ in 0..<5 { #expect(try client.get("/healthz/live").status == 200) }
      #expect(try client.get("/healthz/ready").status == 503)
      #expect(server.statistics.acceptedConnections == 1)
      #expect(server.statistics.answers2xx == 5)
      #expect(server.statistics.answers5xx == 1)
    }
  }

  @Test func `answers HEAD with the fields of GET and no body`() throws {
    try withServer { server in
      let client = try server.client()
      let got = try client.get("/large")
      client.send("HEAD /large HTTP/1.1\r\nHost: x\r\n\r\n")
      #expect(try client.answer(toHead: true).fields == got.fields)
      #expect(try client.get("/healthz/live").body == "alive\n")
    }
  }

  @Test func `says Date when it has a clock`() throws {
    try withServer(wallClock: { 784_111_777 }) { server in
      let answer = try server.client().get("/healthz/live")
      #expect(answer.fields["date"] == "Sun, 06 Nov 1994 08:49:37 GMT")
    }
  }

  @Test(arguments: ["POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE"])
  func `refuses other methods and says which it allows`(method: String) throws {
    try withServer { server in
      let client = try server.client()
      client.send("\(method) /healthz/live HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n")
      let answer = try client.answer()
      #expect(answer.status == 405)
      #expect(answer.fields["allow"] == "GET, HEAD")
      #expect(try client.get("/healthz/live").status == 200)
    }
  }

  @Test func `lists the known paths to who asks for another`() throws {
    try withServer { server in
      let answer = try server.client().get("/nothing")
      #expect(answer.status == 404)
      #expect(answer.body == "no such path; try /echo /healthz/live /healthz/ready /large\n")
    }
  }

  @Test func `takes targets as proxies and people write them`() throws {
    try withServer { server in
      let client = try server.client()
      #expect(try client.get("/echo?a=b?c").body == "/echo a=b?c")
      #expect(try client.get("/echo/").body == "/echo -")
      #expect(try client.get("http://host:80/echo?x").body == "/echo x")
    }
  }

  @Test func `closes after HTTP 1.0, unless asked to stay`() throws {
    try withServer { server in
      let client = try server.client()
      client.send("GET /healthz/live HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
      #expect(try client.answer().fields["connection"] == "keep-alive")
      client.send("GET /healthz/live HTTP/1.0\r\n\r\n")
      #expect(try client.answer().fields["connection"] == "close")
      #expect(client.isClosed())
    }
  }

  @Test func `closes when asked to`() throws {
    try withServer { server in
      let client = try server.client()
      client.send("GET /healthz/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
      #expect(try client.answer().fields["connection"] == "close")
      #expect(client.isClosed())
      #expect(eventually { server.statistics.openConnections == 0 })
    }
  }

  @Test func `answers fifty requests written at once, in order`() throws {
    try withServer { server in
      let client = try server.client()
      client.send((0..<50).map { "GET /echo?\($0) HTTP/1.1\r\nHost: x\r\n\r\n" }.joined())
      for number in 0..<50 { #expect(try client.answer().body == "/echo \(number)") }
    }
  }

  @Test func `answers fifty requests with large answers, in order`() throws {
    try withServer { server in
      let client = try server.client(receiveBuffer: 4096)
      client.send((0..<50).map { _ in "GET /large HTTP/1.1\r\nHost: x\r\n\r\n" }.joined())
      for _ in 0..<50 { #expect(try client.answer().body.utf8.count == 360_000) }
      #expect(try client.get("/healthz/live").body == "alive\n")
    }
  }

  @Test func `understands a request that comes byte by byte`() throws {
    try withServer { server in
      let client = try server.client()
      for byte in "GET /echo?slow HTTP/1.1\r\nHost: x\r\nAccept: */*\r\n\r\n".utf8 {
        client.send([byte])
      }
      #expect(try client.answer().body == "/echo slow")
    }
  }

  @Test func `answers a client that has closed its output`() throws {
    try withServer { server in
      let client = try server.client()
      client.send(String(repeating: "GET /large HTTP/1.1\r\nHost: x\r\n\r\n", count: 3))
      client.shutdownOutput()
      for _ in 0..<3 { #expect(try client.answer().status == 200) }
      #expect(client.isClosed())
    }
  }

  @Test func `drops small bodies, chunked ones too`() throws {
    try withServer { server in
      let client = try server.client()
      let body = String(repeating: "x", count: 60_000)
      client.send("GET /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\n\r\n\(body)")
      #expect(try client.answer().status == 200)
      client.send("GET /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
      client.send("5;a=b\r\nhello\r\n0\r\nTrailer: t\r\n\r\n")
      #expect(try client.answer().status == 200)
      #expect(try client.get("/healthz/live").status == 200)
    }
  }

  @Test func `lets a client that asks first send its body`() throws {
    try withServer { server in
      let client = try server.client()
      client.send(
        "PUT /echo HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n")
      #expect(try client.answer().status == 100)
      client.send("hello")
      #expect(try client.answer().status == 405)
      client.send("GET /echo HTTP/1.1\r\nHost: x\r\nExpect: tea\r\n\r\n")
      #expect(try client.answer().status == 417)
      #expect(client.isClosed())
    }
  }

  @Test func `answers an offer to upgrade in HTTP 1.1, and closes`() throws {
    try withServer { server in
      let client = try server.client()
      client.send(
        "GET /healthz/live HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n")
      let answer = try client.answer()
      #expect(answer.status == 200)
      #expect(answer.fields["connection"] == "close")
      #expect(client.isClosed())
    }
  }
}
