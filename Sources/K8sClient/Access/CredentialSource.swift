/// Who knows the credentials to use at this moment.
public protocol CredentialSource: Sendable {
  /// The credential to send with the next request.
  ///
  /// - Returns: The credential; the same one for as long as it is good.
  /// - Throws: `AccessError` where there is none to be had.
  func credential() async throws(AccessError) -> ClientCredential

  /// Learns that the server did not take a credential, so that the next one is obtained anew.
  ///
  /// - Parameter credential: The one that was refused. If another is in use by now, nothing happens.
  func refused(_ credential: ClientCredential) async
}

/// What a client shows to a server.
public struct ClientCredential: Hashable, Sendable {
  /// What is sent as `Authorization: Bearer …`.
  public var token: Secret?
  /// What is shown in the TLS handshake.
  public var certificate: ClientCertificate?

  /// A credential; of nobody unless told.
  ///
  /// - Parameters:
  ///   - token: What is sent as `Authorization: Bearer …`.
  ///   - certificate: What is shown in the TLS handshake.
  public init(token: Secret? = nil, certificate: ClientCertificate? = nil) {
    self.token = token
    self.certificate = certificate
  }
}

/// A certificate with its key, as content.
public struct ClientCertificate: Hashable, Sendable {
  /// The certificate and what leads to its authority, in PEM.
  public var chain: [UInt8]
  /// Its private key, in PEM.
  public var key: Secret

  /// A certificate.
  ///
  /// - Parameters:
  ///   - chain: The certificate and what leads to its authority, in PEM.
  ///   - key: Its private key, in PEM.
  public init(chain: [UInt8], key: Secret) {
    self.chain = chain
    self.key = key
  }
}

extension ClientCertificate: Discreet {
  /// Its size; a certificate is public, and long.
  public var description: String { "client certificate (\(chain.count) bytes of PEM)" }
}

/// A credential that does not change.
public struct FixedCredential: CredentialSource {
  private let known: ClientCredential

  /// A source that always gives the same.
  ///
  /// - Parameter credential: What it gives.
  public init(_ credential: ClientCredential = ClientCredential()) {
    known = credential
  }

  /// The credential.
  public func credential() async throws(AccessError) -> ClientCredential { known }

  /// Nothing: there is no other.
  public func refused(_ credential: ClientCredential) async {}
}

extension ClientCredentials {
  /// The source of these credentials.
  ///
  /// - Parameter surroundings: The files, the clocks, and who runs a plugin.
  /// - Returns: A source to be kept for as long as the cluster is used: it remembers what it read.
  public func source(in surroundings: Surroundings) -> any CredentialSource {
    switch self {
    case .none: FixedCredential()
    case .presented(let token, let certificate):
      FileCredential(token: token, certificate: certificate, in: surroundings)
    case .plugin(let plugin): PluginCredential(plugin, in: surroundings)
    }
  }
}
