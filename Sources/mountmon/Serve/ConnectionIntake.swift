import NIOCore

/// Stands before the parser: tells the conversation that bytes have arrived, and drops them once
/// nothing more is to be heard. The parser alone shows neither a crawling head nor stops when told.
final class ConnectionIntake: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias InboundOut = ByteBuffer

  private let connection: ConnectionHandler

  init(before connection: ConnectionHandler) {
    self.connection = connection
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard connection.takes(unwrapInboundIn(data)) else { return }
    context.fireChannelRead(data)
  }
}
