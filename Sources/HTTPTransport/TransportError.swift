/// Why an exchange failed: no answer came, or not all of it.
public struct TransportError: Error, Hashable, Sendable {
  /// The kinds of failure.
  public struct Code: Hashable, Sendable, CustomStringConvertible {
    private enum Name: String {
      case unreachable, refused, unresolved, handshakeFailed, timedOut, cut, malformed, tooLarge
      case cancelled, closed, busy, invalidRequest
    }

    private let name: Name

    /// No route, or the host does not answer.
    public static let unreachable = Code(name: .unreachable)
    /// Nobody listens there.
    public static let refused = Code(name: .refused)
    /// The name has no address.
    public static let unresolved = Code(name: .unresolved)
    /// No TLS: a certificate that is not trusted, a protocol nobody shares.
    public static let handshakeFailed = Code(name: .handshakeFailed)
    /// A deadline passed.
    public static let timedOut = Code(name: .timedOut)
    /// The connection ended before the answer did.
    public static let cut = Code(name: .cut)
    /// What came is not HTTP/1.1.
    public static let malformed = Code(name: .malformed)
    /// More came than is allowed.
    public static let tooLarge = Code(name: .tooLarge)
    /// The caller's task was cancelled.
    public static let cancelled = Code(name: .cancelled)
    /// The client was shut down.
    public static let closed = Code(name: .closed)

    /// As many exchanges wait for a connection already as may.
    public static let busy = Code(name: .busy)
    /// What was asked for cannot be sent: a line break in a field, a target without a slash. A fault of
    /// the caller, so trying again does not help.
    public static let invalidRequest = Code(name: .invalidRequest)

    /// Its name.
    public var description: String { name.rawValue }
  }

  /// What kind of failure it is.
  public let code: Code
  /// What was done, and with whom: `connect to 10.0.0.1:443`.
  public let operation: String
  /// Why it failed, for people.
  public let reason: String
  /// Whether bytes of the request may have reached the server, so that it may have taken effect.
  public let mayHaveBeenSent: Bool

  /// An error.
  public init(_ code: Code, _ operation: String, _ reason: String, mayHaveBeenSent: Bool) {
    self.code = code
    self.operation = operation
    self.reason = reason
    self.mayHaveBeenSent = mayHaveBeenSent
  }
}

extension TransportError: CustomStringConvertible {
  /// What failed and why, in one line.
  public var description: String { "\(operation): \(reason)" }
}
