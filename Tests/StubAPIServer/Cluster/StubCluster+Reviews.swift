import JSONValue

extension StubCluster {
  /// What the asker may do, or who it is.
  mutating func review(_ call: inout Call) throws(Refusal) -> StubAnswer {
    let body = try RequestBody(call, kind: call.type.kind).value
    switch call.type.plural {
    case "selfsubjectreviews":
      var info: JSONValue = ["username": .string(call.user.name)]
      if !call.user.uid.isEmpty { info["uid"] = .string(call.user.uid) }
      info["groups"] = .array(call.user.groups.map(JSONValue.string))
      if call.user.name.hasPrefix("system:serviceaccount:") {
        info["extra"] = [
          "authentication.kubernetes.io/credential-id": .array([.string("JTI=" + newUID())])
        ]
      }
      return answer(call, metadata: ["creationTimestamp": time], ["status": ["userInfo": info]])
    case "selfsubjectrulesreviews":
      let namespace = body.text("spec", "namespace") ?? ""
      return answer(call, ["spec": [:], "status": Self.rules(call.user, in: namespace)])
    default: break
    }
    let spec = body["spec"] ?? [:]
    let resource = spec["resourceAttributes"]
    let path = spec["nonResourceAttributes"]
    guard (resource == nil) != (path == nil) else {
      throw .invalid(
        ResourceGroup("authorization.k8s.io", ""), "",
        [
          .invalid(
            "spec.resourceAttributes", "null",
            "exactly one of nonResourceAttributes or resourceAttributes must be specified")
        ])
    }
    let question: AccessQuestion
    if let resource {
      let sub = resource.text("subresource").map { "/" + $0 } ?? ""
      question = AccessQuestion(
        verb: resource.text("verb") ?? "",
        object: .resource(
          group: resource.text("group") ?? "", resource: (resource.text("resource") ?? "") + sub,
          namespace: resource.text("namespace"), name: resource.text("name") ?? ""))
    } else {
      question = AccessQuestion(
        verb: path?.text("verb") ?? "", object: .path(path?.text("path") ?? ""))
    }
    var status: JSONValue = ["allowed": false]
    if let reason = call.user.allowance(question) {
      status = ["allowed": true]
      if !reason.isEmpty { status["reason"] = .string(reason) }
    }
    return answer(call, ["spec": spec, "status": status])
  }

  private func answer(
    _ call: Call, metadata: JSONValue = [:], _ fields: JSONValue
  ) -> StubAnswer {
    var object: JSONValue = [
      "kind": .string(call.type.kind), "apiVersion": .string(call.type.groupVersion),
      "metadata": metadata,
    ]
    for (key, value) in fields.objectValue ?? [:] { object[key] = value }
    return .json(object, status: 201)
  }

  private static func rules(_ user: StubUser, in namespace: String) -> JSONValue {
    let open: [JSONValue] = [
      [
        "verbs": ["create"], "apiGroups": ["authorization.k8s.io"],
        "resources": ["selfsubjectaccessreviews", "selfsubjectrulesreviews"],
      ],
      [
        "verbs": ["create"], "apiGroups": ["authentication.k8s.io"],
        "resources": ["selfsubjectreviews"],
      ],
    ]
    let own = user.roles.filter { $0.namespace == nil || $0.namespace == namespace }
      .flatMap(\.rules)
      .map { rule in
        var shown: JSONValue = [
          "verbs": .array(rule.verbs.map(JSONValue.string)),
          "apiGroups": .array(rule.groups.map(JSONValue.string)),
          "resources": .array(rule.resources.map(JSONValue.string)),
        ]
        if !rule.names.isEmpty {
          shown["resourceNames"] = .array(rule.names.map(JSONValue.string))
        }
        return shown
      }
    let paths: [[JSONValue]] = [
      ["/.well-known", "/.well-known/*"],
      ["/healthz", "/livez", "/readyz", "/version", "/version/"],
      [
        "/api", "/api/*", "/apis", "/apis/*", "/healthz", "/livez", "/openapi", "/openapi/*",
        "/readyz", "/version", "/version/",
      ],
      [
        "/.well-known/openid-configuration", "/.well-known/openid-configuration/",
        "/openid/v1/jwks", "/openid/v1/jwks/",
      ],
    ]
    return [
      "resourceRules": .array(open + own),
      "nonResourceRules": .array(
        paths.map { ["verbs": ["get"], "nonResourceURLs": .array($0)] }),
      "incomplete": false,
    ]
  }
}
