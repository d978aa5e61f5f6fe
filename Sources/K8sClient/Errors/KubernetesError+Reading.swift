public import HTTPTransport

extension KubernetesError {
  /// The error that an answer is.
  ///
  /// - Parameters:
  ///   - request: What was asked for.
  ///   - status: What the server said; its code is not 2xx.
  ///   - mayHaveHappened: Whether an earlier try may have done it; beside that it follows from the
  ///     answer.
  public init(_ request: APIRequest, _ status: Status, mayHaveHappened: Bool = false) {
    self.init(
      Self.code(of: status), request.operation, status: status,
      mayHaveHappened: !request.isReadOnly && (mayHaveHappened || status.mayHaveHappened))
  }

  /// The error that a failed exchange is.
  ///
  /// - Parameters:
  ///   - request: What was asked for.
  ///   - error: Why no answer came, or not all of it.
  ///   - mayHaveHappened: Whether an earlier try may have done it.
  public init(_ request: APIRequest, _ error: TransportError, mayHaveHappened: Bool = false) {
    let isOurs = error.code == .malformed || error.code == .tooLarge
    let code: Code =
      error.code == .cancelled ? .cancelled : isOurs ? .malformedAnswer : .unreachable
    self.init(
      code, request.operation, transport: error,
      mayHaveHappened: !request.isReadOnly && (mayHaveHappened || error.mayHaveBeenSent))
  }

  /// The error that an answer is which came, and is not what it should be.
  ///
  /// - Parameters:
  ///   - request: What was asked for. If it was a change, then it has been made.
  ///   - fault: What is wrong with the answer.
  public init(_ request: APIRequest, malformed fault: some CustomStringConvertible) {
    self.init(
      .malformedAnswer, request.operation, mayHaveHappened: !request.isReadOnly,
      detail: fault.description)
  }

  /// The error of a call that was not sent, because a name or a selector in it is none.
  ///
  /// - Parameters:
  ///   - error: What is wrong with it.
  ///   - operation: What was to be done.
  public init(_ error: ValueError, _ operation: String) {
    self.init(.invalid, operation, detail: error.description)
  }

  private static func code(of status: Status) -> Code {
    switch status.code {
    case 401: .unauthorized
    case 403: .forbidden
    case 404: .notFound
    case 409: status.reason == "AlreadyExists" ? .alreadyExists : .conflict
    case 410: .expired
    case 400, 405, 406, 413, 415, 422: .invalid
    case 429: .tooManyRequests
    case 503: .unavailable
    case 504: .timeout
    case 500...599: .serverFailed
    default: .rejected
    }
  }

  /// Whether a disruption budget forbids the eviction for now.
  public var isBlockedByDisruptionBudget: Bool { status?.isBlockedByDisruptionBudget ?? false }
}

extension Status {
  /// Whether what was asked for may have been done, although this came: the server, or a proxy
  /// before it, gave up waiting or lost its way after it had begun. Every other answer comes before
  /// anything is stored.
  var mayHaveHappened: Bool { code >= 500 }
}
