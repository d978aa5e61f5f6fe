/// How a client makes sure of a server, and makes itself known to it.
///
/// TLS 1.2 and 1.3 are spoken. Of protocols over it only `http/1.1` is offered.
public struct TLSSettings: Hashable, Sendable {
  /// Whose signature makes a certificate good.
  public enum TrustRoots: Hashable, Sendable {
    /// The bundle of the system: `/etc/ssl/certs` on Debian and its kin. An image with nothing but one
    /// program in it has none, and no server is trusted then.
    case system
    /// Certificates in PEM, one or more, and no others.
    case pem([UInt8])
  }

  /// What is checked of a server's certificate.
  public enum Verification: Hashable, Sendable {
    /// That it leads to a trust root, is in its time, and is for the host that was asked for.
    case full
    /// Nothing. Whoever can answer at that address is believed, reads what is sent, a token included,
    /// and makes up the answers. For a test on the same machine.
    case none
  }

  /// A certificate that the client shows when the server asks for one.
  public struct ClientCertificate: Hashable, Sendable, CustomStringConvertible, CustomReflectable {
    /// The certificate and those that signed it, in PEM, its own first.
    public var chain: [UInt8]
    /// Its private key in PEM, not encrypted.
    public var key: [UInt8]

    /// A certificate and its key.
    public init(chain: [UInt8], key: [UInt8]) {
      self.chain = chain
      self.key = key
    }

    /// Without the key: texts of values end up in logs.
    public var description: String { "a client certificate" }

    /// Without the key.
    public var customMirror: Mirror { Mirror(self, children: []) }
  }

  /// Whose signature makes a certificate good.
  public var trustRoots: TrustRoots
  /// What is checked of a server's certificate.
  public var verification: Verification
  /// What the client shows of itself; `nil`: nothing.
  public var clientCertificate: ClientCertificate?

  /// Settings; without arguments those of an ordinary server on the Internet.
  ///
  /// - Parameters:
  ///   - trustRoots: Whose signature makes a certificate good.
  ///   - verification: What is checked of a server's certificate.
  ///   - clientCertificate: What the client shows of itself.
  public init(
    trustRoots: TrustRoots = .system, verification: Verification = .full,
    clientCertificate: ClientCertificate? = nil
  ) {
    self.trustRoots = trustRoots
    self.verification = verification
    self.clientCertificate = clientCertificate
  }
}
