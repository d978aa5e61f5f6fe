/// Where an API server listens: what a URL such as `https://[fd00::1]:6443/clusters/a` says.
public struct ServerEndpoint: Hashable, Sendable {
  /// Whether TLS is spoken.
  public enum Scheme: String, Hashable, Sendable {
    /// Plain text: to loopback addresses only.
    case http
    /// TLS.
    case https
  }

  /// Whether TLS is spoken.
  public let scheme: Scheme
  /// A name or an address; IPv6 without brackets.
  public let host: String
  /// The port, 1 to 65535.
  public let port: Int
  /// What comes before `/api` in each path: empty, or begins with a slash and ends without one.
  public let pathPrefix: String

  /// An endpoint from its parts.
  ///
  /// - Parameters:
  ///   - scheme: Whether TLS is spoken.
  ///   - host: A name or an address; IPv6 with or without brackets.
  ///   - port: The port, 1 to 65535.
  /// - Throws: `AccessError` where one of them is not what it should be.
  public init(scheme: Scheme = .https, host: String, port: Int) throws(AccessError) {
    try self.init(scheme: scheme, host: host, port: port, pathPrefix: "", as: host)
  }

  /// An endpoint from a URL.
  ///
  /// - Parameter url: `https://host`, with a port and a path if need be; `http` only where the host is
  ///   a loopback address, as `kubectl proxy` has it.
  /// - Throws: `AccessError` that says what is wrong with it.
  public init(url: String) throws(AccessError) {
    func fault(_ text: String) -> AccessError { Self.fault(url, text) }
    let scheme: Scheme
    var rest: Substring
    if url.hasPrefix("https://") {
      (scheme, rest) = (.https, url.dropFirst("https://".count))
    } else if url.hasPrefix("http://") {
      (scheme, rest) = (.http, url.dropFirst("http://".count))
    } else {
      throw fault("must begin with https://")
    }
    let slash = rest.firstIndex(of: "/") ?? rest.endIndex
    var path = rest[slash...]
    rest = rest[..<slash]
    while path.last == "/" { path.removeLast() }
    guard path.utf8.allSatisfy(Self.isPathByte) else {
      throw fault("its path may not hold spaces, a query or a fragment")
    }
    guard !rest.contains("@") else { throw fault("may not hold a user name or a password") }
    var port = scheme == .https ? 443 : 80
    let bracket = rest.lastIndex(of: "]") ?? rest.startIndex
    if let colon = rest[bracket...].lastIndex(of: ":") {
      let digits = rest[rest.index(after: colon)...]
      guard let number = Self.port(digits) else {
        throw fault("its port must be a number from 1 to 65535")
      }
      port = number
      rest = rest[..<colon]
    }
    guard !rest.contains(":") || rest.hasPrefix("[") else {
      throw fault("an IPv6 address stands in brackets: https://[fd00::1]:6443")
    }
    try self.init(
      scheme: scheme, host: String(rest), port: port, pathPrefix: String(path), as: url)
  }

  private init(
    scheme: Scheme, host: String, port: Int, pathPrefix: String, as text: String
  ) throws(AccessError) {
    var host = Substring(host)
    if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
    guard InternetHost.isValid(host) else {
      throw Self.fault(text, "its host is neither a name nor an address")
    }
    guard (1...65535).contains(port) else {
      throw Self.fault(text, "its port must be a number from 1 to 65535")
    }
    self.scheme = scheme
    self.host = String(host)
    self.port = port
    self.pathPrefix = pathPrefix
    guard scheme == .https || isLoopback else {
      throw Self.fault(
        text, "http sends credentials in the clear, so it is for loopback addresses only: use https"
      )
    }
  }

  static func port(_ digits: some StringProtocol) -> Int? {
    guard (1...5).contains(digits.utf8.count),
      digits.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
      let number = Int(digits), (1...65535).contains(number)
    else { return nil }
    return number
  }

  private static func fault(_ text: String, _ reason: String) -> AccessError {
    AccessError("read the address of the API server", "\(Shown.quoted(text)): \(reason)")
  }

  private static func isPathByte(_ byte: UInt8) -> Bool {
    (0x21...0x7E).contains(byte) && !"?#\"<>\\^`{|}".utf8.contains(byte)
  }
}

extension ServerEndpoint: CustomStringConvertible {
  /// Whether nobody but this machine can be meant.
  public var isLoopback: Bool {
    host == "localhost" || host == "::1" || (host.hasPrefix("127.") && InternetHost.isIPv4(host))
  }

  /// What a `Host` field and a URL say: IPv6 in brackets, the port unless it is the scheme's own.
  public var authority: String {
    let host = host.contains(":") ? "[\(host)]" : host
    return port == (scheme == .https ? 443 : 80) ? host : "\(host):\(port)"
  }

  /// The URL.
  public var description: String { "\(scheme.rawValue)://\(authority)\(pathPrefix)" }
}
