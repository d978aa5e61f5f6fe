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
  /// Makes a token of a ServiceAccount and lets it in.
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
    expire(token, at: end)
    return token
  }
}
