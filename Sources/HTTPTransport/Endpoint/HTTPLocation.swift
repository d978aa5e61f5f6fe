/// What a URL says: an endpoint, and a path there.
public struct HTTPLocation: Hashable, Sendable {
  /// Where the server is.
  public let endpoint: HTTPEndpoint
  /// The path, as it was written; `/` where there was none, and for a Unix socket.
  public let path: String

  /// Reads `http://host:port/path`, `https://host:port/path` or `unix:///path/of/socket`.
  ///
  /// The port may be left out (80, 443); an IPv6 address stands in brackets. The path of a Unix socket
  /// is taken as it is, with no percent decoding.
  ///
  /// - Parameter url: The text, without user name, query and fragment.
  /// - Throws: `HTTPSettingsError` with the code `address`; its text is one line, and does not repeat a
  ///   URL that holds credentials.
  public init(_ url: String) throws(HTTPSettingsError) {
    guard let mark = url.utf8.range(of: "://") else {
      throw .address(
        "'\(Self.shown(url))' has no scheme: begin with http://, https:// or unix://")
    }
    let scheme = url[..<mark.lowerBound].lowercased()
    let rest = url[mark.upperBound...]
    switch scheme {
    case "unix":
      endpoint = try .unix(String(rest))
      path = "/"
    case "http", "https":
      let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
      path = try Self.path(rest[authority.endIndex...], of: url)
      let (host, port) = try Self.split(authority, of: url)
      endpoint =
        scheme == "http"
        ? try .tcp(host, port: port ?? 80) : try .tls(host, port: port ?? 443)
    default:
      throw .address(
        "'\(Self.shown(url))' has the scheme '\(scheme)': use http://, https:// or unix://")
    }
  }

  private static func path(
    _ text: Substring, of url: String
  ) throws(HTTPSettingsError) -> String {
    guard !text.contains("?") else {
      throw .address("'\(shown(url))' has a query, which has no place in a server's address")
    }
    guard !text.contains("#") else {
      throw .address("'\(shown(url))' has a fragment, which has no place in a server's address")
    }
    guard text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
      throw .address("the path of '\(shown(url))' has characters that must be percent-encoded")
    }
    return text.isEmpty ? "/" : String(text)
  }

  private static func split(
    _ authority: Substring, of url: String
  ) throws(HTTPSettingsError) -> (host: String, port: Int?) {
    guard !authority.contains("@") else {
      throw .address(
        "the URL holds a user name or password: take it out, credentials are given apart")
    }
    var host = authority
    var port: Substring?
    if authority.hasPrefix("[") {
      guard let end = authority.firstIndex(of: "]") else {
        throw .address("'\(url)' has a bracket that is not closed")
      }
      host = authority[...end]
      let after = authority[authority.index(after: end)...]
      guard after.isEmpty || after.hasPrefix(":") else {
        throw .address("'\(url)' has '\(after)' after its bracket, where only a port may be")
      }
      port = after.isEmpty ? nil : after.dropFirst()
    } else if let colon = authority.firstIndex(of: ":") {
      host = authority[..<colon]
      port = authority[authority.index(after: colon)...]
      guard port?.contains(":") == false else {
        throw .address("'\(url)' has an IPv6 address without brackets: write [\(authority)]")
      }
    }
    guard !host.isEmpty else { throw .address("'\(url)' has no host") }
    guard let port else { return (String(host), nil) }
    guard port.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(port) else {
      throw .address("'\(url)' has the port '\(port)', which is not a number from 1 to 65535")
    }
    return (String(host), number)
  }

  private static func shown(_ url: String) -> String {
    url.contains("@") ? "the URL" : url
  }
}
