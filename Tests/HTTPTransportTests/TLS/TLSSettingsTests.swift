import Testing

@testable import HTTPTransport

@Suite struct `TLS settings that cannot be used` {
  private let certificates: TestCertificates

  init() throws {
    certificates = try TestCertificates.shared.get()
  }

  private func error(
    trust: [UInt8]? = nil, client: TLSSettings.ClientCertificate? = nil
  ) throws -> HTTPSettingsError? {
    let settings = TLSSettings(
      trustRoots: .pem(trust ?? certificates.ca), clientCertificate: client)
    return #expect(throws: HTTPSettingsError.self) {
      try HTTPClient(to: .tls("localhost", port: 1), tls: settings)
    }
  }

  private var damaged: [UInt8] {
    Array("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n".utf8)
  }

  @Test func `name the trusted certificates`() throws {
    #expect(
      try error(trust: [])?.description == "the trusted certificates (CA): empty")
    #expect(try error(trust: Array("hello".utf8))?.code == .trustRoots)
    #expect(
      try error(trust: Array("hello".utf8))?.description.contains("no PEM certificate in it")
        == true)
    #expect(try error(trust: damaged)?.description.contains("is damaged") == true)
    #expect(try error(trust: certificates.ca + damaged)?.code == .trustRoots)
  }

  @Test func `name the client certificate`() throws {
    var client = certificates.client
    client.chain = damaged
    #expect(try error(client: client)?.code == .clientCertificate)
  }

  @Test func `name the key, and never show it`() throws {
    var client = certificates.client
    client.key = Array("nothing".utf8)
    #expect(try error(client: client)?.code == .clientKey)
    client.key = certificates.encryptedKey
    #expect(try error(client: client)?.description.contains("encrypted") == true)
    client.key = certificates.server.key
    let other = try error(client: client)
    #expect(other?.code == .clientKey)
    #expect(
      other?.description == "the client key: it is not the key of the client certificate")
    #expect(!"\(TLSSettings(clientCertificate: client))".contains("45"))
  }

  @Test func `do not matter where there is no TLS`() async throws {
    let client = try HTTPClient(
      to: .tcp("localhost", port: 1), tls: TLSSettings(trustRoots: .pem([])))
    await client.shutdown()
  }
}
