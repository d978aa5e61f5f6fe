/// What a rule allows, as in a Role.
public struct StubRule: Hashable, Sendable {
  /// `get`, `list`, `*`.
  public var verbs: [String]
  /// API groups; `""` is the core group.
  public var groups: [String]
  /// `pods`, `pods/log`, `*`.
  public var resources: [String]
  /// The only names it is for; none for all.
  public var names: [String]

  /// A rule.
  ///
  /// - Parameters:
  ///   - verbs: `get`, `list`, `*`.
  ///   - groups: API groups; the core group unless told.
  ///   - resources: `pods`, `pods/log`, `*`.
  ///   - names: The only names it is for; none for all.
  public init(
    _ verbs: [String], groups: [String] = [""], resources: [String], names: [String] = []
  ) {
    self.verbs = verbs
    self.groups = groups
    self.resources = resources
    self.names = names
  }

  func allows(_ question: AccessQuestion) -> Bool {
    guard case .resource(let group, let resource, _, let name) = question.object else {
      return false
    }
    return Self.has(verbs, question.verb) && Self.has(groups, group)
      && Self.has(resources, resource)
      && (names.isEmpty || names.contains(name))
  }

  private static func has(_ list: [String], _ word: String) -> Bool {
    list.contains(word) || list.contains("*")
  }
}

/// A role and where it is bound.
public struct StubRole: Hashable, Sendable {
  /// Its name, which the binding shares.
  public var name: String
  /// Where it holds; `nil` for everywhere: a ClusterRole with a ClusterRoleBinding.
  public var namespace: String?
  /// What it allows.
  public var rules: [StubRule]

  /// A role.
  ///
  /// - Parameters:
  ///   - name: Its name, which the binding shares.
  ///   - namespace: Where it holds; `nil` for everywhere.
  ///   - rules: What it allows.
  public init(_ name: String, in namespace: String?, _ rules: [StubRule]) {
    self.name = name
    self.namespace = namespace
    self.rules = rules
  }
}

/// Who asks.
public struct StubUser: Hashable, Sendable {
  /// `system:serviceaccount:media:plex`
  public var name: String
  /// Its uid; empty for users that have none.
  public var uid: String
  /// The groups it belongs to.
  public var groups: [String]
  /// What it may do.
  public var roles: [StubRole]

  /// May do everything.
  public static let administrator = StubUser(
    name: "kubernetes-admin", uid: "", groups: ["system:masters", "system:authenticated"],
    roles: [])

  /// Gave no credentials.
  static let anonymous = StubUser(
    name: "system:anonymous", uid: "", groups: ["system:unauthenticated"], roles: [])

  /// The user that a ServiceAccount is.
  ///
  /// - Parameters:
  ///   - name: The ServiceAccount's name.
  ///   - namespace: Its namespace.
  ///   - uid: Its uid.
  ///   - roles: What it may do.
  /// - Returns: The user.
  public static func serviceAccount(
    _ name: String, in namespace: String, uid: String = "", roles: [StubRole]
  ) -> StubUser {
    StubUser(
      name: "system:serviceaccount:\(namespace):\(name)", uid: uid,
      groups: [
        "system:serviceaccounts", "system:serviceaccounts:\(namespace)", "system:authenticated",
      ], roles: roles)
  }

  var isAdministrator: Bool { groups.contains("system:masters") }
  var isAnonymous: Bool { name == "system:anonymous" }
}

/// What is asked for.
struct AccessQuestion: Hashable {
  enum Object: Hashable {
    /// The resource with its subresource, `pods/log`; no namespace is the whole cluster.
    case resource(group: String, resource: String, namespace: String?, name: String)
    case path(String)
  }

  var verb: String
  var object: Object
}

extension StubUser {
  /// Why it is allowed; `nil` where it is not.
  func allowance(_ question: AccessQuestion) -> String? {
    if isAdministrator { return "" }
    switch question.object {
    case .path(let path):
      guard question.verb == "get" else { return nil }
      let open = ["/healthz", "/livez", "/readyz", "/version", "/version/"]
      if open.contains(path) { return "" }
      let known = ["/api", "/apis", "/openapi"]
      let isKnown = known.contains { path == $0 || path.hasPrefix($0 + "/") }
      return isKnown && !isAnonymous ? "" : nil
    case .resource(let group, let resource, let namespace, _):
      let reviews = [
        "authorization.k8s.io/selfsubjectaccessreviews",
        "authorization.k8s.io/selfsubjectrulesreviews", "authentication.k8s.io/selfsubjectreviews",
      ]
      if question.verb == "create", !isAnonymous, reviews.contains("\(group)/\(resource)") {
        return ""
      }
      for role in roles where role.namespace == nil || role.namespace == namespace {
        if role.rules.contains(where: { $0.allows(question) }) { return reason(role) }
      }
      return nil
    }
  }

  private func reason(_ role: StubRole) -> String {
    let parts = name.split(separator: ":")
    let subject =
      parts.count == 4 ? "ServiceAccount \"\(parts[3])/\(parts[2])\"" : "User \"\(name)\""
    guard let namespace = role.namespace else {
      return "RBAC: allowed by ClusterRoleBinding \"\(role.name)\" of ClusterRole "
        + "\"\(role.name)\" to \(subject)"
    }
    return "RBAC: allowed by RoleBinding \"\(role.name)/\(namespace)\" of Role "
      + "\"\(role.name)\" to \(subject)"
  }
}
