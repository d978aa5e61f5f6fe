import NIOCore
import NIOTLS

/// The end of a channel's pipeline: hands what comes to the connection.
final class ConnectionHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer

  private let connection: Connection

  init(_ connection: Connection) {
    self.connection = connection
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    connection.received(unwrapInboundIn(data))
  }

  func channelInactive(context: ChannelHandlerContext) {
    connection.ended()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    connection.caught(error)
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if case TLSUserEvent.handshakeCompleted? = event as? TLSUserEvent {
      connection.handshakeEnded()
    }
  }
}
