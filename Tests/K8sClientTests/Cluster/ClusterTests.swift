import HTTPTransport
import JSONValue
import Pacing
import Testing

@testable import K8sClient

@Suite struct `A call of a cluster` {
  @Test func `says who asks, and for what`() async throws {
    let server = FakeServer(.answer(200, #"{"a":1}"#))
    #expect(try await server.cluster().send(change) == ["a": 1])
    let request = try #require(server.requests.first)
    #expect(request.method == "POST")
    #expect(request.target == "/api/v1/x")
    #expect(request.headers["Authorization"] == "Bearer t0")
    #expect(request.headers["User-Agent"] == ClientIdentity.userAgent)
    #expect(request.headers["Content-Type"] == "application/json")
    #expect(request.headers["Accept"] == "application/json")
    #expect(request.body == Array(#"{"a":1}"#.utf8))
  }

  @Test func `goes to the server of the access, below its path`() async throws {
    let server = FakeServer(.answer(200, "{}"))
    _ = try await server.cluster("https://[fd00::1]:6443/k8s/c-1/").send(read)
    #expect(server.requests[0].target == "/k8s/c-1/api/v1/x")
    #expect(server.endpoints[0].hostField == "[fd00::1]:6443")
    #expect(server.endpoints[0].usesTLS)
    let proxy = FakeServer(.answer(200, "{}"))
    _ = try await proxy.cluster("http://127.0.0.1:8001", credentials: FixedCredential()).send(read)
    #expect(!proxy.endpoints[0].usesTLS)
    #expect(proxy.tokens == [nil])
  }

  @Test func `connects once for many`() async throws {
    let server = FakeServer(.answer(200, "{}"), .answer(200, "{}"))
    let cluster = try server.cluster()
    _ = try await cluster.send(read)
    _ = try await cluster.send(read)
    #expect(server.endpoints.count == 1)
  }

  @Test func `may be answered without a body`() async throws {
    let server = FakeServer(.answer(204), .answer(200))
    let cluster = try server.cluster()
    #expect(try await cluster.send(read) == .null)
    #expect(try await cluster.send(read) == .null)
  }

  @Test func `passes on what the server warns of`() async throws {
    let server = FakeServer(
      .answer(
        200, "{}", headers: ["Warning": "299 - \"unknown field\"", "warning": "299 - \"two\""]))
    let heard = Heard()
    let settings = ClusterSettings(onWarning: { warning, operation in
      heard.add("\(operation): \(warning)")
    })
    _ = try await server.cluster(settings: settings).send(read)
    #expect(heard.lines == ["read: unknown field", "read: two"])
  }

  @Test func `has a limit for its answer`() async throws {
    let settings = ClusterSettings(maximumReadBytes: 10, maximumObjectBytes: 5)
    for (request, allowed) in [(read, 10), (change, 5)] {
      let good = "\"" + String(repeating: "x", count: allowed - 2) + "\""
      let server = FakeServer(.answer(200, good), .answer(200, good + " "))
      let cluster = try server.cluster(settings: settings)
      #expect(try await cluster.send(request).stringValue?.utf8.count == allowed - 2)
      let error = await #expect(throws: KubernetesError.self) { try await cluster.send(request) }
      #expect(error?.code == .malformedAnswer)
      #expect(error?.mayHaveHappened == (request == change))
      #expect(server.requests.count == 2)
    }
  }

  @Test(arguments: ["{", "hello", "{}{}", String(repeating: "[", count: 300)])
  func `that is answered with no JSON is an error`(body: String) async throws {
    let server = FakeServer(.answer(200, body))
    let cluster = try server.cluster()
    let error = await #expect(throws: KubernetesError.self) { try await cluster.send(read) }
    #expect(error?.code == .malformedAnswer)
  }

  @Test func `reads no more of a refusal than it looks at`() async throws {
    let endless = HTTPAnswer(
      status: 403,
      body: HTTPBody { () throws(TransportError) in Array(repeating: 0x20, count: 65_536) })
    let cluster = try FakeServer(.success(endless)).cluster()
    let error = await #expect(throws: KubernetesError.self) { try await cluster.send(read) }
    #expect(error?.code == .forbidden)
  }

  @Test func `is refused even where the text of the refusal is cut off`() async throws {
    let body = HTTPBody { () throws(TransportError) -> [UInt8]? in
      throw TransportError(.cut, "read", "cut", mayHaveBeenSent: true)
    }
    let cluster = try FakeServer(.success(HTTPAnswer(status: 404, body: body))).cluster()
    let error = await #expect(throws: KubernetesError.self) { try await cluster.send(read) }
    #expect(error?.code == .notFound)
  }
}

@Suite struct `A call that is refused for its credentials` {
  @Test func `is sent again once, with new ones`() async throws {
    let server = FakeServer(.status(401), .answer(200, "{}"))
    let cluster = try server.cluster(credentials: CountingCredential())
    _ = try await cluster.send(change)
    #expect(server.tokens == ["Bearer t0", "Bearer t1"])
    #expect(server.pauses.isEmpty)
  }

  @Test func `is an error the second time`() async throws {
    let server = FakeServer(.status(401), .status(401), .answer(200, "{}"))
    let cluster = try server.cluster(credentials: CountingCredential())
    let error = await #expect(throws: KubernetesError.self) { try await cluster.send(read) }
    #expect(error?.code == .unauthorized)
    #expect(server.requests.count == 2)
    // The next call begins with what is there then.
    _ = try await cluster.send(read)
    #expect(server.tokens.last == "Bearer t1")
  }

  @Test func `reads a rotated token from its file`() async throws {
    let fake = FakeSurroundings(files: ["/t": "old"])
    let source = ClientCredentials.presented(token: .file("/t"), certificate: nil)
      .source(in: fake.surroundings)
    let server = FakeServer(.answer(200, "{}"), .status(401), .answer(200, "{}"))
    let cluster = try server.cluster(credentials: source, in: fake)
    _ = try await cluster.send(read)
    fake.write("new", to: "/t")
    _ = try await cluster.send(read)
    #expect(server.tokens == ["Bearer old", "Bearer old", "Bearer new"])
  }

  @Test func `is not sent where there are none to be had`() async throws {
    let fake = FakeSurroundings()
    let source = ClientCredentials.presented(token: .file("/t"), certificate: nil)
      .source(in: fake.surroundings)
    let server = FakeServer()
    let cluster = try server.cluster(credentials: source)
    let error = await #expect(throws: KubernetesError.self) { try await cluster.send(change) }
    #expect(error?.code == .unauthorized)
    #expect(error?.detail == "read the credentials: /t: there is no such file")
    #expect(error?.mayHaveHappened == false)
    #expect(server.requests.isEmpty)
  }
}

@Suite struct `A call that fails in passing` {
  @Test func `is sent again where that is safe`() async throws {
    let server = FakeServer(
      .status(503), .broken(.cut, sent: true), .status(504, "Timeout"), .answer(200, "{}"))
    _ = try await server.cluster().send(read)
    #expect(server.requests.count == 4)
    #expect(server.pauses.count == 3)
  }

  @Test(arguments: [
    FakeServer.Outcome.status(504, "Timeout"), .status(500), .broken(.cut, sent: true),
    .broken(.timedOut, sent: true),
  ])
  func `is not sent again where it may have happened`(outcome: FakeServer.Outcome) async throws {
    let server = FakeServer(outcome, .answer(200, "{}"))
    let cluster = try server.cluster()
    let error = await #expect(throws: KubernetesError.self) { try await cluster.send(change) }
    #expect(error?.mayHaveHappened == true)
    #expect(server.requests.count == 1)
  }

  @Test func `is sent again where nothing of it was sent`() async throws {
    let server = FakeServer(.broken(.refused, sent: false), .answer(201, "{}"))
    _ = try await server.cluster().send(change)
    #expect(server.requests.count == 2)
  }

  @Test func `waits for as long as the server wants`() async throws {
    let server = FakeServer(.answer(429, "slow", headers: ["Retry-After": "3"]), .answer(200, "{}"))
    _ = try await server.cluster().send(change)
    #expect(server.pauses.count == 1)
    #expect((.seconds(3) ... .seconds(4)).contains(server.pauses[0]))
  }

  @Test func `whose answer is cut off is read again`() async throws {
    let cut = HTTPBody { () throws(TransportError) -> [UInt8]? in
      throw TransportError(.cut, "read", "cut", mayHaveBeenSent: true)
    }
    let server = FakeServer(.success(HTTPAnswer(status: 200, body: cut)), .answer(200, "{}"))
    _ = try await server.cluster().send(read)
    #expect(server.requests.count == 2)
  }

  @Test func `may be told to try only once`() async throws {
    let server = FakeServer(.status(503), .answer(200, "{}"))
    let cluster = try server.cluster(settings: ClusterSettings(retries: .once))
    let error = await #expect(throws: KubernetesError.self) { try await cluster.send(read) }
    #expect(error?.code == .unavailable)
    #expect(server.requests.count == 1)
  }

  @Test func `ends when nobody wants the answer any more`() async throws {
    let server = FakeServer(.status(503), .answer(200, "{}"))
    let cluster = try server.cluster()
    let task = Task {
      withUnsafeCurrentTask { $0?.cancel() }
      return try await cluster.send(read)
    }
    let error = await #expect(throws: KubernetesError.self) { try await task.value }
    #expect(error?.code == .cancelled)
    #expect(server.requests.count == 1)
  }
}

@Suite struct `A stream of a cluster` {
  private let watch = APIRequest(
    operation: "watch", method: "GET", path: "/w", isStream: true, isRepeatable: true)

  @Test func `has no end in time, and a patience of its own`() async throws {
    let server = FakeServer(.answer(200, "one\n"))
    let body = try await server.cluster().open(watch)
    #expect(try await body.collect(upTo: 100) == Array("one\n".utf8))
    #expect(server.deadlines[0].total == nil)
    #expect(server.deadlines[0].silence == .seconds(900))
  }

  @Test func `that is refused before it begins is an error`() async throws {
    let cluster = try FakeServer(.status(410, "Expired")).cluster()
    let watch = watch
    let error = await #expect(throws: KubernetesError.self) { try await cluster.open(watch) }
    #expect(error?.code == .expired)
  }
}

final class Heard: Sendable {
  private let state = Guarded<[String]>([])
  func add(_ line: String) { state.change { $0.append(line) } }
  var lines: [String] { state.value }
}
