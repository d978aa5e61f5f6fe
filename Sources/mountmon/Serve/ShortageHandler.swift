import NIOCore

/// Makes room when the process has no file descriptor left for a newcomer, who would otherwise wait
/// until somebody leaves. NIO tries again a second later: spinning would not help.
final class ShortageHandler: ChannelInboundHandler {
  typealias InboundIn = Never

  private static let room = 16
  private let lobby: Lobby

  init(in lobby: Lobby) {
    self.lobby = lobby
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    if (error as? IOError)?.isShortageOfDescriptors == true {
      for _ in 0..<Self.room { lobby.makeRoom() }
    }
    context.fireErrorCaught(error)
  }
}

extension IOError {
  /// `ENFILE` or `EMFILE`, as Linux numbers them everywhere.
  var isShortageOfDescriptors: Bool { errnoCode == 23 || errnoCode == 24 }
}
