import NIOCore

/// Where to listen: a literal address, or every address there is.
struct ListenAddress: Sendable, Hashable, CustomStringConvertible {
  let host: String
  let port: Int
  /// What to try, in order.
  let candidates: [SocketAddress]

  /// - Parameters:
  ///   - host: An IPv4 or IPv6 address, the latter also in brackets. Empty for all addresses of both
  ///     kinds, or of IPv4 alone where there is no IPv6. `::` takes IPv4 clients too.
  ///   - port: 0…65535; 0 lets the kernel choose.
  /// - Throws: When it is none of that; names are not looked up.
  init(host: String = "", port: Int) throws(ServerError) {
    guard (0...65535).contains(port) else { throw .badPort(port) }
    let bare =
      host.hasPrefix("[") && host.hasSuffix("]") && host.contains(":")
      ? String(host.dropFirst().dropLast()) : host
    let addresses = (bare.isEmpty ? ["::", "0.0.0.0"] : [bare]).compactMap {
      try? SocketAddress(ipAddress: $0, port: port)
    }
    guard !addresses.isEmpty else { throw .notAnAddress(host) }
    self.host = bare
    self.port = port
    candidates = addresses
  }

  /// - Parameter path: The path of a Unix socket that is not there yet.
  /// - Throws: When the path is longer than an address may be.
  init(socket path: String) throws(ServerError) {
    guard let address = try? SocketAddress(unixDomainSocketPath: path) else {
      throw .badSocketPath(path)
    }
    host = path
    port = 0
    candidates = [address]
  }

  var description: String {
    if candidates.first?.protocol == .unix { return host }
    return switch (host.isEmpty, host.contains(":")) {
    case (true, _): "*:\(port)"
    case (false, true): "[\(host)]:\(port)"
    case (false, false): "\(host):\(port)"
    }
  }
}
