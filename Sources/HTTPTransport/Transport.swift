/// Who carries one exchange with one server: the request out, the answer back.
public protocol Transport: Sendable {
  /// Sends a request and waits for the head of its answer.
  ///
  /// - Parameters:
  ///   - request: What is sent.
  ///   - deadlines: How long each part may take.
  /// - Returns: The answer; its body is still to be read.
  /// - Throws: `TransportError`. An answer of any status is not an error.
  func exchange(
    _ request: HTTPRequest, within deadlines: HTTPDeadlines
  ) async throws(TransportError) -> HTTPAnswer
}

/// How long the parts of an exchange may take.
public struct HTTPDeadlines: Hashable, Sendable {
  /// From the start to an open connection, with its TLS handshake and the name's lookup.
  public var connect: Duration
  /// From one sign of the server to the next: to the head, and between two reads of the body.
  public var silence: Duration
  /// For the whole, the body's end included; `nil`: as long as it takes, for a watch or a log that is
  /// followed.
  public var total: Duration?

  /// Deadlines; each is more than zero.
  public init(
    connect: Duration = .seconds(5), silence: Duration = .seconds(10),
    total: Duration? = .seconds(30)
  ) {
    self.connect = connect
    self.silence = silence
    self.total = total
  }
}
