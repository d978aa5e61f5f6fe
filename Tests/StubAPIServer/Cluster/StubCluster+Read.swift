import JSONValue

extension StubCluster {
  func get(_ call: Call) throws(Refusal) -> StubAnswer {
    if let text = call["resourceVersion"], let asked = Int(text), asked > revision {
      throw tooLarge(asked)
    }
    let isLagging = call["resourceVersion"] == "0" && cacheLag > 0
    let found =
      isLagging
      ? snapshot(of: call.type.store, at: max(revision - cacheLag, 1))[call.name]
      : object(call.type, call.name)
    guard let object = found else {
      throw .notFound(call.type.asResource, call.name.name)
    }
    return .json(try shown(object, call))
  }

  /// An object in the form that was asked for.
  func shown(_ object: JSONValue, _ call: Call) throws(Refusal) -> JSONValue {
    switch call.form {
    case .whole: return EventViews.shown(object, call.type)
    case .metadata: return Self.partial(object)
    case .table: throw .notAcceptable(isLog: false)
    }
  }

  static func partial(_ object: JSONValue) -> JSONValue {
    [
      "kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1",
      "metadata": object["metadata"] ?? [:],
    ]
  }

  /// 504 for a revision that is not there yet; the real server waits three seconds for it.
  func tooLarge(_ asked: Int) -> Refusal {
    var refusal = Refusal(
      504, "Timeout", "Timeout: Too large resource version: \(asked), current: \(revision)",
      details: [
        "causes": [
          ["reason": "ResourceVersionTooLarge", "message": "Too large resource version"]
        ], "retryAfterSeconds": 1,
      ], retryAfter: 1)
    refusal.answer.delay = .seconds(3)
    return refusal
  }
}

extension EventViews {
  static func shown(_ object: JSONValue, _ type: StubResource) -> JSONValue {
    type.isEvent ? view(object, in: type.group) : object
  }
}
