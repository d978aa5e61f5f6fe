public import ChildProcess
public import HTTPTransport
public import Pacing

/// What clients find around themselves: a clock, files, connections, programs. Tests bring their own.
public struct ClientEnvironment: Sendable {
  /// The variables that commands are given; `PATH` is where `systemctl` is looked for.
  public var variables: [String: String]
  /// The monotonic clock.
  public var now: @Sendable () -> Tick
  /// The date, in seconds since 1970.
  public var date: @Sendable () -> Int
  /// Reads a small file, of at most so many bytes, and gives up at the deadline: it may lie on storage
  /// that hangs.
  public var read:
    @Sendable (_ path: String, _ limit: Int, _ deadline: Tick) async throws(ClientFault) -> [UInt8]
  /// Whether there is a program at that path.
  public var isProgram: @Sendable (_ path: String) -> Bool
  /// A connection for one conversation; nothing is connected before its first exchange.
  public var connect:
    @Sendable (_ place: HTTPEndpoint, _ tls: TLSSettings) throws(HTTPSettingsError)
      -> any ClientConnection
  /// Runs a program to its end, when the one before it in its lane has ended.
  public var run: @Sendable (ChildCommand, ChildLane) async -> ChildResult

  /// An environment; see the properties.
  public init(
    variables: [String: String], now: @escaping @Sendable () -> Tick,
    date: @escaping @Sendable () -> Int = { 0 },
    read: @escaping @Sendable (String, Int, Tick) async throws(ClientFault) -> [UInt8],
    isProgram: @escaping @Sendable (String) -> Bool,
    connect:
      @escaping @Sendable (HTTPEndpoint, TLSSettings) throws(HTTPSettingsError)
      -> any ClientConnection,
    run: @escaping @Sendable (ChildCommand, ChildLane) async -> ChildResult
  ) {
    self.variables = variables
    self.now = now
    self.date = date
    self.read = read
    self.isProgram = isProgram
    self.connect = connect
    self.run = run
  }
}

/// A transport that is closed after a conversation.
public protocol ClientConnection: Transport {
  /// Closes it; every later exchange fails.
  func close() async
}
