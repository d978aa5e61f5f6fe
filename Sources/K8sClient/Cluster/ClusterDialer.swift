public import HTTPTransport

/// Who makes connections to an API server: an `HTTPClient`, or a fake in tests.
///
/// A program that has an event loop already gives it to the client:
///
///     let dialer = ClusterDialer { endpoint, tls throws(HTTPSettingsError) in
///       ClusterConnection(try HTTPClient(to: endpoint, tls: tls, on: loop))
///     }
public struct ClusterDialer: Sendable {
  /// Makes a connection; nothing is sent yet.
  public var dial:
    @Sendable (_ endpoint: HTTPEndpoint, _ tls: TLSSettings) throws(HTTPSettingsError) ->
      ClusterConnection

  /// A dialer.
  ///
  /// - Parameter dial: Makes a connection; nothing is sent yet.
  public init(
    _ dial:
      @escaping @Sendable (
        _ endpoint: HTTPEndpoint, _ tls: TLSSettings
      ) throws(HTTPSettingsError) -> ClusterConnection
  ) {
    self.dial = dial
  }

  /// Makes an `HTTPClient` with a thread of its own.
  public static let ownThread = ClusterDialer { endpoint, tls throws(HTTPSettingsError) in
    ClusterConnection(try HTTPClient(to: endpoint, tls: tls))
  }
}

/// A way to one API server, with one set of trust and certificates.
public struct ClusterConnection: Sendable {
  /// Who carries exchanges.
  public var transport: any Transport
  /// Ends all exchanges.
  public var shutdown: @Sendable () async -> Void

  /// A connection.
  ///
  /// - Parameters:
  ///   - transport: Who carries exchanges.
  ///   - shutdown: Ends all exchanges.
  public init(_ transport: any Transport, shutdown: @escaping @Sendable () async -> Void = {}) {
    self.transport = transport
    self.shutdown = shutdown
  }

  /// That of a client.
  ///
  /// - Parameter client: The client; it belongs to the connection from now on.
  public init(_ client: HTTPClient) {
    self.init(client) { await client.shutdown() }
  }
}
