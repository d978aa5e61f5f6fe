import JSONValue
import StubAPIServer
import Testing

@Suite struct `The recordings` {
  @Test(arguments: Transcript.names)
  func `are what the stub answers`(name: String) throws {
    for outcome in try Replay.run(name) {
      let exceptions = Exceptions.all.filter { $0.scenario == name && $0.index == outcome.index }
      let left = outcome.differences.filter { difference in
        !exceptions.contains { $0.covers(difference) }
      }
      for difference in left {
        Issue.record("\(name)[\(outcome.index)] \(difference)")
      }
      for exception in exceptions
      where !outcome.differences.contains(where: { exception.covers($0) }) {
        Issue.record("\(name)[\(outcome.index)] needs no exception for \(exception.field)")
      }
    }
  }

  /// Recordings without streams, in which nothing happens between the requests.
  @Test(arguments: [
    "access-review-self", "custom-resource-invalid", "dry-run", "event-invalid",
    "lease-leader-election", "lease-odd-inputs", "list-selectors", "request-errors",
    "server-side-apply",
  ])
  func `are answered over the wire as without it`(name: String) async throws {
    let (prepared, requests) = try Replay.requests(of: name)
    var options = StubServerOptions()
    options.clock = .manual
    let server = try await StubAPIServer(prepared, options: options)
    let curl = try Curl(server)
    var direct = prepared
    for request in requests {
      let expected = direct.handle(request, at: direct.now)
      let own = try await curl(sending: request)
      #expect(own.status == expected.status, "\(request.target)")
      #expect(own.body == String(decoding: expected.bytes, as: UTF8.self), "\(request.target)")
      for header in expected.headers {
        #expect(own.head.contains("\r\n\(header.name): \(header.value)"), "\(request.target)")
      }
    }
    try await server.stop()
  }

  @Test func `would show an answer that is another one`() throws {
    let exchange = try Transcript("pod-delete-preconditions").exchanges[3]
    let pod = try #require(exchange.answer)
    var changed: [JSONValue] = [pod, pod, pod, pod]
    changed[0]["metadata"]?["deletionGracePeriodSeconds"] = 31
    changed[1]["metadata"]?["generation"] = nil
    changed[2]["metadata"]?["deletionTimestamp"] = "soon"
    changed[3]["status"]?["phase"] = "Pending"
    for wrong in changed {
      var comparison = Comparison(pairs: Correspondence(), keepsManagedFields: false)
      comparison.compare(pod, wrong, at: "body")
      #expect(comparison.differences.count == 1)
    }
    var pairs = Correspondence()
    let uids = [("a", "x"), ("a", "y"), ("b", "x")].map { pairs.pair(uid: $0.0, with: $0.1) }
    #expect(uids == [true, false, false])
    let versions = [(500, 5), (501, 4), (500, 6)].map { pairs.pair(version: $0.0, with: $0.1) }
    #expect(versions == [true, false, false])
  }

  @Test func `are compared one and all`() throws {
    var exact = 0
    var excepted = 0
    for name in Transcript.names {
      for outcome in try Replay.run(name) {
        if outcome.differences.isEmpty { exact += 1 } else { excepted += 1 }
      }
    }
    print("replay: \(exact) exchanges exact, \(excepted) with documented exceptions")
    #expect(exact + excepted == 435)
    #expect(excepted == Set(Exceptions.all.map { "\($0.scenario)[\($0.index)]" }).count)
  }
}
