/// How to reach an API server and who to be there: a value, found once and used by a `Cluster`.
///
/// It holds paths where content is read from files, so that a token or an authority that is replaced
/// is seen. Its text holds no secret.
public struct ClusterAccess: Hashable, Sendable {
  /// Where the API server listens.
  public var server: ServerEndpoint
  /// How its certificate is judged.
  public var trust: ServerTrust
  /// The name that its certificate must have; `nil`: the host of `server`.
  public var serverName: String?
  /// Who we are.
  public var credentials: ClientCredentials
  /// The namespace to work in where none is named; `nil` where nothing says which.
  public var namespace: Namespace?
  /// Where each piece came from: `token`, `/var/run/secrets/…/token`.
  public var origins: [Origin]
  /// What is unsafe or odd about it, a line each, for a log.
  public var warnings: [String]

  /// Where a piece came from.
  public struct Origin: Hashable, Sendable {
    /// The piece: `server`, `token`.
    public var piece: String
    /// A path, a variable, a key of a kubeconfig.
    public var source: String

    /// An origin.
    ///
    /// - Parameters:
    ///   - piece: The piece: `server`, `token`.
    ///   - source: A path, a variable, a key of a kubeconfig.
    public init(_ piece: String, _ source: String) {
      self.piece = piece
      self.source = source
    }
  }

  /// Access of the given pieces.
  ///
  /// - Parameters:
  ///   - server: Where the API server listens.
  ///   - trust: How its certificate is judged.
  ///   - serverName: The name that its certificate must have; `nil`: the host.
  ///   - credentials: Who we are.
  ///   - namespace: The namespace to work in where none is named.
  ///   - origins: Where each piece came from.
  ///   - warnings: What is unsafe or odd about it.
  public init(
    server: ServerEndpoint, trust: ServerTrust = .system, serverName: String? = nil,
    credentials: ClientCredentials = .none, namespace: Namespace? = nil, origins: [Origin] = [],
    warnings: [String] = []
  ) {
    self.server = server
    self.trust = trust
    self.serverName = serverName
    self.credentials = credentials
    self.namespace = namespace
    self.origins = origins
    self.warnings = warnings
  }
}

/// How the certificate of a server is judged.
public enum ServerTrust: Hashable, Sendable {
  /// By the authorities that the system knows.
  case system
  /// By these authorities, in PEM.
  case authorities(Material)
  /// Not at all: whoever answers is believed, and is told the token.
  case anything
}

/// Who a client is.
public enum ClientCredentials: Hashable, Sendable {
  /// Nobody: `system:anonymous`, or whoever a proxy on loopback is.
  case none
  /// The bearer of a token, the owner of a certificate, or both.
  case presented(token: Material?, certificate: CertificateMaterial?)
  /// Whoever a credential plugin says.
  case plugin(ExecPlugin)
}

/// Content that is given, or read from a file for as long as it is used.
public enum Material: Hashable, Sendable {
  /// The content.
  case given(Secret)
  /// Where it is read from.
  case file(String)
}

/// A client certificate with its key.
public struct CertificateMaterial: Hashable, Sendable {
  /// The certificate and what leads to its authority, in PEM.
  public var chain: Material
  /// Its private key, in PEM.
  public var key: Material

  /// A certificate.
  ///
  /// - Parameters:
  ///   - chain: The certificate and what leads to its authority, in PEM.
  ///   - key: Its private key, in PEM.
  public init(chain: Material, key: Material) {
    self.chain = chain
    self.key = key
  }
}

extension ClusterAccess: CustomStringConvertible {
  /// Where the server is and where the pieces came from, in one line.
  public var description: String {
    let pieces = origins.map { "\($0.piece) from \(Shown.text($0.source))" }
    return ([server.description] + pieces).joined(separator: ", ")
  }
}
