import JSONValue
import TimeText

/// A pod that a token is bound to.
public struct StubPodIdentity: Hashable, Sendable {
  /// The pod's name.
  public var name: String
  /// The pod's uid.
  public var uid: String

  /// A pod.
  ///
  /// - Parameters:
  ///   - name: Its name.
  ///   - uid: Its uid.
  public init(_ name: String, uid: String) {
    self.name = name
    self.uid = uid
  }
}

/// Text that looks like a bound ServiceAccount token; its signature is none.
enum TokenText {
  static func make(
    account: String, accountUID: String, namespace: String, pod: StubPodIdentity?,
    from start: Timestamp, to end: Timestamp, identifier: String
  ) -> String {
    var claims: JSONValue = ["namespace": .string(namespace)]
    if let pod {
      claims["node"] = ["name": "fake-node", "uid": "5f1a4f8e-3f0e-4b1c-9a55-1c2f0b8a7d10"]
      claims["pod"] = ["name": .string(pod.name), "uid": .string(pod.uid)]
    }
    claims["serviceaccount"] = ["name": .string(account), "uid": .string(accountUID)]
    let header: JSONValue = ["alg": "RS256", "kid": "stub-api-server-key"]
    let payload: JSONValue = [
      "aud": ["https://kubernetes.default.svc.cluster.local"], "exp": .int(Int(end.seconds)),
      "iat": .int(Int(start.seconds)), "iss": "https://kubernetes.default.svc.cluster.local",
      "jti": .string(identifier), "kubernetes.io": claims, "nbf": .int(Int(start.seconds)),
      "sub": .string("system:serviceaccount:\(namespace):\(account)"),
    ]
    return [header.bytes(), payload.bytes(), Array("signature-of-\(identifier)".utf8)]
      .map(Base64URL.encoded).joined(separator: ".")
  }
}

extension StubCluster {
  /// Makes a token of a ServiceAccount and lets it in, until its time is over or the pod that it is
  /// bound to is gone.
  ///
  /// - Parameters:
  ///   - account: The ServiceAccount's name.
  ///   - namespace: Its namespace.
  ///   - pod: The pod that the token is bound to; `nil` for none.
  ///   - roles: What it may do.
  ///   - lifetime: How long it is let in.
  /// - Returns: The token.
  public mutating func mintToken(
    for account: String, in namespace: String, pod: StubPodIdentity? = nil, roles: [StubRole],
    lifetime: Duration = .seconds(3607)
  ) -> String {
    addNamespace(namespace)
    let uid =
      object("ServiceAccount", account, in: namespace)?.uid
      ?? create([
        "apiVersion": "v1", "kind": "ServiceAccount",
        "metadata": ["name": .string(account), "namespace": .string(namespace)],
      ]).uid
    let end = now.advanced(by: lifetime)
    let token = TokenText.make(
      account: account, accountUID: uid, namespace: namespace, pod: pod, from: now, to: end,
      identifier: newUID())
    allow(token, as: .serviceAccount(account, in: namespace, uid: uid, roles: roles))
    tokens[token]?.end = end
    tokens[token]?.origin = TokenOrigin(
      account: account, namespace: namespace, pod: pod, lifetime: lifetime)
    return token
  }

  /// Makes the token that follows a minted one, for the same pod and with the same rights.
  ///
  /// - Parameters:
  ///   - old: The token so far.
  ///   - revokesOld: Whether the old one is refused from now on (after ``revocationLag``), which a
  ///     real server does only when it ends by time or its pod or ServiceAccount is gone.
  /// - Returns: The new token; `nil` where the old one was not minted here.
  public mutating func rotateToken(_ old: String, revokesOld: Bool = true) -> String? {
    guard let record = tokens[old], let origin = record.origin else { return nil }
    if revokesOld { revoke(old) }
    return mintToken(
      for: origin.account, in: origin.namespace, pod: origin.pod, roles: record.user.roles,
      lifetime: origin.lifetime)
  }
}
