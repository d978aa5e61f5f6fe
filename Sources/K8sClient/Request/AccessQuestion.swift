public import JSONValue

/// What an account wants to know that it may do.
public struct AccessQuestion: Hashable, Sendable {
  /// The verb: `get`, `list`, `watch`, `create`, `update`, `patch`, `delete`.
  public var verb: String
  /// The API group; empty for the core group.
  public var group: String
  /// The name of the type in paths: `pods`.
  public var resource: String
  /// A part of it: `eviction`, `log`, `status`.
  public var subresource: String?
  /// One object; `nil`: any.
  public var name: ObjectName?
  /// Where; `nil`: in the whole cluster.
  public var namespace: Namespace?

  /// A question.
  public init(
    _ verb: String, group: String = "", resource: String, subresource: String? = nil,
    name: ObjectName? = nil, in namespace: Namespace?
  ) {
    self.verb = verb
    self.group = group
    self.resource = resource
    self.subresource = subresource
    self.name = name
    self.namespace = namespace
  }

  /// A question about a type.
  public init(
    _ verb: String, _ type: ResourceType, subresource: String? = nil, name: ObjectName? = nil,
    in namespace: Namespace?
  ) {
    self.init(
      verb, group: type.group, resource: type.plural, subresource: subresource, name: name,
      in: namespace)
  }

  /// The question as the API has it.
  public var json: JSONValue {
    var attributes: JSONValue = [:]
    if let namespace { attributes["namespace"] = .string(namespace.description) }
    attributes["verb"] = .string(verb)
    if !group.isEmpty { attributes["group"] = .string(group) }
    attributes["resource"] = .string(resource)
    if let subresource { attributes["subresource"] = .string(subresource) }
    if let name { attributes["name"] = .string(name.description) }
    return [
      "apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectAccessReview",
      "spec": ["resourceAttributes": attributes],
    ]
  }
}

extension AccessQuestion: CustomStringConvertible {
  /// What is to be allowed: `delete pods/eviction of batch named x in media`.
  public var description: String {
    var text = "\(verb) \(resource)"
    if let subresource { text += "/\(subresource)" }
    if !group.isEmpty { text += " of \(group)" }
    if let name { text += " named \(name)" }
    return "\(text) \(namespace.map(Scope.namespace) ?? .cluster)"
  }
}

extension APIRequest {
  /// Asks whether the account of the client may do something.
  ///
  /// - Parameter question: What.
  /// - Returns: The call; its answer is an `AccessReview`. It stores nothing and is repeatable.
  public static func accessReview(_ question: AccessQuestion) -> APIRequest {
    APIRequest(
      operation: "ask for the right to \(question)", method: "POST",
      path: "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", body: question.json,
      isRepeatable: true, isReadOnly: true)
  }
}
