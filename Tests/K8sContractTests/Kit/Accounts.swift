import JSONValue
import K8sClient
import StubAPIServer
import Testing

/// What an account may do in the namespace of a test.
struct Permission: Sendable {
  var verbs: [String]
  var group = ""
  var resources: [String]
}

extension Arena {
  /// Makes an account that may do this in the namespace, and nothing else.
  ///
  /// - Returns: A token of it.
  func token(of account: String, may permissions: [Permission]) async throws -> String {
    guard let stub else { return try await realToken(of: account, may: permissions) }
    let rules = permissions.map {
      StubRule($0.verbs, groups: [$0.group], resources: $0.resources)
    }
    return stub.mintToken(
      for: account, in: namespace.description,
      roles: [StubRole(account, in: namespace.description, rules)])
  }

  /// The same server, with a token from a file.
  func access(tokenFile path: String) -> ClusterAccess {
    var access = access
    access.credentials = .presented(token: .file(path), certificate: nil)
    return access
  }

  /// A client of an account, by a token file.
  func withCluster(
    of account: String, may permissions: [Permission], _ body: (Cluster) async throws -> Void
  ) async throws {
    let token = try await token(of: account, may: permissions)
    let cluster = Cluster(access(tokenFile: try folder.write("token-\(account)", token)))
    let outcome = await result { try await body(cluster) }
    await cluster.shutdown()
    try outcome.get()
  }

  private func realToken(
    of account: String, may permissions: [Permission]
  ) async throws -> String {
    let name = JSONValue.string(account)
    let rules = permissions.map { permission -> JSONValue in
      [
        "verbs": .array(permission.verbs.map { .string($0) }),
        "apiGroups": [.string(permission.group)],
        "resources": .array(permission.resources.map { .string($0) }),
      ]
    }
    let space = JSONValue.string(namespace.description)
    let version: JSONValue = "rbac.authorization.k8s.io/v1"
    let core = "/api/v1/namespaces/\(namespace)"
    let rbac = "/apis/rbac.authorization.k8s.io/v1/namespaces/\(namespace)"
    try await post(
      "\(core)/serviceaccounts",
      ["apiVersion": "v1", "kind": "ServiceAccount", "metadata": ["name": name]])
    try await post(
      "\(rbac)/roles",
      [
        "apiVersion": version, "kind": "Role", "metadata": ["name": name], "rules": .array(rules),
      ])
    try await post(
      "\(rbac)/rolebindings",
      [
        "apiVersion": version, "kind": "RoleBinding", "metadata": ["name": name],
        "roleRef": [
          "apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": name,
        ],
        "subjects": [["kind": "ServiceAccount", "name": name, "namespace": space]],
      ])
    let answer = try await post(
      "\(core)/serviceaccounts/\(account)/token",
      ["apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": [:]])
    return try #require(answer["status"]?["token"]?.stringValue)
  }

  @discardableResult
  private func post(_ path: String, _ body: JSONValue) async throws -> JSONValue {
    try await cluster.send(
      APIRequest(
        operation: "prepare a test by \(path)", method: "POST", path: path, body: body,
        isRepeatable: false))
  }
}
