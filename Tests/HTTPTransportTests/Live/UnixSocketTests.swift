import Foundation
import Glibc
import Testing

@testable import HTTPTransport

@Suite struct `An exchange over a Unix socket` {
  private let path = "/tmp/http-transport-\(UUID().uuidString).sock"

  @Test func `brings the answer`() async throws {
    defer { unlink(path) }
    try await LoopbackServer.with(at: .unix(path)) { _ in
      [answer("docked")]
    } _: { server in
      try await HTTPClient.with(HTTPEndpoint("unix://\(path)")) { client in
        try await expect(client, "200 docked")
        #expect(server.heard.first?.text.contains("Host: localhost\r\n") == true)
      }
    }
  }

  @Test func `says that there is no socket, or that nobody listens on it`() async throws {
    defer { unlink(path) }
    let endpoint = try HTTPEndpoint.unix(path)
    let missing = try await HTTPClient.with(endpoint) { client in
      try await failure { try await client.text() }
    }
    #expect(missing.code == .refused && !missing.mayHaveBeenSent)
    #expect(
      missing.description
        == "connect to unix:\(path): there is no such socket: is the service running?")
    try await LoopbackServer.with(at: .unix(path)) { _ in
      []
    } _: { _ in
    }
    if FileManager.default.fileExists(atPath: path) {
      let deserted = try await HTTPClient.with(endpoint) { client in
        try await failure { try await client.text() }
      }
      #expect(deserted.code == .refused)
      #expect(deserted.reason.contains("nobody listens"))
    }
  }
}
