import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// A plain HTTP server on loopback, for whatever a program asks besides the API server.
public final class StubUpstream: Sendable {
  /// How it behaves.
  public enum Mood: Hashable, Sendable {
    /// It answers with this status and text.
    case answers(Int, String = "")
    /// It accepts connections and never answers.
    case isSilent
    /// It has no socket: connections are refused.
    case refuses
  }

  /// `http://127.0.0.1:PORT`
  public var url: String { "http://127.0.0.1:\(port)" }
  /// The port, also while it refuses.
  public let port: Int

  private let state: Mutex<State>
  private let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)

  private struct State {
    var mood: Mood
    var listener: (any Channel)?
    var lines: [String] = []
  }

  /// Starts a server.
  ///
  /// - Parameter mood: How it behaves at first.
  /// - Throws: Whatever hinders the socket.
  public init(_ mood: Mood = .answers(200)) async throws {
    let place = Place()
    let listener = try await Self.listen(group, port: 0, place)
    port = listener.localAddress?.port ?? 0
    state = Mutex(State(mood: mood, listener: listener))
    place.set(self)
    if mood == .refuses { try await become(mood) }
  }

  /// Behaves otherwise from the next request on.
  ///
  /// - Parameter mood: How.
  /// - Throws: Whatever hinders the socket.
  public func become(_ mood: Mood) async throws {
    let listener = state.withLock { state in
      state.mood = mood
      return state.listener
    }
    switch (mood, listener) {
    case (.refuses, let listener?):
      try await listener.close()
      state.withLock { $0.listener = nil }
    case (.answers, nil), (.isSilent, nil):
      let place = Place()
      place.set(self)
      let fresh = try await Self.listen(group, port: port, place)
      state.withLock { $0.listener = fresh }
    case (.refuses, nil), (.answers, _), (.isSilent, _): break
    }
  }

  /// Every request so far: `GET /path`.
  public var log: [String] { state.withLock { $0.lines } }

  /// Ends it.
  ///
  /// - Throws: Whatever NIO throws.
  public func stop() async throws {
    try await group.shutdownGracefully()
  }

  private static func listen(
    _ group: MultiThreadedEventLoopGroup, port: Int, _ place: Place
  ) async throws -> any Channel {
    try await ServerBootstrap(group: group)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          let pipeline = channel.pipeline.syncOperations
          try pipeline.configureHTTPServerPipeline()
          try pipeline.addHandler(Handler(place: place))
        }
      }
      .bind(host: "127.0.0.1", port: port).get()
  }

  fileprivate func answer(_ line: String) -> (Int, String)? {
    state.withLock { state in
      state.lines.append(line)
      guard case .answers(let status, let text) = state.mood else { return nil }
      return (status, text)
    }
  }

  /// Where handlers find their server.
  fileprivate final class Place: Sendable {
    private struct Weak: Sendable {
      weak var upstream: StubUpstream?
    }

    private let value = Mutex(Weak())

    func set(_ upstream: StubUpstream) { value.withLock { $0.upstream = upstream } }

    var upstream: StubUpstream? { value.withLock { $0.upstream } }
  }

  private final class Handler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let place: Place
    private var line = ""

    init(place: Place) { self.place = place }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      switch unwrapInboundIn(data) {
      case .head(let head): line = "\(head.method.rawValue) \(head.uri)"
      case .body: break
      case .end:
        guard let (status, text) = place.upstream?.answer(line) else { return }
        let head = HTTPResponseHead(
          version: .http1_1, status: HTTPResponseStatus(statusCode: status),
          headers: ["Content-Length": String(text.utf8.count)])
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        let body = context.channel.allocator.buffer(string: text)
        context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
      }
    }
  }
}
