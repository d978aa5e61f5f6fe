import Testing

@testable import HTTPTransport

@Suite struct `Any valid answer from a server` {
  @Test func `is read as it was meant`() async throws {
    try await LoopbackServer.with { heard in
      var dice = Dice(seed: UInt64(heard.target.dropFirst()) ?? 0)
      let answer = RandomAnswer(using: &dice)
      let steps = answer.pieces(using: &dice).map { Step.bytes($0) }
      return steps + (answer.endsWithConnection ? [.close] : [])
    } _: { server in
      try await HTTPClient.with(.tcp("127.0.0.1", port: server.port)) { client in
        for seed in 0..<100 as Range<UInt64> {
          var dice = Dice(seed: seed)
          let expected = RandomAnswer(using: &dice)
          let answer = try await client.exchange(HTTPRequest("GET", "/\(seed)"), within: .ample)
          let body = try await answer.body.collect(upTo: 1 << 20)
          #expect(answer.status == expected.status && body == expected.body, "seed \(seed)")
          #expect(answer.headers.fields == expected.fields)
        }
        #expect(server.heard.count == 100)
      }
    }
  }

  @Test func `with changed bytes ends, and leaves nothing open`() async throws {
    try await LoopbackServer.with { heard in
      var dice = Dice(seed: UInt64(heard.target.dropFirst()) ?? 0)
      var answer = RandomAnswer(using: &dice)
      for _ in 0..<3 {
        let index = Int.random(in: 0..<answer.bytes.count, using: &dice)
        answer.bytes[index] = UInt8.random(in: 0...255, using: &dice)
      }
      return answer.pieces(using: &dice).map { Step.bytes($0) } + [.close]
    } _: { server in
      try await HTTPClient.with(.tcp("127.0.0.1", port: server.port)) { client in
        var faults = 0
        for seed in 0..<200 {
          do {
            _ = try await client.text("POST", "/\(seed)")
          } catch let error as TransportError {
            #expect(
              [.malformed, .tooLarge, .cut].contains(error.code), "seed \(seed): \(error)")
            faults += 1
          }
        }
        #expect(faults > 20)
      }
      try await eventually { server.open == 0 }
    }
  }
}
