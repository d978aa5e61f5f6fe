import NIOCore
import NIOPosix
import NIOSSL

/// Opens channels to the endpoint.
struct Connector {
  private let plan: ClientPlan
  private let loop: any EventLoop
  private let lookup: NameLookup

  init(_ desk: Desk) {
    plan = desk.plan
    loop = desk.loop
    lookup = desk.lookup
  }

  /// - Parameters:
  ///   - deadline: When NIO is to give up; whoever waits has a clock of its own.
  ///   - takes: Told of each channel before it connects; false: it is not wanted any more.
  /// - Returns: A channel that is connected, and reads only when it is told to.
  func connect(
    by deadline: NIODeadline, _ takes: @escaping @Sendable (any Channel) -> Bool
  ) -> EventLoopFuture<any Channel> {
    guard let bootstrap = ClientBootstrap(validatingGroup: loop) else {
      return loop.makeFailedFuture(ForeignLoop())
    }
    let mostBytes = max(plan.limits.maximumReadBytes, 1)
    let prepared =
      bootstrap
      .connectTimeout(max(deadline - .now(), .milliseconds(1)))
      .channelOption(.autoRead, value: false)
      .channelOption(.maxMessagesPerRead, value: 1)
      .channelOption(
        .recvAllocator,
        value: AdaptiveRecvByteBufferAllocator(
          minimum: min(1024, mostBytes), initial: min(4096, mostBytes), maximum: mostBytes)
      )
      .channelInitializer { channel in
        takes(channel)
          ? channel.eventLoop.makeSucceededVoidFuture()
          : channel.eventLoop.makeFailedFuture(ChannelError.alreadyClosed)
      }
    switch plan.endpoint.place {
    case .unix(let path): return prepared.connect(unixDomainSocketPath: path)
    case .tcp(let host, let port), .tls(let host, let port, _):
      let tcp = prepared.channelOption(.socketOption(.so_keepalive), value: 1)
      guard host.literal != nil else {
        return tcp.resolver(NameResolver(lookup, on: loop)).connect(host: host.text, port: port)
      }
      do {
        return tcp.connect(to: try SocketAddress(ipAddress: host.text, port: port))
      } catch {
        return loop.makeFailedFuture(error)
      }
    }
  }
}

/// The event loop that was handed in is of another kind.
struct ForeignLoop: Error, CustomStringConvertible {
  var description: String { "the event loop of this client is not one of NIOPosix" }
}

extension HTTPEndpoint {
  /// The name that is asked for in the handshake; `nil`: the certificate is checked against the IP
  /// address of the server.
  var serverName: String? {
    switch place {
    case .tls(let host, _, let name): (name ?? host).serverName
    case .tcp, .unix: nil
    }
  }

  /// What the certificate has to be for.
  var certificateName: String {
    switch place {
    case .tls(let host, _, let name): (name ?? host).text
    case .tcp, .unix: ""
    }
  }
}

extension HandshakeFailure.Certificate {
  init(_ certificate: NIOSSLCertificate) {
    self.init(
      notBefore: Int64(certificate.notValidBefore), notAfter: Int64(certificate.notValidAfter),
      names: CertificateNames(certificate).text)
  }
}
