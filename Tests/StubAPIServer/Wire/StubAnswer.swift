public import JSONValue

/// An open watch or followed log.
public struct StubStreamID: Hashable, Comparable, Sendable {
  let number: Int

  /// Streams opened earlier come first.
  public static func < (one: StubStreamID, other: StubStreamID) -> Bool {
    one.number < other.number
  }
}

/// What the cluster answers.
public struct StubAnswer: Hashable, Sendable {
  /// What follows the head.
  public enum Body: Hashable, Sendable {
    /// All of it.
    case bytes([UInt8])
    /// A stream, whose pieces ``StubCluster/take(from:)`` gives.
    case stream(StubStreamID)
  }

  /// The HTTP status.
  public var status: Int
  /// Content-Type, Retry-After and Warning: what the transport does not add by itself.
  public var headers: [StubHeader]
  /// What follows the head.
  public var body: Body
  /// How long the real server would take before it says so; zero for at once.
  public var delay: Duration = .zero

  /// An answer.
  ///
  /// - Parameters:
  ///   - status: The HTTP status.
  ///   - headers: Header lines.
  ///   - body: What follows the head.
  public init(status: Int, headers: [StubHeader] = [], body: Body = .bytes([])) {
    self.status = status
    self.headers = headers
    self.body = body
  }

  /// The first value of a header; `nil` where it is absent.
  ///
  /// - Parameter name: Its name, in whatever case.
  /// - Returns: The value.
  public func header(_ name: String) -> String? {
    headers.first { $0.name.lowercased() == name.lowercased() }?.value
  }

  /// The whole body; empty for a stream.
  public var bytes: [UInt8] {
    guard case .bytes(let bytes) = body else { return [] }
    return bytes
  }

  /// The body as JSON; `nil` where it is none.
  public var json: JSONValue? { try? JSONValue(parsing: bytes) }

  /// The stream that follows; `nil` where the whole body is there.
  public var stream: StubStreamID? {
    guard case .stream(let stream) = body else { return nil }
    return stream
  }

  /// An answer in JSON.
  ///
  /// - Parameters:
  ///   - value: What it says.
  ///   - status: The status code.
  /// - Returns: The answer.
  public static func json(_ value: JSONValue, status: Int = 200) -> StubAnswer {
    StubAnswer(
      status: status, headers: [StubHeader("Content-Type", "application/json")],
      body: .bytes(value.bytes() + [0x0A]))
  }

  /// An answer in plain text, as proxies give it and as the server itself does at times.
  ///
  /// - Parameters:
  ///   - text: What it says.
  ///   - status: The status code.
  /// - Returns: The answer.
  public static func text(_ text: String, status: Int = 200) -> StubAnswer {
    StubAnswer(
      status: status,
      headers: [
        StubHeader("Content-Type", "text/plain; charset=utf-8"),
        StubHeader("X-Content-Type-Options", "nosniff"),
      ],
      body: .bytes(Array(text.utf8)))
  }
}
