/// Where a server is: a host and a port, with TLS or without, or the path of a Unix socket.
///
/// ```swift
/// let api = try HTTPEndpoint.tls("10.96.0.1", port: 443)
/// let docker = try HTTPEndpoint("unix:///var/run/docker.sock")
/// ```
public struct HTTPEndpoint: Hashable, Sendable, CustomStringConvertible {
  enum Place: Hashable, Sendable {
    case tcp(HostName, port: Int)
    /// `serverName`: asked for and checked in place of the host.
    case tls(HostName, port: Int, serverName: HostName?)
    case unix(path: String)
  }

  let place: Place

  /// A server that speaks plain HTTP.
  ///
  /// - Parameters:
  ///   - host: A name, an IPv4 address, or an IPv6 address with or without brackets.
  ///   - port: 1...65535.
  /// - Returns: The endpoint.
  /// - Throws: `HTTPSettingsError` with the code `address`.
  public static func tcp(_ host: String, port: Int) throws(HTTPSettingsError) -> HTTPEndpoint {
    HTTPEndpoint(place: .tcp(try HostName(host), port: try Self.port(port)))
  }

  /// A server that speaks HTTP over TLS.
  ///
  /// The certificate is checked against `serverName` where that is given, else against the host: as
  /// one of its DNS names, or, where the host is an IP address, as one of its IP addresses.
  ///
  /// - Parameters:
  ///   - host: A name, an IPv4 address, or an IPv6 address with or without brackets.
  ///   - port: 1...65535.
  ///   - serverName: The name to ask for and to find in the certificate in place of the host; not an IP
  ///     address, for which TLS has no way of asking.
  /// - Returns: The endpoint.
  /// - Throws: `HTTPSettingsError` with the code `address`.
  public static func tls(
    _ host: String, port: Int, serverName: String? = nil
  ) throws(HTTPSettingsError) -> HTTPEndpoint {
    var name: HostName?
    if let serverName {
      let given = try HostName(serverName)
      guard given.literal == nil || serverName == host else {
        throw .address(
          "the TLS server name '\(serverName)' is an IP address: give a name of the certificate")
      }
      // Where it says the same as the host it says nothing new, also as an address.
      name = given.literal == nil ? given : nil
    }
    return HTTPEndpoint(
      place: .tls(try HostName(host), port: try Self.port(port), serverName: name))
  }

  /// A server that listens on a Unix socket.
  ///
  /// - Parameter path: The socket's absolute path, at most 107 bytes.
  /// - Returns: The endpoint.
  /// - Throws: `HTTPSettingsError` with the code `address`.
  public static func unix(_ path: String) throws(HTTPSettingsError) -> HTTPEndpoint {
    guard path.hasPrefix("/") else {
      throw .address("the socket path '\(path)' is not absolute: begin with a slash")
    }
    guard !path.utf8.contains(0) else { throw .address("the socket path holds a zero byte") }
    // What fits into `sockaddr_un` with its final zero.
    guard path.utf8.count <= 107 else {
      throw .address(
        "the socket path has \(path.utf8.count) bytes, and the system takes at most 107: '\(path)'")
    }
    return HTTPEndpoint(place: .unix(path: path))
  }

  /// The endpoint of a URL: `http://host`, `https://host:6443`, `unix:///path/of/socket`.
  ///
  /// - Parameter url: A URL without a path; `HTTPLocation` reads those with one.
  /// - Throws: `HTTPSettingsError` with the code `address`; its text is one line and says what to change.
  public init(_ url: String) throws(HTTPSettingsError) {
    let location = try HTTPLocation(url)
    guard location.path == "/" else {
      throw .address("'\(url)' has the path '\(location.path)', and none is expected here")
    }
    self = location.endpoint
  }

  private init(place: Place) {
    self.place = place
  }

  /// Whether what is sent is encrypted.
  public var usesTLS: Bool {
    switch place {
    case .tls: true
    case .tcp, .unix: false
    }
  }

  /// What goes into the field `Host`: brackets around IPv6, no port that is the default.
  public var hostField: String {
    switch place {
    case .tcp(let host, 80), .tls(let host, 443, _): host.bracketed
    case .tcp(let host, let port), .tls(let host, let port, _): "\(host.bracketed):\(port)"
    case .unix: "localhost"
    }
  }

  /// As in messages: `10.0.0.1:443`, `[::1]:80`, `unix:/run/docker.sock`.
  public var description: String {
    switch place {
    case .tcp(let host, let port), .tls(let host, let port, _): "\(host.bracketed):\(port)"
    case .unix(let path): "unix:\(path)"
    }
  }

  private static func port(_ port: Int) throws(HTTPSettingsError) -> Int {
    guard (1...65_535).contains(port) else {
      throw .address("the port \(port) is not one of 1 to 65535")
    }
    return port
  }
}

extension HTTPSettingsError {
  static func address(_ description: String) -> HTTPSettingsError {
    HTTPSettingsError(.address, description)
  }
}
