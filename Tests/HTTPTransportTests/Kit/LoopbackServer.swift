import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

/// What a server of these tests does when a request has come.
enum Step: Sendable {
  case send(String)
  case bytes([UInt8])
  /// One byte a write, with a turn of the loop between two.
  case eachByte(String)
  /// The same bytes again and again, for as long as the client takes them.
  case endless(String)
  case pause(Duration)
  case close
  /// Says nothing more, and leaves the connection open.
  case fallSilent
}

/// What a server of these tests has heard.
struct Heard: Sendable {
  /// From 0, in the order of arrival.
  let connection: Int
  /// From 0, on this connection.
  let request: Int
  /// Head and body.
  let text: String

  var target: String { String(text.split(separator: " ").dropFirst().first ?? "") }
}

/// A server on loopback whose every step is told by the test.
final class LoopbackServer: Sendable {
  typealias Script = @Sendable (Heard) -> [Step]

  struct Count: Sendable {
    var accepted = 0
    var open = 0
    var mostOpen = 0
    var heard: [Heard] = []
    var sentBytes = 0
  }

  let count = Mutex(Count())
  private let channel: any Channel
  private let children: Mutex<[any Channel]>

  private init(_ channel: any Channel, _ children: [any Channel]) {
    self.channel = channel
    self.children = Mutex(children)
  }

  var port: Int { channel.localAddress?.port ?? 0 }
  var accepted: Int { count.withLock { $0.accepted } }
  var open: Int { count.withLock { $0.open } }
  var heard: [Heard] { count.withLock { $0.heard } }
  var sentBytes: Int { count.withLock { $0.sentBytes } }

  enum Place: Sendable {
    case host(String)
    case unix(String)
  }

  /// Serves while `body` runs.
  static func with<Result>(
    at place: Place = .host("127.0.0.1"), tls: NIOSSLContext? = nil, greeting: [Step] = [],
    readsRequests: Bool = true, _ script: @escaping Script,
    _ body: (LoopbackServer) async throws -> Result
  ) async throws -> Result {
    let box = Mutex<LoopbackServer?>(nil)
    let shared = Shared(box)
    let bootstrap = ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .serverChannelOption(.backlog, value: 256)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelOption(.autoRead, value: readsRequests)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          if let tls {
            try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls))
          }
          try channel.pipeline.syncOperations.addHandler(
            ScriptHandler(shared, greeting: greeting, script))
        }
      }
    let channel: any Channel
    switch place {
    case .host(let host): channel = try await bootstrap.bind(host: host, port: 0).get()
    case .unix(let path): channel = try await bootstrap.bind(unixDomainSocketPath: path).get()
    }
    let server = LoopbackServer(channel, [])
    shared.box.withLock { $0 = server }
    do {
      let result = try await body(server)
      await server.stop()
      return result
    } catch {
      await server.stop()
      throw error
    }
  }

  /// Closes every connection, as a restart would.
  func dropConnections() async {
    let all = children.withLock { $0 }
    for channel in all { try? await channel.close() }
  }

  /// Closes the sockets without a word of TLS, as a power cut would.
  func cutBelowTLS() async throws {
    let all = children.withLock { $0 }
    for channel in all {
      try await channel.eventLoop.submit {
        let pipeline = channel.pipeline.syncOperations
        try pipeline.context(handlerType: NIOSSLServerHandler.self).close(promise: nil)
      }.get()
    }
  }

  /// Listens no more.
  func stop() async {
    try? await channel.close()
    await dropConnections()
  }

  fileprivate func accept(_ channel: any Channel) -> Int {
    children.withLock { $0.append(channel) }
    return count.withLock { count in
      count.accepted += 1
      count.open += 1
      count.mostOpen = max(count.mostOpen, count.open)
      return count.accepted - 1
    }
  }

  final class Shared: Sendable {
    let box: Mutex<LoopbackServer?>
    init(_ box: consuming Mutex<LoopbackServer?>) { self.box = box }
    var server: LoopbackServer? { box.withLock { $0 } }
  }
}

private final class ScriptHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private let shared: LoopbackServer.Shared
  private let greeting: [Step]
  private let script: LoopbackServer.Script
  private var number = 0
  private var requests = 0
  private var received: [UInt8] = []
  private var steps: [Step] = []
  private var isWalking = false
  private var isCounted = false

  init(
    _ shared: LoopbackServer.Shared, greeting: [Step], _ script: @escaping LoopbackServer.Script
  ) {
    self.shared = shared
    self.greeting = greeting
    self.script = script
  }

  func channelActive(context: ChannelHandlerContext) {
    number = shared.server?.accept(context.channel) ?? 0
    isCounted = true
    steps += greeting
    walk(context)
  }

  func channelInactive(context: ChannelHandlerContext) {
    if isCounted { shared.server?.count.withLock { $0.open -= 1 } }
    isCounted = false
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    received += unwrapInboundIn(data).readableBytesView
    while let text = takeRequest() {
      let heard = Heard(connection: number, request: requests, text: text)
      requests += 1
      shared.server?.count.withLock { $0.heard.append(heard) }
      steps += script(heard)
    }
    walk(context)
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    context.close(promise: nil)
  }

  private func takeRequest() -> String? {
    guard let end = received.firstRange(of: Array("\r\n\r\n".utf8))?.upperBound else { return nil }
    let head = String(decoding: received[..<end], as: UTF8.self)
    let mark = "Content-Length: "
    let length =
      head.split(separator: "\r\n").first { $0.hasPrefix(mark) }
      .flatMap { Int($0.dropFirst(mark.count)) } ?? 0
    guard received.count >= end + length else { return nil }
    let text = String(decoding: received[..<(end + length)], as: UTF8.self)
    received.removeFirst(end + length)
    return text
  }

  private func walk(_ context: ChannelHandlerContext) {
    guard !isWalking, context.channel.isActive, !steps.isEmpty else { return }
    isWalking = true
    switch steps.removeFirst() {
    case .send(let text): write(Array(text.utf8), context) { self.go(on: context) }
    case .bytes(let bytes): write(bytes, context) { self.go(on: context) }
    case .eachByte(let text): writeEach(Array(text.utf8)[...], context)
    case .endless(let text): writeForever(Array(text.utf8), context)
    case .pause(let time): later(TimeAmount(time), context) { self.go(on: context) }
    case .close: context.close(promise: nil)
    case .fallSilent: break
    }
  }

  private func go(on context: ChannelHandlerContext) {
    isWalking = false
    walk(context)
  }

  private func write(
    _ bytes: [UInt8], _ context: ChannelHandlerContext, then: @escaping () -> Void
  ) {
    let promise = context.eventLoop.makePromise(of: Void.self)
    promise.futureResult.assumeIsolated().whenSuccess {
      self.shared.server?.count.withLock { $0.sentBytes += bytes.count }
      then()
    }
    context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: bytes)), promise: promise)
  }

  private func writeEach(_ bytes: ArraySlice<UInt8>, _ context: ChannelHandlerContext) {
    guard let first = bytes.first else { return go(on: context) }
    write([first], context) {
      self.later(.microseconds(50), context) { self.writeEach(bytes.dropFirst(), context) }
    }
  }

  private func writeForever(_ bytes: [UInt8], _ context: ChannelHandlerContext) {
    guard context.channel.isActive else { return }
    write(bytes, context) {
      self.later(.zero, context) { self.writeForever(bytes, context) }
    }
  }

  private func later(
    _ time: TimeAmount, _ context: ChannelHandlerContext, _ work: @escaping () -> Void
  ) {
    context.eventLoop.assumeIsolated().scheduleTask(in: time, work)
  }
}
