public import HTTPTransport

/// How a `Cluster` goes about its calls.
public struct ClusterSettings: Sendable {
  /// How the client names itself.
  public var userAgent: String
  /// How often and for how long a call is tried.
  public var retries: RetryPolicy
  /// How long the parts of one try may take.
  public var deadlines: HTTPDeadlines
  /// How long a stream may be silent. A watch ends earlier by itself, in the time it asked for.
  public var streamSilence: Duration
  /// The most bytes of the answer to a GET, a list being the largest.
  public var maximumReadBytes: Int
  /// The most bytes of any other answer: one object.
  public var maximumObjectBytes: Int
  /// Told of what the server warns of, with the operation that it warned at.
  public var onWarning: @Sendable (_ warning: APIWarning, _ operation: String) -> Void

  /// Settings.
  ///
  /// - Parameters:
  ///   - userAgent: How the client names itself.
  ///   - retries: How often and for how long a call is tried.
  ///   - deadlines: How long the parts of one try may take.
  ///   - streamSilence: How long a stream may be silent.
  ///   - maximumReadBytes: The most bytes of the answer to a GET.
  ///   - maximumObjectBytes: The most bytes of any other answer.
  ///   - onWarning: Told of what the server warns of; returns at once.
  public init(
    userAgent: String = ClientIdentity.userAgent, retries: RetryPolicy = RetryPolicy(),
    deadlines: HTTPDeadlines = HTTPDeadlines(), streamSilence: Duration = .seconds(900),
    maximumReadBytes: Int = 32 << 20, maximumObjectBytes: Int = 4 << 20,
    onWarning: @escaping @Sendable (_ warning: APIWarning, _ operation: String) -> Void = { _, _ in
    }
  ) {
    self.userAgent = userAgent
    self.retries = retries
    self.deadlines = deadlines
    self.streamSilence = streamSilence
    self.maximumReadBytes = maximumReadBytes
    self.maximumObjectBytes = maximumObjectBytes
    self.onWarning = onWarning
  }

  /// The deepest nesting of an answer.
  static let maximumDepth = 256

  func limit(of request: APIRequest) -> Int {
    request.method == "GET" ? maximumReadBytes : maximumObjectBytes
  }
}
