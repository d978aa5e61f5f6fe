import NIOSSL
import Testing

@testable import HTTPTransport

@Suite struct `An exchange over TLS` {
  private let certificates: TestCertificates

  init() throws {
    certificates = try TestCertificates.shared.get()
  }

  private func fails(
    _ server: NIOSSLContext, host: String = "127.0.0.1", serverName: String? = nil,
    _ settings: TLSSettings? = nil
  ) async throws -> TransportError {
    try await LoopbackServer.with(tls: server) { _ in
      [answer("x")]
    } _: { server in
      try await HTTPClient.with(
        .tls(host, port: server.port, serverName: serverName),
        tls: settings ?? TLSSettings(trustRoots: .pem(certificates.ca))
      ) { client in
        try await failure { try await client.text() }
      }
    }
  }

  @Test(arguments: ["127.0.0.1", "localhost", "::1"])
  func `checks the certificate for the name or the address`(host: String) async throws {
    let place: LoopbackServer.Place = .host(host == "::1" ? "::1" : "127.0.0.1")
    let context = try certificates.serving(certificates.server)
    try await LoopbackServer.with(at: place, tls: context) { _ in
      [answer("safe")]
    } _: { server in
      try await HTTPClient.with(
        .tls(host, port: server.port), tls: TLSSettings(trustRoots: .pem(certificates.ca))
      ) { client in
        try await expect(client, "200 safe")
        try await expect(client, "200 safe")
        #expect(server.accepted == 1)
      }
    }
  }

  @Test func `asks for the server name that is given in place of the host`() async throws {
    let context = try certificates.serving(certificates.wrongName)
    try await LoopbackServer.with(tls: context) { _ in
      [answer("x")]
    } _: { server in
      try await HTTPClient.with(
        .tls("127.0.0.1", port: server.port, serverName: "example.org"),
        tls: TLSSettings(trustRoots: .pem(certificates.ca))
      ) { client in
        try await expect(client, "200 x")
      }
    }
  }

  @Test func `tells an expired certificate`() async throws {
    let error = try await fails(certificates.serving(certificates.expired))
    #expect(error.code == .handshakeFailed && !error.mayHaveBeenSent)
    #expect(error.reason.hasPrefix("the server's certificate expired on 20"))
  }

  @Test func `tells an unknown CA`() async throws {
    let error = try await fails(
      certificates.serving(certificates.server),
      TLSSettings(trustRoots: .pem(certificates.otherCA)))
    #expect(error.code == .handshakeFailed)
    #expect(error.reason.contains("unknown CA"))
  }

