import HTTPTransport
import Pacing
import Synchronization

/// What all copies of a `Cluster` share: credentials, the connection made with them, the server's clock.
final class ClusterLine: Sendable {
  let access: ClusterAccess
  private let credentials: any CredentialSource
  private let authorities: FollowedMaterial<[UInt8]>?
  private let dialer: ClusterDialer
  private let state = Mutex(State())

  /// How many connections stay open after a newer one took over, for the streams on them.
  static let maximumRetired = 1

  private struct State {
    var tls: TLSSettings?
    var connection: ClusterConnection?
    var retired: [ClusterConnection] = []
    var clock = ServerClock()
    var isShutDown = false
  }

  init(
    _ access: ClusterAccess, _ credentials: any CredentialSource, _ surroundings: Surroundings,
    _ dialer: ClusterDialer
  ) {
    self.access = access
    self.credentials = credentials
    self.dialer = dialer
    authorities =
      if case .authorities(let material) = access.trust {
        FollowedMaterial(material, limit: PEM.maximumBytes, in: surroundings) {
          bytes throws(Refusal) in try PEM.certificates(bytes)
        }
      } else {
        nil
      }
  }

  /// Why there is nothing to send with.
  enum Obstacle: Error {
    case credentials(AccessError)
    case transport(TransportError)
  }

  func credential() async throws(Obstacle) -> ClientCredential {
    do throws(AccessError) {
      return try await credentials.credential()
    } catch {
      throw .credentials(error)
    }
  }

  func refused(_ credential: ClientCredential?) async {
    if let credential { await credentials.refused(credential) }
  }

  /// The connection for a credential: another one than before where authorities or the certificate
  /// were replaced. Streams go on with the old one.
  func transport(for credential: ClientCredential) async throws(Obstacle) -> any Transport {
    let (result, leaving) = state.withLock { state in
      var leaving: [ClusterConnection] = []
      let result = Result { () throws(TransportError) in
        try connect(credential, &state, &leaving)
      }
      return (result, leaving)
    }
    for connection in leaving { await connection.shutdown() }
    return try result.mapError { Obstacle.transport($0) }.get()
  }

  private func connect(
    _ credential: ClientCredential, _ state: inout State, _ leaving: inout [ClusterConnection]
  ) throws(TransportError) -> any Transport {
    guard !state.isShutDown else {
      throw TransportError(
        .closed, "call \(access.server)", "the client was shut down", mayHaveBeenSent: false)
    }
    let tls = try tlsSettings(credential)
    if let connection = state.connection, state.tls == tls { return connection.transport }
    let connection: ClusterConnection
    do throws(HTTPSettingsError) {
      connection = try dialer.dial(try endpoint(), tls)
    } catch {
      throw unusable(error.description)
    }
    if let old = state.connection { state.retired.append(old) }
    while state.retired.count > Self.maximumRetired { leaving.append(state.retired.removeFirst()) }
    state.connection = connection
    state.tls = tls
    return connection.transport
  }

  private func tlsSettings(_ credential: ClientCredential) throws(TransportError) -> TLSSettings {
    var tls = TLSSettings()
    switch access.trust {
    case .system: break
    case .anything: tls.verification = .none
    case .authorities:
      do throws(Refusal) {
        tls.trustRoots = .pem(try authorities?.value() ?? [])
      } catch {
        throw unusable(error.reason)
      }
    }
    tls.clientCertificate = credential.certificate.map {
      TLSSettings.ClientCertificate(chain: $0.chain, key: Array($0.key.exposed.utf8))
    }
    return tls
  }

  private func endpoint() throws(HTTPSettingsError) -> HTTPEndpoint {
    let server = access.server
    switch server.scheme {
    case .http: return try .tcp(server.host, port: server.port)
    case .https:
      return try .tls(server.host, port: server.port, serverName: access.serverName)
    }
  }

  private func unusable(_ reason: String) -> TransportError {
    TransportError(
      .handshakeFailed, "prepare TLS with \(access.server)", reason, mayHaveBeenSent: false)
  }

  func heard(_ headers: HTTPHeaders, sent: Tick, received: Tick) {
    guard let date = headers["Date"].flatMap({ HTTPDate.read($0.trimmingSpaces) }) else { return }
    state.withLock { $0.clock.heard(date, sent: sent, received: received) }
  }

  var clock: ServerClock { state.withLock { $0.clock } }

  func shutdown() async {
    let leaving = state.withLock { state in
      state.isShutDown = true
      defer { state.connection = nil }
      defer { state.retired = [] }
      return state.retired + (state.connection.map { [$0] } ?? [])
    }
    for connection in leaving { await connection.shutdown() }
  }
}
