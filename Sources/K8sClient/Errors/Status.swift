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
  /// What it is about, where the server says so.
  public var object: Object?
  /// Where an expired list can be gone on with, as it is by now.
  public var continueToken: String?

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

  /// What a status is about.
  public struct Object: Hashable, Sendable {
    /// The API group; empty for the core group.
    public var group: String
    /// The name of the type, in paths or in objects: `pods`, `Pod`.
    public var kind: String
    /// The name; empty where it is about the type.
    public var name: String
    /// Its uid, where the server says it.
    public var uid: UID?

    /// An object.
    public init(group: String = "", kind: String, name: String = "", uid: UID? = nil) {
      self.group = group
      self.kind = kind
      self.name = name
      self.uid = uid
    }
  }

  /// A status.
  public init(
    code: Int, reason: String? = nil, message: String = "", causes: [Cause] = [],
    retryAfter: Duration? = nil, object: Object? = nil, continueToken: String? = nil
  ) {
    self.code = code
    self.reason = reason
    self.message = message
    self.causes = causes
    self.retryAfter = retryAfter
    self.object = object
    self.continueToken = continueToken
  }

  /// Whether a disruption budget forbids the eviction for now. That is an answer and no trouble of
  /// the server, though it comes as a 429.
  public var isBlockedByDisruptionBudget: Bool {
    code == 429 && has(cause: "DisruptionBudget")
  }

  /// Whether the resource version that was asked for is one that the server has not reached.
  public var isResourceVersionTooLarge: Bool { has(cause: "ResourceVersionTooLarge") }

  /// Whether nothing can be made in the namespace, because it is going.
  public var isNamespaceTerminating: Bool { has(cause: "NamespaceTerminating") }

  /// Tells whether it has a cause.
  ///
  /// - Parameter reason: The cause in one word.
  /// - Returns: Whether one of its causes is that.
  public func has(cause reason: String) -> Bool {
    causes.contains { $0.reason == reason }
  }
}