  @Test func `tells a certificate of another name, or of another address`() async throws {
    for host in ["localhost", "127.0.0.1"] {
      let error = try await fails(certificates.serving(certificates.wrongName), host: host)
      #expect(error.code == .handshakeFailed)
      #expect(
        error.reason
          == "the server's certificate is not for \(host) (name mismatch); it is for example.org")
    }
    let error = try await fails(
      certificates.serving(certificates.server), serverName: "other.example")
    #expect(error.reason.contains("is not for other.example (name mismatch)"))
  }

  @Test func `trusts everybody where that is asked for`() async throws {
    let context = try certificates.serving(certificates.expired)
    try await LoopbackServer.with(tls: context) { _ in
      [answer("x")]
    } _: { server in
      try await HTTPClient.with(
        .tls("127.0.0.1", port: server.port), tls: TLSSettings(verification: .none)
      ) { client in
        try await expect(client, "200 x")
      }
    }
  }

  @Test func `shows its certificate, and is told when it has none`() async throws {
    for highest in [TLSVersion.tlsv12, .tlsv13] {
      let context = try certificates.serving(
        certificates.server, asksForClient: true, highest: highest)
      try await LoopbackServer.with(tls: context) { _ in
        [answer("known")]
      } _: { server in
        try await HTTPClient.with(
          .tls("127.0.0.1", port: server.port),
          tls: TLSSettings(
            trustRoots: .pem(certificates.ca), clientCertificate: certificates.client)
        ) { client in
          try await expect(client, "200 known")
        }
      }
      let error = try await fails(context)
      #expect(error.code == .handshakeFailed, "\(error)")
      #expect(!error.mayHaveBeenSent)
      #expect(error.reason.contains("client certificate"), "\(error)")
    }
  }

  @Test func `does not speak TLS 1.1`() async throws {
    let error = try await fails(certificates.serving(certificates.server, highest: .tlsv11))
    #expect(error.code == .handshakeFailed)
    #expect(error.reason == "the server speaks neither TLS 1.2 nor 1.3")
  }

  @Test func `offers http/1.1 and nothing else`() async throws {
    // This server goes on without a protocol in common, and begins as HTTP/2 does.
    let context = try certificates.serving(certificates.server, protocols: ["h2"])
    try await LoopbackServer.with(
      tls: context, greeting: [.bytes([0, 0, 6, 4, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 100])]
    ) { _ in
      []
    } _: { server in
      try await HTTPClient.with(
        .tls("127.0.0.1", port: server.port), tls: TLSSettings(trustRoots: .pem(certificates.ca))
      ) { client in
        let error = try await failure { try await client.text() }
        #expect(error.code == .malformed)
        #expect(error.reason.contains("the server speaks HTTP/2"), "\(error)")
      }
    }
  }

  @Test func `tells that the server speaks plain HTTP`() async throws {
    try await LoopbackServer.with(
      greeting: [.send("HTTP/1.1 400 Bad Request\r\n\r\n"), .fallSilent]
    ) { _ in
      []
    } _: { server in
      try await HTTPClient.with(
        .tls("127.0.0.1", port: server.port), tls: TLSSettings(trustRoots: .pem(certificates.ca))
      ) { client in
        let error = try await failure { try await client.text() }
        #expect(error.code == .handshakeFailed)
        #expect(error.reason.contains("does not speak TLS here"), "\(error)")
      }
    }
  }

  @Test func `tells a plain client that the server speaks TLS`() async throws {
    let context = try certificates.serving(certificates.server)
    try await LoopbackServer.with(tls: context) { _ in
      []
    } _: { server in
      try await HTTPClient.with(.tcp("127.0.0.1", port: server.port)) { client in
        let error = try await failure { try await client.text() }
        #expect(error.code == .malformed || error.code == .cut, "\(error)")
      }
    }
  }

  @Test func `takes an end without the goodbye of TLS for a cut`() async throws {
    let context = try certificates.serving(certificates.server)
    try await LoopbackServer.with(tls: context) { _ in
      [.send("HTTP/1.1 200 OK\r\n\r\npart"), .fallSilent]
    } _: { server in
      try await HTTPClient.with(
        .tls("127.0.0.1", port: server.port), tls: TLSSettings(trustRoots: .pem(certificates.ca))
      ) { client in
        let answer = try await client.exchange(HTTPRequest("GET", "/"), within: .ample)
        var reader = answer.body.makeAsyncIterator()
        #expect(try await reader.next() == Array("part".utf8))
        try await server.cutBelowTLS()
        let error = try await failure {
          var reader = answer.body.makeAsyncIterator()
          return try await reader.next()
        }
        #expect(error.code == .cut)
        #expect(
          error.reason == "the connection ended without the goodbye of TLS"
            + " after 4 bytes of a body of unknown length")
      }
    }
  }

  @Test func `reads a body byte by byte`() async throws {
    let context = try certificates.serving(certificates.server)
    let text =
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nwatc\r\n1\r\nh\r\n0\r\n\r\n"
    try await LoopbackServer.with(tls: context) { _ in
      [.eachByte(text)]
    } _: { server in
      try await HTTPClient.with(
        .tls("localhost", port: server.port), tls: TLSSettings(trustRoots: .pem(certificates.ca))
      ) { client in
        try await expect(client, "200 watch")
      }
    }
  }
}
