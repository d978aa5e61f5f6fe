import NIOCore
import NIOSSL

extension TLSSettings {
  /// What connections are made from.
  ///
  /// - Throws: `HTTPSettingsError` that names the piece that is bad.
  func context() throws(HTTPSettingsError) -> NIOSSLContext {
    var configuration = TLSConfiguration.makeClientConfiguration()
    configuration.minimumTLSVersion = .tlsv12
    configuration.applicationProtocols = ["http/1.1"]
    // Connections are closed at once after our goodbye: nobody waits for the server's.
    configuration.shutdownTimeout = .milliseconds(100)
    switch trustRoots {
    case .system:
      guard SystemTrust.exists || verification == .none else {
        throw HTTPSettingsError(
          .trustRoots,
          "the trusted certificates (CA): this system has no bundle of them in /etc/ssl/certs or"
            + " /etc/pki: give the CA's certificate as PEM")
      }
      configuration.trustRoots = .default
    case .pem(let bytes):
      configuration.trustRoots = .certificates(
        try Self.certificates(bytes, .trustRoots, "the trusted certificates (CA)"))
    }
    switch verification {
    case .full: configuration.certificateVerification = .fullVerification
    case .none: configuration.certificateVerification = .none
    }
    if let clientCertificate {
      configuration.certificateChain = try Self.certificates(
        clientCertificate.chain, .clientCertificate, "the client certificate"
      ).map { .certificate($0) }
      configuration.privateKey = .privateKey(try Self.key(clientCertificate.key))
    }
    do {
      return try NIOSSLContext(configuration: configuration)
    } catch {
      throw Self.refusal(error, hasClientCertificate: clientCertificate != nil)
    }
  }

  private static func certificates(
    _ bytes: [UInt8], _ code: HTTPSettingsError.Code, _ piece: String
  ) throws(HTTPSettingsError) -> [NIOSSLCertificate] {
    guard !bytes.isEmpty else { throw HTTPSettingsError(code, "\(piece): empty") }
    do {
      let certificates = try NIOSSLCertificate.fromPEMBytes(bytes)
      if !certificates.isEmpty { return certificates }
    } catch {}
    let advice =
      holds("-----BEGIN CERTIFICATE-----", bytes)
      ? "a PEM block in it is damaged"
      : "no PEM certificate in it (a text with -----BEGIN CERTIFICATE-----)"
    throw HTTPSettingsError(code, "\(piece): \(advice)")
  }

  private static func key(_ bytes: [UInt8]) throws(HTTPSettingsError) -> NIOSSLPrivateKey {
    guard !bytes.isEmpty else { throw HTTPSettingsError(.clientKey, "the client key: empty") }
    guard !holds("ENCRYPTED", bytes) else {
      throw HTTPSettingsError(
        .clientKey,
        "the client key: encrypted; give it without a passphrase (openssl pkey -in key -out plain)")
    }
    do {
      return try NIOSSLPrivateKey(bytes: bytes, format: .pem)
    } catch {
      let advice =
        holds("PRIVATE KEY-----", bytes)
        ? "its PEM block is damaged" : "no PEM key in it (a text with -----BEGIN PRIVATE KEY-----)"
      throw HTTPSettingsError(.clientKey, "the client key: \(advice)")
    }
  }

  private static func refusal(
    _ error: any Error, hasClientCertificate: Bool
  ) -> HTTPSettingsError {
    let text = String(describing: error)
    // The key itself was read already, so what is refused here is the pair.
    if text.holds("failedToLoadPrivateKey") {
      return HTTPSettingsError(
        .clientKey, "the client key: it is not the key of the client certificate")
    }
    if hasClientCertificate, !text.holds("failedToLoadCertificate") {
      return HTTPSettingsError(
        .clientCertificate,
        "the client certificate and its key: the TLS library refuses them (\(text))")
    }
    return HTTPSettingsError(
      .trustRoots, "the trusted certificates (CA): they could not be loaded (\(text))")
  }

  private static func holds(_ words: String, _ bytes: [UInt8]) -> Bool {
    bytes.range(of: words) != nil
  }
}
