import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// A small HTTP server on 127.0.0.1 that answers as it is told.
final class LoopbackHTTP: Sendable {
  /// A request.
  struct Request: Hashable, Sendable {
    var method: String
    var target: String
    /// By names in small letters.
    var headers: [String: String]
    var body: String
  }

  /// An answer; `slowly` sends it in pieces with pauses between them.
  struct Answer: Sendable {
    var status = 200
    var headers: [(String, String)] = []
    var body: [UInt8] = []
    var isSlow = false

    static func json(_ text: String, status: Int = 200) -> Answer {
      Answer(
        status: status, headers: [("Content-Type", "application/json")], body: Array(text.utf8))
    }
  }

  let port: Int
  private let channel: any Channel

  init(_ answer: @escaping @Sendable (Request) -> Answer) async throws {
    channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.configureHTTPServerPipeline()
          try channel.pipeline.syncOperations.addHandler(Handler(answer))
        }
      }
      .bind(host: "127.0.0.1", port: 0).get()
    port = channel.localAddress?.port ?? 0
  }

  deinit { channel.close(promise: nil) }

  /// Serves a file's bytes, or the range that is asked for, at a bounded rate: a download that lasts.
  static func ranges(of bytes: [UInt8]) async throws -> LoopbackHTTP {
    try await LoopbackHTTP { request in
      guard let range = request.headers["range"], range.hasPrefix("bytes=") else {
        return Answer(headers: [("Accept-Ranges", "bytes")], body: bytes, isSlow: true)
      }
      let ends = range.dropFirst(6).split(separator: "-", omittingEmptySubsequences: false)
      let first = min(Int(ends.first ?? "") ?? 0, bytes.count)
      let last = min(
        ends.count > 1 ? Int(ends[1]) ?? bytes.count - 1 : bytes.count - 1, bytes.count - 1)
      guard first <= last else { return Answer(status: 416) }
      return Answer(
        status: 206,
        headers: [
          ("Content-Range", "bytes \(first)-\(last)/\(bytes.count)"), ("Accept-Ranges", "bytes"),
        ], body: Array(bytes[first...last]), isSlow: true)
    }
  }

  private final class Handler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let answer: @Sendable (Request) -> Answer
    private var request: Request?

    init(_ answer: @escaping @Sendable (Request) -> Answer) {
      self.answer = answer
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      switch unwrapInboundIn(data) {
      case .head(let head):
        request = Request(
          method: head.method.rawValue, target: head.uri,
          headers: Dictionary(
            head.headers.map { ($0.name.lowercased(), $0.value) }, uniquingKeysWith: { $1 }),
          body: "")
      case .body(let part):
        request?.body += String(buffer: part)
      case .end:
        guard let request else { return }
        self.request = nil
        send(answer(request), isHead: request.method == "HEAD", context)
      }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
      context.close(promise: nil)
    }

    private func send(_ answer: Answer, isHead: Bool, _ context: ChannelHandlerContext) {
      var headers = HTTPHeaders(answer.headers)
      headers.add(name: "Content-Length", value: "\(answer.body.count)")
      let head = HTTPResponseHead(
        version: .http1_1, status: HTTPResponseStatus(statusCode: answer.status), headers: headers)
      context.write(wrapOutboundOut(.head(head)), promise: nil)
      sendBody(
        isHead ? [] : answer.body[...], isSlow: answer.isSlow,
        NIOLoopBound(context, eventLoop: context.eventLoop))
    }

    /// 256 KiB every 50 ms where it is slow.
    private func sendBody(
      _ body: ArraySlice<UInt8>, isSlow: Bool, _ bound: NIOLoopBound<ChannelHandlerContext>
    ) {
      let context = bound.value
      guard context.channel.isActive else { return }
      let part = isSlow ? body.prefix(256 << 10) : body
      context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: part)))), promise: nil)
      guard part.endIndex < body.endIndex else {
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        return
      }
      context.flush()
      let rest = body[part.endIndex...]
      let me = NIOLoopBound(self, eventLoop: context.eventLoop)
      context.eventLoop.scheduleTask(in: .milliseconds(50)) {
        me.value.sendBody(rest, isSlow: isSlow, bound)
      }
    }
  }
}
