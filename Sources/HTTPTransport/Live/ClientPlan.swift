import NIOSSL

/// What a client is told when it is made.
struct ClientPlan: Sendable {
  let endpoint: HTTPEndpoint
  let tls: NIOSSLContext?
  /// Whether the certificate has to be for the server's name.
  let checksName: Bool
  let limits: HTTPLimits
  let lookup: NameLookup.System
}
