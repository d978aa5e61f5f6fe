import Foundation
import JSONValue
import StubAPIServer
import Testing

@Suite struct `On the wire the stub API server` {
  private let maps = "/api/v1/namespaces/default/configmaps"

  @Test(arguments: [StubServerOptions.Pieces.events, .bytes(1), .together(.milliseconds(20))])
  func `gives the same events, however they are cut`(
    pieces: StubServerOptions.Pieces
  ) async throws {
    var options = StubServerOptions()
    options.pieces = pieces
    let server = try await StubAPIServer(options: options)
    let curl = try Curl(server)
    let watch = Task { try await curl("GET", maps + "?watch=true&timeoutSeconds=600") }
    while server.withCluster({ $0.openStreams }) == 0 {
      try await Task.sleep(for: .milliseconds(5))
    }
    server.withCluster { cluster in
      for index in 0..<20 {
        cluster.create([
          "apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": "m\(index)"],
          "data": ["text": "ä漢😀"],
        ])
      }
    }
    server.advance(by: .seconds(600))
    let answer = try await watch.value
    #expect(answer.exitCode == 0)
    let names = answer.body.split(separator: "\n").compactMap {
      (try? JSONValue(parsing: String($0)))?["object"]?["metadata"]?["name"]?.stringValue
    }
    #expect(names == (0..<20).map { "m\($0)" })
    try await server.stop()
  }

  @Test func `knows its clients by certificate as well`() async throws {
    let server = try await StubAPIServer()
    var curl = try Curl(server)
    curl.token = nil
    #expect(try await curl("GET", "/api/v1/pods").status == 403)
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let (certificate, key) = (folder.appending(path: "c"), folder.appending(path: "k"))
    try Data(server.certificates.clientPEM.utf8).write(to: certificate)
    try Data(server.certificates.clientKeyPEM.utf8).write(to: key)
    let known = try await curl(
      "GET", "/api/v1/pods", more: ["--cert", certificate.path, "--key", key.path])
    #expect(known.status == 200)
    try await server.stop()
  }

  @Test func `keeps a connection for several requests, also after errors`() async throws {
    let server = try await StubAPIServer()
    let curl = try Curl(server)
    let answer = try await curl(
      "GET", "/version", more: ["-w", "connections: %{num_connects}\n", server.url + "/nowhere"])
    let counts = (answer.head + answer.body).split(separator: "\n")
      .filter { $0.contains("connections: ") }.compactMap { $0.last }
    #expect(counts == ["1", "0"])
    #expect(Set(server.log.map(\.status)) == [200, 404])
    try await server.stop()
  }

  @Test func `listens on IPv6 and by name, and refuses old TLS`() async throws {
    let server = try await StubAPIServer()
    let curl = try Curl(server)
    let name = try await curl(
      "GET", "/version", more: ["--connect-to", "::localhost:\(server.port)"])
    #expect(name.status == 200)
    let old = try await curl("GET", "/version", more: ["--tls-max", "1.1"])
    #expect(old.exitCode != 0)
    try await server.stop()
  }

  @Test func `answers a large list in chunks and a small one with its length`() async throws {
    let server = try await StubAPIServer()
    let curl = try Curl(server)
    server.withCluster { cluster in
      _ = cluster.create([
        "apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": "large"],
        "data": ["text": .string(String(repeating: "x", count: 300_000))],
      ])
    }
    let large = try await curl("GET", maps)
    #expect(large.head.contains("Transfer-Encoding: chunked"))
    #expect(large.json?["items"]?[0]?["data"]?["text"]?.stringValue?.count == 300_000)
    let small = try await curl("GET", "/version")
    #expect(small.head.contains("Content-Length: "))
    try await server.stop()
  }

  @Test func `speaks no HTTP/2 to who offers it, and says so`() async throws {
    try await StubAPIServer.run { server in
      let answer = try await Curl(server)("GET", "/version", more: ["--http2"])
      #expect(answer.exitCode != 0)
      #expect(server.violations.contains { $0.rule.contains("h2") })
    }
  }
}
