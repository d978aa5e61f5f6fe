public import JSONValue

/// The answer to an `AccessQuestion`.
public struct AccessReview: Hashable, Sendable {
  /// Whether it may be done.
  public var isAllowed: Bool
  /// Whether it is forbidden for certain; where it is neither, nobody allows it.
  public var isDenied: Bool
  /// Why, in the server's words.
  public var reason: String?
  /// What went wrong in finding out; the rest may be true all the same.
  public var evaluationError: String?

  /// An answer.
  public init(
    isAllowed: Bool, isDenied: Bool = false, reason: String? = nil, evaluationError: String? = nil
  ) {
    self.isAllowed = isAllowed
    self.isDenied = isDenied
    self.reason = reason
    self.evaluationError = evaluationError
  }

  /// Reads the answer that an API server sent.
  ///
  /// - Parameter json: The answer to `APIRequest.accessReview`.
  /// - Throws: `MalformedObject` where it says nothing of the kind.
  public init(checking json: JSONValue) throws(MalformedObject) {
    guard let isAllowed = json["status"]?["allowed"]?.boolValue else {
      throw MalformedObject(
        "an answer about access", at: ["status", "allowed"], "expected true or false")
    }
    self.init(
      isAllowed: isAllowed, isDenied: json["status"]?["denied"]?.boolValue ?? false,
      reason: json["status"]?["reason"]?.stringValue,
      evaluationError: json["status"]?["evaluationError"]?.stringValue)
  }
}
