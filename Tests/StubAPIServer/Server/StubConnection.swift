import NIOCore
import NIOHTTP1
import NIOSSL
import TimeText

/// One connection: reads requests one after the other and writes answers as raw bytes, so that
/// they can be cut anywhere. It lives on its event loop.
final class StubConnection: ChannelInboundHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundOut = ByteBuffer

  private let server: StubAPIServer
  private var context: ChannelHandlerContext?
  private var head: HTTPRequestHead?
  private var body: [UInt8] = []
  private var waiting: [StubRequest] = []
  private var isBusy = false
  private var closesAfterwards = false
  private(set) var stream: StubStreamID?
  /// How many bytes may still be sent before the connection is cut.
  private var allowance: Int?
  private var isFrozen = false
  private var gathered: [UInt8] = []

  init(server: StubAPIServer) { self.server = server }

  func handlerAdded(context: ChannelHandlerContext) { self.context = context }

  func channelActive(context: ChannelHandlerContext) {
    server.opened(self, on: context.eventLoop)
    context.fireChannelActive()
  }

  func channelInactive(context: ChannelHandlerContext) {
    if let stream { server.gone(stream) }
    stream = nil
    server.closed(self)
    self.context = nil
    context.fireChannelInactive()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    if error is HTTPParserError { server.note("no HTTP/1.1 (h2 offered in ALPN?): \(error)") }
    context.close(promise: nil)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head):
      self.head = head
      body = []
    case .body(let part): body += part.readableBytesView
    case .end:
      guard let head else { return }
      self.head = nil
      var request = StubRequest(
        head.method.rawValue, head.uri, headers: head.headers.map { StubHeader($0.name, $0.value) },
        body: body)
      request.certificate = clientName(context)
      if request.header("Host") == nil { server.note("no Host: \(head.uri)") }
      closesAfterwards = !head.isKeepAlive
      waiting.append(request)
      serveNext()
    }
  }

  private func clientName(_ context: ChannelHandlerContext) -> String? {
    let handler = try? context.pipeline.syncOperations.handler(type: NIOSSLServerHandler.self)
    return handler?.peerCertificate == nil ? nil : "kubernetes-admin"
  }

  private func serveNext() {
    guard !isBusy, !waiting.isEmpty else { return }
    isBusy = true
    server.serve(waiting.removeFirst(), on: self)
  }

  /// Lets some time pass on this connection's loop.
  func later(_ delay: Duration, _ body: @escaping @Sendable () -> Void) {
    context?.eventLoop.scheduleTask(in: .nanoseconds(delay.nanosecondsClamped), body)
  }

  // MARK: - Answering

  /// Sends an answer, as far as the faults let it.
  func answer(_ answer: StubAnswer, cutAfter: Int? = nil, freezes: Bool = false) {
    allowance = cutAfter
    switch answer.body {
    case .bytes(let bytes):
      let isChunked = bytes.count > server.options.chunkedFrom
      var head = headText(answer, isChunked ? nil : answer.status == 204 ? nil : bytes.count)
      if isChunked { head += "Transfer-Encoding: chunked\r\n" }
      send(Array((head + "\r\n").utf8))
      if freezes { isFrozen = true }
      send(isChunked ? Self.chunk(bytes) + Self.lastChunk : bytes)
      finish()
    case .stream(let id):
      send(Array((headText(answer, nil) + "Transfer-Encoding: chunked\r\n\r\n").utf8))
      if freezes { isFrozen = true }
      stream = id
      server.attach(self, to: id)
    }
  }

  /// Sends what a stream has to give.
  func deliver(_ piece: StubStreamPiece) {
    guard stream != nil else { return }
    switch server.options.pieces {
    case .events:
      for event in piece.pieces { send(Self.chunk(event)) }
    case .bytes(let size):
      for event in piece.pieces {
        let bytes = Self.chunk(event)
        for start in stride(from: 0, to: bytes.count, by: max(size, 1)) {
          send(Array(bytes[start..<min(start + max(size, 1), bytes.count)]))
        }
      }
    case .together(let pause): gather(piece.pieces, pause)
    }
    guard piece.isOver else { return }
    flushGathered()
    stream = nil
    send(Self.lastChunk)
    finish()
  }

  private func gather(_ events: [[UInt8]], _ pause: Duration) {
    guard !events.isEmpty else { return }
    let isFirst = gathered.isEmpty
    for event in events { gathered += event }
    guard isFirst, let context else { return }
    let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
    later(pause) { bound.value.flushGathered() }
  }

  private func flushGathered() {
    guard !gathered.isEmpty else { return }
    let bytes = gathered
    gathered = []
    send(Self.chunk(bytes))
  }

  private func finish() {
    guard !isFrozen else { return }
    if closesAfterwards {
      context?.close(promise: nil)
      return
    }
    isBusy = false
    serveNext()
  }

  /// Ends TCP without a word of TLS.
  func cut() {
    guard let context else { return }
    context.pipeline.syncOperations.cutSocket()
  }

  private func send(_ bytes: [UInt8]) {
    guard let context, !isFrozen, !bytes.isEmpty else { return }
    var bytes = bytes[...]
    var isLast = false
    if let left = allowance {
      isLast = bytes.count >= left
      bytes = bytes.prefix(left)
      allowance = left - bytes.count
    }
    let buffer = context.channel.allocator.buffer(bytes: bytes)
    let written = context.writeAndFlush(wrapOutboundOut(buffer))
    guard isLast else { return }
    isFrozen = true
    let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
    written.whenComplete { _ in bound.value.cut() }
  }

  private func headText(_ answer: StubAnswer, _ length: Int?) -> String {
    let reason = HTTPResponseStatus(statusCode: answer.status).reasonPhrase
    var text = "HTTP/1.1 \(answer.status) \(reason)\r\nAudit-Id: stub\r\n"
    text += "Cache-Control: no-cache, private\r\nDate: \(server.httpDate)\r\n"
    for header in answer.headers { text += "\(header.name): \(header.value)\r\n" }
    if let length { text += "Content-Length: \(length)\r\n" }
    if closesAfterwards { text += "Connection: close\r\n" }
    return text
  }

  private static let lastChunk = Array("0\r\n\r\n".utf8)

  private static func chunk(_ bytes: [UInt8]) -> [UInt8] {
    guard !bytes.isEmpty else { return [] }
    return Array("\(String(bytes.count, radix: 16))\r\n".utf8) + bytes + [0x0D, 0x0A]
  }
}

extension Duration {
  var nanosecondsClamped: Int64 {
    let (seconds, attoseconds) = components
    guard abs(seconds) < 9_000_000_000 else { return seconds < 0 ? .min : .max }
    return seconds * 1_000_000_000 + attoseconds / 1_000_000_000
  }
}

/// Sits between the socket and TLS, so that the socket can be closed behind its back.
final class SocketCutter: ChannelDuplexHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundIn = ByteBuffer

  private var context: ChannelHandlerContext?

  func handlerAdded(context: ChannelHandlerContext) { self.context = context }

  func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

  func cut() { context?.close(promise: nil) }
}

extension ChannelPipeline.SynchronousOperations {
  fileprivate func cutSocket() {
    guard let cutter = try? handler(type: SocketCutter.self) else { return }
    cutter.cut()
  }
}
