import JSONValue
public import TimeText

/// What the token of a service account says of its owner.
///
/// Nothing of it is verified: it is for a program that wants to know its own place from its own
/// token, and for nothing else.
public struct TokenClaims: Hashable, Sendable {
  /// The namespace.
  public var namespace: String?
  /// The pod that the token is bound to.
  public var podName: String?
  /// The uid of that pod.
  public var podUID: String?
  /// The service account.
  public var serviceAccount: String?
  /// The node on which the pod runs; tokens of older clusters do not have it.
  public var nodeName: String?
  /// When the token stops being accepted.
  public var expiry: Timestamp?

  /// Claims.
  ///
  /// - Parameters:
  ///   - namespace: The namespace.
  ///   - podName: The pod that the token is bound to.
  ///   - podUID: The uid of that pod.
  ///   - serviceAccount: The service account.
  ///   - nodeName: The node on which the pod runs.
  ///   - expiry: When the token stops being accepted.
  public init(
    namespace: String? = nil, podName: String? = nil, podUID: String? = nil,
    serviceAccount: String? = nil, nodeName: String? = nil, expiry: Timestamp? = nil
  ) {
    self.namespace = namespace
    self.podName = podName
    self.podUID = podUID
    self.serviceAccount = serviceAccount
    self.nodeName = nodeName
    self.expiry = expiry
  }

  /// The claims of a token.
  ///
  /// - Parameter token: A JSON web token: three parts with dots between them.
  /// - Returns: `nil` where the text is no such token; another kind of token is not an error.
  public static func read(_ token: Secret) -> TokenClaims? {
    let text = token.exposed.utf8
    guard text.count <= BearerToken.maximumBytes else { return nil }
    let parts = text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard parts.count == 3, let payload = Base64.decode(parts[1], .url) else { return nil }
    let options = JSONParser.Options(
      maximumBytes: BearerToken.maximumBytes, maximumDepth: 16, maximumNumberLength: 32)
    guard let json = try? JSONValue(parsing: payload, options: options), json.kind == .object else {
      return nil
    }
    return TokenClaims(payload: json)
  }

  private init(payload: JSONValue) {
    let bound = payload["kubernetes.io"]
    let legacy = "kubernetes.io/serviceaccount/"
    self.init(
      namespace: (bound?["namespace"] ?? payload[legacy + "namespace"])?.stringValue,
      podName: bound?["pod"]?["name"]?.stringValue,
      podUID: bound?["pod"]?["uid"]?.stringValue,
      serviceAccount: (bound?["serviceaccount"]?["name"]
        ?? payload[legacy + "service-account.name"])?.stringValue,
      nodeName: bound?["node"]?["name"]?.stringValue,
      expiry: payload["exp"]?.doubleValue.flatMap { seconds in
        // Whole seconds in practice; RFC 7519 allows a fraction.
        guard seconds > 0, seconds < 253_402_300_800 else { return nil }
        return Timestamp(seconds: Int64(seconds))
      })
  }
}
