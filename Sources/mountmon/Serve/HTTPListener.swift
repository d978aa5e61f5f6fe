import NIOCore
import NIOHTTP1
import NIOPosix

/// A listening socket and everybody who came through it, on one event loop.
struct HTTPListener: Sendable {
  /// What was bound; its port is the real one where 0 was asked for.
  let port: Int
  private let channel: any Channel
  private let lobby: NIOLoopBound<Lobby>

  /// Reads are small, because requests are, and every connection being read has a buffer.
  private static let readBytes = 2048

  /// Fails with a `ServerError`.
  static func bind(
    to address: ListenAddress, serving service: HTTPService, on loop: any EventLoop
  ) -> EventLoopFuture<HTTPListener> {
    bind(to: address, candidates: address.candidates[...], serving: service, on: loop)
  }

  private static func bind(
    to address: ListenAddress, candidates: ArraySlice<SocketAddress>, serving service: HTTPService,
    on loop: any EventLoop
  ) -> EventLoopFuture<HTTPListener> {
    guard let candidate = candidates.first else {
      return loop.makeFailedFuture(ServerError.notAnAddress(address.host))
    }
    return loop.flatSubmit {
      let lobby = NIOLoopBound(Lobby(service, on: loop), eventLoop: loop)
      return bootstrap(lobby, isIPv6: candidate.protocol == .inet6, on: loop)
        .bind(to: candidate)
        .map { channel in
          HTTPListener(
            port: channel.localAddress?.port ?? address.port, channel: channel, lobby: lobby)
        }
    }.flatMapError { cause in
      let error = ServerError.bindFailed(address, cause)
      let others = candidates.dropFirst()
      guard error.isForLackOfFamily && !others.isEmpty else { return loop.makeFailedFuture(error) }
      return bind(to: address, candidates: others, serving: service, on: loop)
    }
  }

  private static func bootstrap(
    _ lobby: NIOLoopBound<Lobby>, isIPv6: Bool, on loop: any EventLoop
  ) -> ServerBootstrap {
    let bootstrap = ServerBootstrap(group: loop)
      .serverChannelOption(.backlog, value: 512)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
      .childChannelOption(.allowRemoteHalfClosure, value: true)
      .childChannelOption(.maxMessagesPerRead, value: 1)
      .childChannelOption(
        .recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: readBytes)
      )
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture { try addHandlers(to: channel, in: lobby.value) }
      }
      .serverChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(ShortageHandler(in: lobby.value))
        }
      }
    guard isIPv6 else { return bootstrap }
    return bootstrap.serverChannelOption(
      ChannelOptions.Types.SocketOption(level: .ipv6, name: .ipv6_v6only), value: 0)
  }

  private static func addHandlers(to channel: any Channel, in lobby: Lobby) throws {
    let limits = lobby.service.limits
    var parserLimits = NIOHTTPDecoderLimitConfiguration()
    parserLimits.maxHeaderFieldSize = limits.maximumHeaderBytes
    parserLimits.maxHeaderListSize = limits.maximumHeaderBytes
    parserLimits.maxHeaderFieldCount = limits.maximumHeaderFields
    let connection = ConnectionHandler(in: lobby)
    try channel.pipeline.syncOperations.addHandlers([
      ConnectionIntake(before: connection),
      // The parser keeps a field whole but does not count the blanks before its value; this does.
      ByteToMessageHandler(
        HTTPRequestDecoder(limitConfiguration: parserLimits),
        maximumBufferSize: limits.maximumHeaderBytes + readBytes),
      connection,
    ])
  }

  /// Done when the listening socket is closed, for whatever reason.
  var closed: EventLoopFuture<Void> { channel.closeFuture }

  /// Accepts nobody any more, drops who is idle, lets everybody else finish what they have begun
  /// (their last answer says `Connection: close`), and cuts off who has not after `patience`. May be
  /// called again: the shorter patience wins.
  ///
  /// - Returns: Done when everybody has gone.
  @discardableResult
  func close(within patience: Duration) -> EventLoopFuture<Void> {
    channel.eventLoop.flatSubmit {
      channel.close(promise: nil)
      lobby.value.drain(within: patience)
      return lobby.value.emptied()
    }
  }

  /// Done when the listener was closed and everybody has gone.
  func emptied() -> EventLoopFuture<Void> {
    channel.eventLoop.flatSubmit { lobby.value.emptied() }
  }
}
