import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import Synchronization
import TimeText

/// A Kubernetes API server on loopback, over TLS: ``StubCluster`` with a socket.
public final class StubAPIServer: Sendable {
  /// The address of IPv4: `https://127.0.0.1:PORT`.
  public var url: String { "https://127.0.0.1:\(port)" }
  /// The port, on 127.0.0.1 and ::1.
  public let port: Int
  /// The certificates; clients trust `authorityPEM`.
  public let certificates: StubCertificates
  /// A token that may do everything.
  public let administratorToken: String
  /// How it behaves below HTTP, and how its time passes.
  public let options: StubServerOptions

  let state: Mutex<ServerState>
  private let group: MultiThreadedEventLoopGroup
  private let tls: NIOSSLContext
  private let start: (Timestamp, ContinuousClock.Instant)

  /// Starts a server.
  ///
  /// - Parameters:
  ///   - cluster: What it serves; its time is set to now unless the clock is manual.
  ///   - options: How it behaves below HTTP, and how its time passes.
  ///   - certificates: The certificates; new ones unless told.
  /// - Throws: Whatever hinders it: no `openssl`, no socket.
  public init(
    _ cluster: StubCluster? = nil, options: StubServerOptions = StubServerOptions(),
    certificates: StubCertificates? = nil
  ) async throws {
    let now = Self.wallClock()
    var cluster = cluster ?? StubCluster(at: now)
    if options.clock != .manual { cluster.advance(to: now) }
    administratorToken = "administrator-\(UUID().uuidString)"
    cluster.allow(administratorToken, as: .administrator)
    start = (cluster.now, .now)
    self.options = options
    if let certificates {
      self.certificates = certificates
    } else {
      self.certificates = try await StubCertificates.make()
    }
    tls = try Self.context(self.certificates)
    group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    var state = ServerState(cluster: cluster)
    let bound = Unbound()
    let listener = try await Self.listen(group, host: "127.0.0.1", port: 0, bound)
    port = listener.localAddress?.port ?? 0
    state.listeners = [listener]
    if let second = try? await Self.listen(group, host: "::1", port: port, bound) {
      state.listeners.append(second)
    }
    self.state = Mutex(state)
    bound.bind(self)
    if options.clock != .manual {
      _ = group.any().scheduleRepeatedTask(
        initialDelay: .milliseconds(10), delay: .milliseconds(10)
      ) {
        [weak self] task in
        guard let self else { return task.cancel() }
        tick()
      }
    }
  }

  /// Ends everything: listeners, connections, time.
  ///
  /// - Throws: Whatever NIO throws.
  public func stop() async throws {
    let (listeners, connections) = state.withLock { ($0.listeners, $0.connections) }
    for listener in listeners { try? await listener.close() }
    for connection in connections.values { try? await connection.close() }
    try await group.shutdownGracefully()
  }

  private static func context(_ certificates: StubCertificates) throws -> NIOSSLContext {
    let authority = try NIOSSLCertificate(
      bytes: Array(certificates.authorityPEM.utf8), format: .pem)
    var configuration = TLSConfiguration.makeServerConfiguration(
      certificateChain: [
        .certificate(
          try NIOSSLCertificate(bytes: Array(certificates.serverPEM.utf8), format: .pem))
      ],
      privateKey: .privateKey(
        try NIOSSLPrivateKey(bytes: Array(certificates.serverKeyPEM.utf8), format: .pem)))
    configuration.minimumTLSVersion = .tlsv12
    configuration.certificateVerification = .optionalVerification
    configuration.trustRoots = .certificates([authority])
    // As the real server does: whoever offers h2 gets it, and only HTTP/2 from then on.
    configuration.applicationProtocols = ["h2", "http/1.1"]
    return try NIOSSLContext(configuration: configuration)
  }

  fileprivate static func listen(
    _ group: MultiThreadedEventLoopGroup, host: String, port: Int, _ server: Unbound
  ) async throws -> any Channel {
    try await ServerBootstrap(group: group)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          // Whoever comes before the server is whole is sent away.
          guard let server = server.server else { throw ChannelError.eof }
          try server.welcome(channel)
        }
      }
      .bind(host: host, port: port).get()
  }

  private func welcome(_ channel: any Channel) throws {
    let isSilent = state.withLock { state in
      state.connections[ObjectIdentifier(channel)] = channel
      state.connectionCount += 1
      state.mostConnections = max(state.mostConnections, state.connections.count)
      return state.isSilent
    }
    channel.closeFuture.whenComplete { [weak self] _ in
      self?.state.withLock { $0.connections[ObjectIdentifier(channel)] = nil }
    }
    guard !isSilent else { return }
    let pipeline = channel.pipeline.syncOperations
    try pipeline.addHandler(SocketCutter())
    try pipeline.addHandler(NIOSSLServerHandler(context: tls))
    try pipeline.addHandler(ByteToMessageHandler(HTTPRequestDecoder()))
    try pipeline.addHandler(StubConnection(server: self))
  }

  // MARK: - Listening

  /// Refuses connections from now on; open ones stay.
  ///
  /// - Throws: Whatever NIO throws.
  public func refuseConnections() async throws {
    let listeners = state.withLock { state in
      defer { state.listeners = [] }
      return state.listeners
    }
    for listener in listeners { try await listener.close() }
  }

  /// While nobody listened, the kernel may have given the port to a connection that goes out.
  private func listenAgain(_ bound: Unbound) async throws -> any Channel {
    for _ in 0..<300 {
      do {
        return try await Self.listen(group, host: "127.0.0.1", port: port, bound)
      } catch let error as IOError where error.errnoCode == EADDRINUSE {
        try await Task.sleep(for: .milliseconds(100))
      }
    }
    return try await Self.listen(group, host: "127.0.0.1", port: port, bound)
  }

  /// Accepts connections again, on the same port.
  ///
  /// - Throws: Whatever NIO throws.
  public func acceptConnections() async throws {
    guard state.withLock({ $0.listeners.isEmpty }) else { return }
    let bound = Unbound()
    bound.bind(self)
    var listeners = [try await listenAgain(bound)]
    if let second = try? await Self.listen(group, host: "::1", port: port, bound) {
      listeners.append(second)
    }
    state.withLock { [listeners] state in state.listeners = listeners }
  }

  /// Cuts every open connection, as when the server's machine loses power.
  public func cutConnections() {
    let open = state.withLock { Array($0.handlers.values) }
    for connection in open {
      connection.loop.execute { connection.bound.value.cut() }
    }
  }

  // MARK: - Time

  static func wallClock() -> Timestamp {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Timestamp(seconds: Int64(time.tv_sec), nanoseconds: Int64(time.tv_nsec))
  }

  /// The time in the cluster, as the clock has it.
  func now(_ state: ServerState) -> Timestamp {
    switch options.clock {
    case .manual: state.cluster.now
    case .real(let scale):
      start.0.advanced(by: (ContinuousClock.now - start.1) * scale + state.ahead)
    }
  }
}

/// The server, before it is whole.
final class Unbound: Sendable {
  private let value = Mutex<Weak?>(nil)

  private struct Weak: Sendable {
    weak var server: StubAPIServer?
  }

  func bind(_ server: StubAPIServer) { value.withLock { $0 = Weak(server: server) } }

  var server: StubAPIServer? { value.withLock { $0?.server } }
}
