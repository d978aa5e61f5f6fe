/// What an API server says when it does not do what was asked (`metav1.Status`), or as much of it as
/// could be read of an answer that is no Status at all.
public struct Status: Hashable, Sendable {
  /// The HTTP status code.
  public var code: Int
  /// The reason in one word: `NotFound`, `Conflict`; `nil` where none was given.
  public var reason: String?
  /// What is wrong, in the server's words; for an answer that is no Status, its text.
  public var message: String
  /// What is wrong in detail.
  public var causes: [Cause]
  /// When to come again: of the details, or of the `Retry-After` field.
  public var retryAfter: Duration?

  /// One thing that is wrong.
  public struct Cause: Hashable, Sendable {
    /// In one word: `FieldValueInvalid`, `DisruptionBudget`.
    public var reason: String?
    /// In words.
    public var message: String?
    /// Where: `spec.replicas`.
    public var field: String?

    /// A cause.
    public init(reason: String? = nil, message: String? = nil, field: String? = nil) {
      self.reason = reason
      self.message = message
      self.field = field
    }
  }

  /// A status.
  public init(
    code: Int, reason: String? = nil, message: String = "", causes: [Cause] = [],
    retryAfter: Duration? = nil
  ) {
    self.code = code
    self.reason = reason
    self.message = message
    self.causes = causes
    self.retryAfter = retryAfter
  }
}
