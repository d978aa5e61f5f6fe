import JSONValue
public import TimeText

/// A request on its way.
struct Call {
  let request: StubRequest
  let target: RequestTarget
  let address: ResourceAddress
  let type: StubResource
  let user: StubUser
  let form: AcceptedForm
  /// The faults that are only worth a Warning header.
  var warnings: [String] = []

  /// Whether nothing is to be stored.
  var isDryRun = false

  var name: ObjectName {
    ObjectName(type.isNamespaced ? address.namespace : nil, address.name ?? "")
  }

  /// The first value of a parameter.
  subscript(name: String) -> String? { target[name] }
}

extension StubCluster {
  /// Answers a request.
  ///
  /// - Parameters:
  ///   - request: The request.
  ///   - now: When it came; what was due before happens first.
  /// - Returns: The answer. A stream has to be emptied with ``take(from:)`` and, unless it is over,
  ///   closed with ``close(_:)``.
  public mutating func handle(_ request: StubRequest, at now: Timestamp) -> StubAnswer {
    advance(to: now)
    let target = RequestTarget(request.target)
    var user: StubUser?
    var answer: StubAnswer
    do throws(Refusal) {
      try inspect(request, target)
      let known = try authenticate(request)
      user = known
      answer = try respond(to: request, target, known)
    } catch {
      answer = error.answer
    }
    log.append(StubExchange(request: request, user: user?.name, status: answer.status))
    return answer
  }

  private mutating func respond(
    to request: StubRequest, _ target: RequestTarget, _ user: StubUser
  ) throws(Refusal) -> StubAnswer {
    guard let address = ResourceAddress(target.segments) else {
      try authorize(user, AccessQuestion(verb: "get", object: .path(target.path)), nil)
      return try discover(target, request)
    }
    let verb = Self.verb(request.method, address, target)
    try authorize(user, Self.question(verb, address, target), address)
    if health.isShuttingDown {
      var answer = StubAnswer.text(
        "The apiserver is shutting down, please try again later.\n", status: 429)
      answer.headers.append(StubHeader("Retry-After", "5"))
      throw Refusal(answer)
    }
    guard let type = catalog[address.group, address.plural], type.version == address.version else {
      throw catalog.isBuiltIn(group: address.group) ? .noSuchResource : .pageNotFound
    }
    guard let form = AcceptedForm(accept: request.header("Accept")) else {
      throw Refusal.notAcceptable(isLog: address.subresource == "log")
    }
    var call = Call(
      request: request, target: target, address: address, type: type, user: user, form: form)
    do throws(Refusal) {
      var answer = try dispatch(&call, verb)
      answer.warn(call.warnings)
      return answer
    } catch {
      var refusal = error
      refusal.answer.warn(call.warnings)
      throw refusal
    }
  }

  private mutating func dispatch(_ call: inout Call, _ verb: String) throws(Refusal) -> StubAnswer {
    if let subresource = call.address.subresource {
      return try dispatch(&call, verb, subresource: subresource)
    }
    switch (call.request.method, call.address.name) {
    case ("POST", nil) where call.type.verbs == ["create"]: return try review(&call)
    case (_, _) where call.type.verbs == ["create"]: throw .methodNotAllowed
    case ("GET", nil), ("HEAD", nil):
      return verb == "watch" ? try watch(call) : try list(call)
    case ("GET", _?), ("HEAD", _?): return try get(call)
    case ("POST", nil): return try create(&call)
    case ("PUT", _?): return try replace(&call)
    case ("PATCH", _?): return try patch(&call)
    case ("DELETE", _?): return try delete(&call)
    case ("DELETE", nil): return try deleteCollection(&call)
    default: throw .methodNotAllowed
    }
  }

  private mutating func dispatch(
    _ call: inout Call, _ verb: String, subresource: String
  ) throws(Refusal) -> StubAnswer {
    switch (subresource, call.request.method) {
    case ("status", _) where !call.type.hasStatus: throw .noSuchResource
    case ("status", "GET"): return try get(call)
    case ("status", "PUT"): return try replace(&call)
    case ("status", "PATCH"): return try patch(&call)
    case ("eviction", "POST") where call.type.isPod: return try evict(&call)
    case ("log", "GET") where call.type.isPod: return try readLog(call)
    case ("status", _), ("eviction", _), ("log", _): throw .methodNotAllowed
    default: throw .noSuchResource
    }
  }

  private static func verb(
    _ method: String, _ address: ResourceAddress, _ target: RequestTarget
  ) -> String {
    switch method {
    case "POST": "create"
    case "PUT": "update"
    case "PATCH": "patch"
    case "DELETE": address.name == nil ? "deletecollection" : "delete"
    default: address.name != nil ? "get" : target.flag("watch") ? "watch" : "list"
    }
  }

  private static func question(
    _ verb: String, _ address: ResourceAddress, _ target: RequestTarget
  ) -> AccessQuestion {
    var name = address.name ?? ""
    if ["list", "watch", "deletecollection"].contains(verb),
      let only = (target["fieldSelector"] ?? "").split(separator: ",")
        .first(where: { $0.hasPrefix("metadata.name=") })
    {
      name = String(only.drop { $0 != "=" }.drop { $0 == "=" })
    }
    let resource = address.plural + (address.subresource.map { "/" + $0 } ?? "")
    return AccessQuestion(
      verb: verb,
      object: .resource(
        group: address.group, resource: resource, namespace: address.namespace, name: name))
  }
}

extension StubAnswer {
  fileprivate mutating func warn(_ warnings: [String]) {
    for warning in warnings {
      let quoted = warning.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
      headers.append(StubHeader("Warning", "299 - \"\(quoted)\""))
    }
  }
}

extension Refusal {
  static func notAcceptable(isLog: Bool) -> Refusal {
    if isLog {
      return Refusal(
        406, "NotAcceptable",
        "only the following media types are accepted: application/json, application/yaml, "
          + "application/vnd.kubernetes.protobuf")
    }
    return Refusal(
      406, "NotAcceptable",
      "406: Not Acceptable\n\nAvailable representations: application/json, application/yaml, "
        + "application/vnd.kubernetes.protobuf, application/json;stream=watch, "
        + "application/vnd.kubernetes.protobuf;stream=watch", details: [:])
  }
}
