public import HTTPTransport

/// Why a call of the Kubernetes API failed.
public struct KubernetesError: Error, Hashable, Sendable {
  /// The kinds of failure, as far as a caller acts on them.
  public struct Code: Hashable, Sendable, CustomStringConvertible {
    private enum Name: String {
      case unauthorized, forbidden, notFound, alreadyExists, conflict, expired, invalid,
        tooManyRequests
      case timeout, serverFailed, unavailable, rejected, unreachable, malformedAnswer, cancelled
    }

    private let name: Name

    /// 401: the credentials are not accepted.
    public static let unauthorized = Code(name: .unauthorized)
    /// 403: not allowed; by RBAC, by admission, by quota. The status says which.
    public static let forbidden = Code(name: .forbidden)
    /// 404: the object, its namespace or its type is not there.
    public static let notFound = Code(name: .notFound)
    /// 409 with the reason `AlreadyExists`.
    public static let alreadyExists = Code(name: .alreadyExists)
    /// 409 otherwise: the object is another one now, or has changed.
    public static let conflict = Code(name: .conflict)
    /// 410: the resource version or the continuation is too old.
    public static let expired = Code(name: .expired)
    /// 400, 405, 406, 413, 415 and 422: what was sent is not acceptable.
    public static let invalid = Code(name: .invalid)
    /// 429: later. An eviction that a disruption budget blocks is one of these.
    public static let tooManyRequests = Code(name: .tooManyRequests)
    /// 504: what was asked for may have happened all the same.
    public static let timeout = Code(name: .timeout)
    /// 500 and other answers of the server that are no fault of the request.
    public static let serverFailed = Code(name: .serverFailed)
    /// 503: later.
    public static let unavailable = Code(name: .unavailable)
    /// Any other status that is not a success.
    public static let rejected = Code(name: .rejected)
    /// No answer came, or not all of it; `transport` says why.
    public static let unreachable = Code(name: .unreachable)
    /// An answer came that is not what the API promises.
    public static let malformedAnswer = Code(name: .malformedAnswer)
    /// The caller's task was cancelled.
    public static let cancelled = Code(name: .cancelled)

    /// Its name.
    public var description: String { name.rawValue }
  }

  /// What kind of failure it is.
  public let code: Code
  /// What was done: `evict pod media/plex-0`.
  public let operation: String
  /// What the server said; `nil` where no answer came.
  public let status: Status?
  /// Why no answer came; `nil` where one did.
  public let transport: TransportError?
  /// Whether what was asked for may have happened all the same: read before trying again.
  public let mayHaveHappened: Bool
  /// What is wrong, where neither the server nor the transport says it: why an answer is malformed,
  /// or why nothing was sent.
  public let detail: String?

  /// An error.
  ///
  /// - Parameters:
  ///   - code: What kind of failure it is.
  ///   - operation: What was done: `evict pod media/plex-0`.
  ///   - status: What the server said.
  ///   - transport: Why no answer came.
  ///   - mayHaveHappened: Whether what was asked for may have happened all the same.
  ///   - detail: What is wrong, where neither the server nor the transport says it.
  public init(
    _ code: Code, _ operation: String, status: Status? = nil, transport: TransportError? = nil,
    mayHaveHappened: Bool = false, detail: String? = nil
  ) {
    self.code = code
    self.operation = operation
    self.status = status
    self.transport = transport
    self.mayHaveHappened = mayHaveHappened
    self.detail = detail
  }
}
