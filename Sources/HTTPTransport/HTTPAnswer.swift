import Synchronization

/// The answer to a request: its head, and a body that is read as it comes.
public struct HTTPAnswer: Sendable {
  /// The status code, 100 to 599.
  public let status: Int
  /// The fields.
  public let headers: HTTPHeaders
  /// The body. Reading it to its end gives the connection back for the next request; dropping it
  /// before that closes the connection.
  public let body: HTTPBody

  /// An answer.
  public init(status: Int, headers: HTTPHeaders = [:], body: HTTPBody = HTTPBody(bytes: [])) {
    self.status = status
    self.headers = headers
    self.body = body
  }
}

/// A body that is read as it comes, once, by one reader.
///
/// Nobody reads ahead: what is not asked for stays in the socket, and slows the sender down.
public struct HTTPBody: AsyncSequence, Sendable {
  /// The bytes of one read; never empty.
  public typealias Element = [UInt8]

  private let source: @Sendable () async throws(TransportError) -> [UInt8]?

  /// A body whose next part is what `source` returns, until it returns `nil`.
  public init(_ source: @escaping @Sendable () async throws(TransportError) -> [UInt8]?) {
    self.source = source
  }

  /// A body that is known already: one part, or none if it is empty.
  public init(bytes: [UInt8]) {
    let rest = Rest(bytes.isEmpty ? nil : bytes)
    source = { () throws(TransportError) in rest.take() }
  }

  private final class Rest: Sendable {
    private let bytes: Mutex<[UInt8]?>
    init(_ bytes: [UInt8]?) { self.bytes = Mutex(bytes) }
    func take() -> [UInt8]? {
      bytes.withLock { bytes in
        defer { bytes = nil }
        return bytes
      }
    }
  }

  /// The reader of a body.
  public struct AsyncIterator: AsyncIteratorProtocol {
    let source: @Sendable () async throws(TransportError) -> [UInt8]?

    /// The next bytes; `nil` at the clean end.
    ///
    /// - Throws: `TransportError` where the connection ends before the body does, or is silent for
    ///   longer than it may be.
    public mutating func next() async throws(TransportError) -> [UInt8]? {
      try await source()
    }

    /// The same, for a caller on an actor.
    public mutating func next(
      isolation actor: isolated (any Actor)?
    ) async throws(TransportError) -> [UInt8]? {
      try await source()
    }
  }

  /// The reader; there is one.
  public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(source: source) }
}
