import JSONValue

/// Something that goes wrong with requests on purpose.
public struct StubFault: Sendable {
  /// What goes wrong.
  public enum Effect: Sendable {
    /// The request is handled, this much later.
    case delay(Duration)
    /// The request is handled; of the answer only so many bytes are sent, head included, then TCP
    /// ends without a word of TLS.
    case cut(afterBytes: Int)
    /// The request is not handled and gets this answer.
    case answer(StubAnswer)
    /// The request is handled and all the same gets this answer.
    case answerAfterApplying(StubAnswer)
    /// The request is not handled and never answered.
    case silence
    /// The request is handled and never answered.
    case silenceAfterApplying
    /// The request is handled; after the head of the answer nothing comes any more.
    case freezeAfterHead
    /// The request is handled; a stream ends cleanly at once, with no event.
    case endStream
    /// The request is handled; a watch gives one ERROR event of 410 and ends.
    case expireStream
  }

  /// Which requests it is about.
  public var matches: @Sendable (StubRequest) -> Bool
  /// How many of them pass first.
  public var passing: Int
  /// How many of them go wrong then; `nil` for all.
  public var count: Int?
  /// What goes wrong.
  public var effect: Effect

  /// A fault.
  ///
  /// - Parameters:
  ///   - effect: What goes wrong.
  ///   - passing: How many of them pass first.
  ///   - count: How many of them go wrong then; `nil` for all.
  ///   - matches: Which requests it is about; all unless told.
  public init(
    _ effect: Effect, passing: Int = 0, count: Int? = nil,
    where matches: @escaping @Sendable (StubRequest) -> Bool = { _ in true }
  ) {
    self.effect = effect
    self.passing = passing
    self.count = count
    self.matches = matches
  }

  /// Whether it strikes this request; counts it.
  mutating func strikes(_ request: StubRequest) -> Bool {
    guard count != 0, matches(request) else { return false }
    guard passing == 0 else {
      passing -= 1
      return false
    }
    if let left = count { count = left - 1 }
    return true
  }
}

extension StubFault {
  /// The requests with a method and a part in their target.
  ///
  /// - Parameters:
  ///   - method: The method; `nil` for any.
  ///   - part: What the target contains; empty for any.
  /// - Returns: A predicate for ``init(_:passing:count:where:)``.
  public static func requests(
    _ method: String? = nil, containing part: String = ""
  ) -> @Sendable (StubRequest) -> Bool {
    { request in
      (method == nil || request.method == method)
        && (part.isEmpty || request.target.contains(part))
    }
  }
}

/// Answers that a real server gives when it is not well.
extension StubAnswer {
  /// 429 of Priority and Fairness: plain text, Retry-After 1.
  public static var tooManyRequests: StubAnswer {
    var answer = StubAnswer.text("Too many requests, please try again later.\n", status: 429)
    answer.headers.append(StubHeader("Retry-After", "1"))
    return answer
  }

  /// 429 with a Status.
  ///
  /// - Parameter retryAfter: Seconds to wait; `nil` for no word about it.
  /// - Returns: The answer.
  public static func tooManyRequests(retryAfter: Int?) -> StubAnswer {
    Refusal(
      429, "TooManyRequests", "too many requests, please try again later",
      details: retryAfter.map { ["retryAfterSeconds": .int($0)] }, retryAfter: retryAfter
    ).answer
  }

  /// 500 with a Status that has no reason.
  public static var internalError: StubAnswer {
    Refusal(500, nil, "rpc error: code = Unknown desc = something is broken").answer
  }

  /// 503 with a Status.
  public static var unavailable: StubAnswer {
    Refusal(
      503, "ServiceUnavailable", "the server is currently unable to handle the request",
      details: [:]
    ).answer
  }

  /// 504 of a request that took too long: JSON under text/plain, without a kind.
  public static var gatewayTimeout: StubAnswer {
    let status: JSONValue = [
      "metadata": [:], "status": "Failure",
      "message": "Timeout: request did not complete within the allotted timeout",
      "reason": "Timeout", "details": [:], "code": 504,
    ]
    return StubAnswer.text(status.text(), status: 504)
  }
}
