/// Why a client cannot be made: an address or a piece of TLS settings that cannot be used.
public struct HTTPSettingsError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The kinds of fault.
  public struct Code: Hashable, Sendable, CustomStringConvertible {
    private enum Name: String {
      case address, trustRoots, clientCertificate, clientKey
    }

    private let name: Name

    /// A host, a port, a path or a URL.
    public static let address = Code(name: .address)
    /// The certificates that are trusted.
    public static let trustRoots = Code(name: .trustRoots)
    /// The certificate that the client shows.
    public static let clientCertificate = Code(name: .clientCertificate)
    /// The key of that certificate.
    public static let clientKey = Code(name: .clientKey)

    /// Its name.
    public var description: String { name.rawValue }
  }

  /// Which piece is bad.
  public let code: Code
  /// What is wrong with it, in one line; holds no credentials and no key.
  public let description: String

  init(_ code: Code, _ description: String) {
    self.code = code
    self.description = description
  }
}
