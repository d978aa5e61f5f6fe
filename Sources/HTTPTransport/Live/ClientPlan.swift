import NIOSSL

/// What a client is told when it is made.
struct ClientPlan: Sendable {
  let endpoint: HTTPEndpoint
  let tls: NIOSSLContext?
  let limits: HTTPLimits
  let lookup: NameLookup.System
}
