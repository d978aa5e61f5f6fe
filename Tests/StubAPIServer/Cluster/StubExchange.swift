/// A request that was handled, and how.
public struct StubExchange: Hashable, Sendable {
  /// The request.
  public var request: StubRequest
  /// Who asked; `nil` where the credentials were refused.
  public var user: String?
  /// The status of the answer.
  public var status: Int

  /// `GET /api/v1/pods`: the method and the whole target.
  public var line: String { "\(request.method) \(request.target)" }
}

/// Something a client should not do.
public struct StubViolation: Hashable, Sendable, CustomStringConvertible {
  /// What it was.
  public var rule: String
  /// The request: method and target.
  public var line: String

  /// What it was, and in which request.
  public var description: String { "\(rule): \(line)" }
}

/// What the health endpoints say.
public struct StubHealth: Hashable, Sendable {
  /// Checks of `/readyz` that fail, such as `shutdown`.
  public var failedReadyChecks: Set<String> = []
  /// Checks of `/livez` that fail.
  public var failedLiveChecks: Set<String> = []
  /// Whether every API request gets 429 because the server shuts down.
  public var isShuttingDown = false

  /// All is well.
  public init() {}
}
