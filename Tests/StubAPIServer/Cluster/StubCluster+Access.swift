import JSONValue
public import TimeText

/// What a bound token was made for.
struct TokenOrigin: Hashable {
  var account: String
  var namespace: String
  var pod: StubPodIdentity?
  var lifetime: Duration
}

/// A token and whom it speaks for.
struct TokenRecord: Hashable {
  var user: StubUser
  /// From when on it is refused; `nil` for never.
  var end: Timestamp?
  /// How it was made; `nil` for one that a test thought up.
  var origin: TokenOrigin?
}

extension StubCluster {
  /// Lets a token in from now on.
  ///
  /// - Parameters:
  ///   - token: The text after `Bearer `.
  ///   - user: Whom it speaks for.
  public mutating func allow(_ token: String, as user: StubUser) {
    tokens[token] = TokenRecord(user: user)
  }

  /// Refuses a token, once ``revocationLag`` is over.
  ///
  /// - Parameter token: The text after `Bearer `.
  public mutating func revoke(_ token: String) {
    tokens[token]?.end = now.advanced(by: revocationLag)
  }

  /// Lets a token end at a time.
  ///
  /// - Parameters:
  ///   - token: The text after `Bearer `.
  ///   - end: From when on it is refused.
  public mutating func expire(_ token: String, at end: Timestamp) { tokens[token]?.end = end }

  /// Gives the user behind a token other roles.
  ///
  /// - Parameters:
  ///   - roles: What it may do from now on.
  ///   - token: The text after `Bearer `.
  public mutating func grant(_ roles: [StubRole], to token: String) {
    tokens[token]?.user.roles = roles
  }

  /// Refuses the tokens that are bound to a pod which is gone.
  mutating func revokeTokens(ofPod uid: String) {
    let end = now.advanced(by: revocationLag)
    for (token, record) in tokens where record.origin?.pod?.uid == uid {
      tokens[token]?.end = min(record.end ?? end, end)
    }
  }

  func authenticate(_ request: StubRequest) throws(Refusal) -> StubUser {
    if let header = request.header("Authorization") {
      let parts = header.split(separator: " ", maxSplits: 1)
      guard parts.count == 2, parts[0].lowercased() == "bearer",
        let record = tokens[String(parts[1])], record.end.map({ now < $0 }) ?? true
      else { throw .unauthorized }
      return record.user
    }
    if let name = request.certificate {
      return StubUser(
        name: name, uid: "", groups: StubUser.administrator.groups, roles: [])
    }
    return .anonymous
  }

  func authorize(
    _ user: StubUser, _ question: AccessQuestion, _ address: ResourceAddress?
  ) throws(Refusal) {
    guard user.allowance(question) == nil else { return }
    switch question.object {
    case .path(let path):
      throw Refusal(
        403, "Forbidden",
        "forbidden: User \"\(user.name)\" cannot \(question.verb) path \"\(path)\"", details: [:])
    case .resource(let group, let resource, let namespace, let name):
      let place = namespace.map { "in the namespace \"\($0)\"" } ?? "at the cluster scope"
      throw .forbidden(
        ResourceGroup(group, address?.plural ?? resource), name,
        "User \"\(user.name)\" cannot \(question.verb) resource \"\(resource)\" in API group "
          + "\"\(group)\" \(place)")
    }
  }
}
