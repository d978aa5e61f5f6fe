import JSONValue

extension StubCluster {
  mutating func evict(_ call: inout Call) throws(Refusal) -> StubAnswer {
    let body = try RequestBody(call, kind: "Eviction").value
    let name = body.name
    guard name.isEmpty || name == call.name.name else {
      throw .badRequest("name in URL does not match name in Eviction object")
    }
    let type = call.type
    guard let pod = object(type, call.name) else {
      throw .notFound(type.asResource, call.name.name)
    }
    var options = try DeleteOptions(body["deleteOptions"] ?? [:])
    if try Self.isDryRun(call, options: "CreateOptions") { options.isDryRun = true }
    let isBound = !pod.isTerminating && pod.text("status", "phase") == "Running"
    if isBound { try spendBudget(pod, isDryRun: options.isDryRun) }
    try options.checkPreconditions(pod, type)
    if !options.isDryRun {
      let marked = pod.isTerminating ? pod : markDisrupted(pod, type)
      options.resourceVersion = nil
      _ = delete(marked, type, options)
    }
    return .json(
      ["kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Success", "code": 201],
      status: 201)
  }

  private mutating func markDisrupted(_ pod: JSONValue, _ type: StubResource) -> JSONValue {
    var pod = pod
    let condition: JSONValue = [
      "type": "DisruptionTarget", "status": "True", "lastProbeTime": .null,
      "lastTransitionTime": time, "reason": "EvictionByEvictionAPI",
      "message": "Eviction API: evicting",
    ]
    pod.set(
      ["status", "conditions"],
      .array((pod.at("status", "conditions")?.arrayValue ?? []) + [condition]))
    return store(pod, in: type)
  }

  /// Takes one disruption from the pod's budget, or throws what it says.
  private mutating func spendBudget(_ pod: JSONValue, isDryRun: Bool) throws(Refusal) {
    guard let type = catalog["policy", "poddisruptionbudgets"] else { return }
    let budgets = (objects[type.store] ?? [:]).sorted { $0.key < $1.key }.map(\.value)
      .filter { budget in
        budget.namespace == pod.namespace
          && LabelSelector(budget.at("spec", "selector", "matchLabels")?.strings ?? [:])
            .matches(pod.labels)
      }
    guard budgets.count < 2 else {
      throw Refusal(
        500, nil,
        "This pod has more than one PodDisruptionBudget, which the eviction subresource does not "
          + "support.")
    }
    guard var budget = budgets.first else { return }
    let isKnown =
      (budget.integer("status", "observedGeneration") ?? 0)
      >= (budget.integer("metadata", "generation") ?? 1)
    guard isKnown else {
      throw Self.blocked(
        "The disruption budget \(budget.name) is still being processed by the server.",
        retryAfter: 10)
    }
    let allowed = budget.integer("status", "disruptionsAllowed") ?? 0
    guard allowed > 0 else {
      let needed = budget.integer("status", "desiredHealthy") ?? 0
      let healthy = budget.integer("status", "currentHealthy") ?? 0
      throw Self.blocked(
        "The disruption budget \(budget.name) needs \(needed) healthy pods and has \(healthy) "
          + "currently")
    }
    guard !isDryRun else { return }
    budget.set(["status", "disruptionsAllowed"], .int(allowed - 1))
    store(budget, in: type)
  }

  private static func blocked(_ why: String, retryAfter: Int? = nil) -> Refusal {
    var details: JSONValue = [
      "causes": [["reason": "DisruptionBudget", "message": .string(why)]]
    ]
    if let retryAfter { details["retryAfterSeconds"] = .int(retryAfter) }
    return Refusal(
      429, "TooManyRequests",
      "Cannot evict pod as it would violate the pod's disruption budget.", details: details,
      retryAfter: retryAfter)
  }
}
