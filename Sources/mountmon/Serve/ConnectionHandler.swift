import NIOCore
import NIOHTTP1

/// One connection: turns what the channel reports into events of its `Conversation`, and carries out
/// the effects. Decides nothing.
final class ConnectionHandler: ChannelDuplexHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias InboundOut = Never
  typealias OutboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private let lobby: Lobby
  private var conversation: Conversation
  private var context: ChannelHandlerContext?
  /// Answers not yet handed to the channel.
  private var composed = ByteBuffer()
  /// The channel asked to read while the conversation wanted no input.
  private var readIsHeld = false
  /// Events that came up while an earlier one was being carried out.
  private var backlog = CircularBuffer<Conversation.Event>(initialCapacity: 1)
  private var isBusy = false

  init(in lobby: Lobby) {
    self.lobby = lobby
    conversation = Conversation(limits: lobby.service.limits, at: .now())
  }

  var lastProgress: NIODeadline { conversation.lastProgress }

  /// Hears of bytes before the parser does.
  ///
  /// - Returns: Whether the parser is to have them.
  func takes(_ bytes: ByteBuffer) -> Bool {
    guard conversation.isListening else { return false }
    handle(.bytes(endsLine: bytes.withUnsafeReadableBytes { $0.contains(UInt8(ascii: "\n")) }))
    return true
  }

  /// The only door to the conversation. Events raised by its own effects wait for their turn.
  func handle(_ event: Conversation.Event) {
    guard !isBusy else { return backlog.append(event) }
    isBusy = true
    var next: Conversation.Event? = event
    while let event = next {
      for effect in conversation.handle(event, at: .now()) { carryOut(effect) }
      next = backlog.popFirst()
    }
    isBusy = false
    if readIsHeld && conversation.wantsInput {
      readIsHeld = false
      context?.read()
    }
  }

  private func carryOut(_ effect: Conversation.Effect) {
    switch effect {
    case .answer(let request, let closes):
      let answer = lobby.service.routes.answer(request.question)
      let connection: HTTPAnswer.Delivery.Connection =
        closes ? .closes : request.isVersion1_0 ? .keepsAlive : .stays
      compose(
        answer,
        .init(connection: connection, withoutBody: request.question.method == .head))
    case .refuse(let answer, let withoutBody):
      compose(answer, .init(connection: .closes, withoutBody: withoutBody))
    case .proceed:
      let bytes = composed.writeStaticString("HTTP/1.1 100 Continue\r\n\r\n")
      handle(.composed(bytes: bytes))
    case .flush: flush()
    case .hangUp: context?.close(mode: .output, promise: nil)
    case .close(let ending):
      lobby.service.statistics.ended(ending)
      context?.close(mode: .all, promise: nil)
      lobby.leave(self)
    }
  }

  private func compose(_ answer: HTTPAnswer, _ delivery: HTTPAnswer.Delivery) {
    lobby.service.statistics.answered(answer.status)
    let before = composed.readableBytes
    let shared = answer.write(into: &composed, delivery, dateLine: lobby.dateLine)
    var bytes = composed.readableBytes - before
    if let shared {
      bytes += shared.readableBytes
      context?.write(wrapOutboundOut(takeComposed()), promise: nil)
      context?.write(wrapOutboundOut(shared), promise: nil)
    }
    handle(.composed(bytes: bytes))
  }

  private func flush() {
    guard let context else { return handle(.connectionLost) }
    context.writeAndFlush(wrapOutboundOut(takeComposed())).assumeIsolated().whenComplete { result in
      switch result {
      case .success: self.handle(.sent)
      case .failure: self.handle(.connectionLost)
      }
    }
  }

  private func takeComposed() -> ByteBuffer {
    let bytes = composed
    composed = ByteBuffer()
    return bytes
  }
}

extension ConnectionHandler {
  func handlerAdded(context: ChannelHandlerContext) {
    self.context = context
  }

  func handlerRemoved(context: ChannelHandlerContext) {
    self.context = nil
  }

  func channelActive(context: ChannelHandlerContext) {
    lobby.enter(self)
  }

  func channelInactive(context: ChannelHandlerContext) {
    lobby.leave(self)
    handle(.connectionLost)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head): handle(.head(head))
    case .body(let bytes): handle(.body(bytes: bytes.readableBytes))
    case .end: handle(.requestEnded)
    }
  }

  func channelReadComplete(context: ChannelHandlerContext) {
    handle(.readCompleted)
  }

  func read(context: ChannelHandlerContext) {
    if conversation.wantsInput {
      context.read()
    } else {
      readIsHeld = true
    }
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if case .inputClosed? = event as? ChannelEvent { handle(.inputClosed) }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    switch error {
    case HTTPParserError.headerOverflow, is ByteToMessageDecoderError.PayloadTooLargeError:
      handle(.malformed(.tooLarge))
    case HTTPParserError.invalidVersion: handle(.malformed(.unknownVersion))
    case HTTPParserError.invalidEOFState: handle(.malformed(.truncated))
    case is HTTPParserError: handle(.malformed(.notHTTP))
    default: handle(.connectionLost)
    }
  }
}
