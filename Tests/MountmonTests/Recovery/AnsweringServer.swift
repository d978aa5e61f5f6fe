import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// A server on loopback that answers every request as it is told, or never.
final class AnsweringServer: Sendable {
  /// A request as it came.
  struct Request: Hashable, Sendable {
    var method: String
    var target: String
    var headers: [String: String]
    var body: String
  }

  let port: Int
  private let channel: any Channel
  private let seen: Seen

  private final class Seen: Sendable {
    let requests = Mutex<[Request]>([])
  }

  /// What came so far.
  var requests: [Request] { seen.requests.withLock { $0 } }

  /// Starts one that answers with this status, or never, and ends it after the body.
  static func with<Result>(
    _ status: Int?, _ body: (AnsweringServer) async throws -> Result
  ) async throws -> Result {
    let server = try await AnsweringServer(status)
    do {
      let result = try await body(server)
      try await server.channel.close()
      return result
    } catch {
      try? await server.channel.close()
      throw error
    }
  }

  private init(_ status: Int?) async throws {
    let seen = Seen()
    self.seen = seen
    channel = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.configureHTTPServerPipeline()
          try channel.pipeline.syncOperations.addHandler(Handler(status, seen))
        }
      }
      .bind(host: "127.0.0.1", port: 0).get()
    port = channel.localAddress?.port ?? 0
  }

  private final class Handler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let status: Int?
    private let seen: Seen
    private var head: HTTPRequestHead?
    private var body = ""

    init(_ status: Int?, _ seen: Seen) {
      self.status = status
      self.seen = seen
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      switch unwrapInboundIn(data) {
      case .head(let head): self.head = head
      case .body(let part): body += String(buffer: part)
      case .end:
        guard let head else { return }
        let request = Request(
          method: head.method.rawValue, target: head.uri,
          headers: Dictionary(head.headers.map { ($0.name.lowercased(), $0.value) }) { $1 },
          body: body)
        seen.requests.withLock { $0.append(request) }
        guard let status else { return }
        let answer = HTTPResponseHead(
          version: .http1_1, status: .init(statusCode: status), headers: ["Content-Length": "0"])
        context.write(wrapOutboundOut(.head(answer)), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
      }
    }
  }
}
