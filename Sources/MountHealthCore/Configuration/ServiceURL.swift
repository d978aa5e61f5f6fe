/// Where a service listens, and what to ask it for: `http://127.0.0.1:5572/vfs/refresh`,
/// `https://dav.example/`, `tcp://10.0.0.5:2049`.
///
/// The part of RFC 3986 that a configuration needs: no user, no fragment, no other scheme.
public struct ServiceURL: Hashable, Sendable {
  /// How the service is spoken to.
  public enum Scheme: String, Hashable, Sendable, CaseIterable {
    /// Only whether it takes connections. Has no path.
    case tcp
    /// HTTP/1.1 in the clear.
    case http
    /// HTTP/1.1 over TLS.
    case https
  }

  /// How it is spoken to.
  public let scheme: Scheme
  /// Its name or its address; an IPv6 address without brackets.
  public let host: String
  /// Its TCP port: as written, else 80 or 443.
  public let port: Int
  /// What to ask for, with the query: `/` where nothing was written.
  public let target: String

  /// The longest text that is read, in bytes.
  public static let maximumLength = 2048

  /// Reads a URL; `nil` where it is no such URL.
  ///
  /// - Parameters:
  ///   - text: The URL, at most 2048 bytes of printable ASCII.
  ///   - schemes: The schemes that are allowed.
  public init?(_ text: String, schemes: [Scheme] = Scheme.allCases) {
    guard text.utf8.count <= Self.maximumLength,
      text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }),
      let colon = text.firstIndex(of: ":"), text[colon...].hasPrefix("://"),
      let scheme = Scheme(rawValue: text[..<colon].lowercased()), schemes.contains(scheme)
    else { return nil }
    let rest = text[colon...].dropFirst(3)
    let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
    let target = rest[authority.endIndex...]
    guard !authority.contains("@"), !target.contains("#"),
      scheme != .tcp || target.isEmpty || target == "/",
      let (host, port) = Self.hostAndPort(authority), Self.isHost(host),
      let port = port ?? scheme.defaultPort
    else { return nil }
    self.scheme = scheme
    self.host = String(host)
    self.port = port
    self.target = target.hasPrefix("/") ? String(target) : "/" + target
  }

  private static func hostAndPort(_ text: Substring) -> (host: Substring, port: Int?)? {
    var host = text
    var rest = text[text.endIndex...]
    if text.hasPrefix("[") {
      guard let end = text.firstIndex(of: "]") else { return nil }
      host = text[text.index(after: text.startIndex)..<end]
      guard host.contains(":") else { return nil }
      rest = text[text.index(after: end)...]
    } else if let colon = text.firstIndex(of: ":") {
      host = text[..<colon]
      rest = text[colon...]
    }
    guard !rest.isEmpty else { return (host, nil) }
    let digits = rest.dropFirst()
    guard rest.hasPrefix(":"), digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
      digits.count <= 5, let port = Int(digits), (1...65535).contains(port)
    else { return nil }
    return (host, port)
  }

  private static func isHost(_ host: Substring) -> Bool {
    guard !host.isEmpty, host.utf8.count <= 253 else { return false }
    let isAddress = host.contains(":")
    return host.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."): true
      case UInt8(ascii: "a")...UInt8(ascii: "f"), UInt8(ascii: "A")...UInt8(ascii: "F"): true
      case UInt8(ascii: ":"), UInt8(ascii: "%"): isAddress
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): !isAddress
      case UInt8(ascii: "-"), UInt8(ascii: "_"): !isAddress
      default: false
      }
    }
  }
}

extension ServiceURL.Scheme {
  fileprivate var defaultPort: Int? {
    switch self {
    case .tcp: nil
    case .http: 80
    case .https: 443
    }
  }
}

extension ServiceURL: CustomStringConvertible {
  /// The URL, with its port.
  public var description: String {
    let host = host.contains(":") ? "[\(host)]" : host
    return "\(scheme.rawValue)://\(host):\(port)" + (scheme == .tcp ? "" : target)
  }
}
