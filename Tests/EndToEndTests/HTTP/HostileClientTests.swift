import JSONValue
import Testing

@Suite(.serialized, .timeLimit(.minutes(2)))
struct `Hostile clients of a running sidecar` {
  private let ready = "GET /healthz/ready HTTP/1.1\r\nHost: x\r\n\r\n"

  private func withSidecar(_ body: (Sidecar) async throws -> Void) async throws {
    try await TemporaryFolder.with { folder in
      let library = try folder.library("library")
      try await Sidecar.with(Sidecar.configuration([Sidecar.mount("library", library)])) {
        sidecar in
        try await sidecar.waitUntil("library", is: "HEALTHY")
        let before = sidecar.process.threads.count
        try await body(sidecar)
        #expect(try await sidecar.readiness() == 200)
        #expect(sidecar.process.threads.count == before)
        let status = try await sidecar.status(of: "library")["status"]?.stringValue
        #expect(status == "HEALTHY")
        #expect(try await sidecar.terminate().elapsed < .seconds(1.5))
      }
    }
  }

  @Test func `that send byte by byte do not hold up others, and are told to go`() async throws {
    try await withSidecar { sidecar in
      let slow = try (0..<20).map { _ in try LoopbackConnection(port: sidecar.port) }
      let start = ContinuousClock.now
      for byte in "GET /healthz/ready HT".utf8 {
        for connection in slow { await connection.send([byte]) }
        #expect(try await sidecar.readiness() == 200)
        try await Task.sleep(for: .milliseconds(100))
      }
      for connection in slow {
        #expect(await connection.waitUntilClosed(within: .seconds(20)))
      }
      #expect(start.duration(to: .now) < .seconds(20))
    }
  }

  @Test func `that send ten megabytes of header are refused`() async throws {
    try await withSidecar { sidecar in
      let connection = try LoopbackConnection(port: sidecar.port)
      await connection.send("GET /healthz/ready HTTP/1.1\r\nHost: x\r\nX: ")
      let chunk = [UInt8](repeating: 0x61, count: 1 << 20)
      for _ in 0..<10 { await connection.send(chunk, within: .seconds(1)) }
      let reply = try? await connection.reply(to: "GET", within: .seconds(5))
      #expect(reply?.status == 431 || connection.isClosed)
      #expect(try #require(sidecar.process.peakMemory) < 128 << 20)
    }
  }

  @Test func `that send fifty requests at once get fifty answers`() async throws {
    try await withSidecar { sidecar in
      let connection = try LoopbackConnection(port: sidecar.port)
      await connection.send(String(repeating: ready, count: 50))
      for _ in 0..<50 { #expect(try await connection.reply(to: "GET").status == 200) }
    }
  }

  @Test func `that send no more still get their answer`() async throws {
    try await withSidecar { sidecar in
      let connection = try LoopbackConnection(port: sidecar.port)
      await connection.send(ready)
      connection.finishSending()
      #expect(try await connection.reply(to: "GET").status == 200)
      #expect(await connection.waitUntilClosed(within: .seconds(5)))

      let half = try LoopbackConnection(port: sidecar.port)
      await half.send("GET /healthz/ready HTTP/1.1\r\nHo")
      half.finishSending()
      #expect(await half.waitUntilClosed(within: .seconds(5)))
    }
  }

  @Test func `that hold a thousand connections do not shut others out`() async throws {
    try await withSidecar { sidecar in
      var idle: [LoopbackConnection] = []
      for number in 0..<1000 {
        idle.append(try LoopbackConnection(port: sidecar.port))
        if number % 100 == 99 { #expect(try await sidecar.readiness() == 200) }
      }
      #expect(sidecar.process.descriptors.count < 400)
      print(
        "figure: memory with a thousand idle connections "
          + "\((sidecar.process.peakMemory ?? 0) >> 10) kB")
      idle = []
    }
  }

  @Test func `that speak nonsense are told so`() async throws {
    try await withSidecar { sidecar in
      let rows: [(request: String, statuses: Set<Int>)] = [
        ("PROPFIND /healthz/ready HTTP/1.1\r\nHost: x\r\n\r\n", [405]),
        // A method that nobody knows does not get past the parser.
        ("BREW /healthz/ready HTTP/1.1\r\nHost: x\r\n\r\n", [400, 405, 501]),
        ("GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n", [404]),
        ("\u{16}\u{3}\u{1}\r\n\r\n", [400]), ("GET /healthz/ready\r\n\r\n", [400, 505]),
      ]
      for row in rows {
        let connection = try LoopbackConnection(port: sidecar.port)
        await connection.send(row.request)
        let reply = try await connection.reply(to: "GET")
        #expect(row.statuses.contains(reply.status), "\(row.request): \(reply.status)")
      }
    }
  }
}
