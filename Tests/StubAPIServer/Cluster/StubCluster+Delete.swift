import JSONValue
import TimeText

extension StubCluster {
  mutating func delete(_ call: inout Call) throws(Refusal) -> StubAnswer {
    let options = try DeleteOptions(call)
    guard let object = object(call.type, call.name) else {
      throw .notFound(call.type.asResource, call.name.name)
    }
    try options.checkPreconditions(object, call.type)
    if call.type.isJob, options.policy == nil {
      call.warnings.append(
        "child pods are preserved by default when jobs are deleted; set "
          + "propagationPolicy=Background to remove them or set propagationPolicy=Orphan to "
          + "suppress this warning")
    }
    return .json(try shown(delete(object, call.type, options), call))
  }

  /// - Returns: What the answer shows: the object, or that it is gone.
  mutating func delete(
    _ object: JSONValue, _ type: StubResource, _ options: DeleteOptions
  ) -> JSONValue {
    if type.isPod { return deletePod(object, type, options) }
    var policy = options.policy
    if type.isJob, policy == nil { policy = "Orphan" }
    var object = object
    var finalizers = object.finalizers.filter { !["foregroundDeletion", "orphan"].contains($0) }
    if policy == "Foreground" { finalizers.append("foregroundDeletion") }
    if policy == "Orphan" { finalizers.append("orphan") }
    if type.kind == "Namespace" {
      return options.isDryRun ? object : endNamespace(object, type)
    }
    let name = ObjectName(type.isNamespaced ? object.namespace : nil, object.name)
    guard !finalizers.isEmpty else {
      if !options.isDryRun { drop(name, in: type) }
      return Self.gone(object, type)
    }
    object.set(["metadata", "finalizers"], .array(finalizers.map(JSONValue.string)))
    if !object.isTerminating {
      object.set(["metadata", "deletionTimestamp"], time)
      if type.group != "apiextensions.k8s.io" {
        object.set(["metadata", "deletionGracePeriodSeconds"], 0)
        bumpGeneration(&object)
      }
    }
    if type.kind == "CustomResourceDefinition" { markTerminating(&object) }
    return options.isDryRun ? arranged(object, type) : store(object, in: type)
  }

  private mutating func deletePod(
    _ pod: JSONValue, _ type: StubResource, _ options: DeleteOptions
  ) -> JSONValue {
    var pod = pod
    let isScheduled = pod.text("spec", "nodeName") != nil
    let isFinished = ["Failed", "Succeeded"].contains(pod.text("status", "phase") ?? "")
    var grace = options.grace.map { $0 < 0 ? 1 : $0 }
    if pod.isTerminating {
      let old = pod.integer("metadata", "deletionGracePeriodSeconds") ?? 0
      guard let asked = grace, asked < old,
        let text = pod.text("metadata", "deletionTimestamp"),
        let end = try? Timestamp(rfc3339: text)
      else { return pod }
      let moved = end.advanced(by: .seconds(asked - old))
      pod.set(["metadata", "deletionTimestamp"], .string(moved.rfc3339()))
      grace = asked
    } else {
      let wished = grace ?? pod.integer("spec", "terminationGracePeriodSeconds") ?? 30
      grace = isScheduled && !isFinished ? wished : 0
      pod.set(["metadata", "deletionTimestamp"], time(after: grace ?? 0))
      bumpGeneration(&pod)
    }
    pod.set(["metadata", "deletionGracePeriodSeconds"], .int(grace ?? 0))
    if options.isDryRun { return arranged(pod, type) }
    guard grace == 0, pod.finalizers.isEmpty else { return store(pod, in: type) }
    return drop(ObjectName(pod.namespace, pod.name), in: type, last: pod) ?? pod
  }

  /// Takes an object's finalizer; the object goes with the last one.
  mutating func takeFinalizer(_ finalizer: String, from object: JSONValue, _ type: StubResource) {
    var object = object
    let rest = object.finalizers.filter { $0 != finalizer }
    let name = ObjectName(type.isNamespaced ? object.namespace : nil, object.name)
    guard !rest.isEmpty || !object.isTerminating else {
      drop(name, in: type)
      return
    }
    object.set(
      ["metadata", "finalizers"], rest.isEmpty ? nil : .array(rest.map(JSONValue.string)))
    store(object, in: type)
  }

  private func bumpGeneration(_ object: inout JSONValue) {
    guard let generation = object.integer("metadata", "generation") else { return }
    object.set(["metadata", "generation"], .int(generation + 1))
  }

  private mutating func endNamespace(_ object: JSONValue, _ type: StubResource) -> JSONValue {
    var object = object
    object.set(["metadata", "deletionTimestamp"], time)
    object.set(["status", "phase"], "Terminating")
    let stored = store(object, in: type)
    alarms.add(.emptyNamespace(object.name), at: now.advanced(by: pods.controllerDelay))
    return stored
  }

  static func gone(_ object: JSONValue, _ type: StubResource) -> JSONValue {
    var details: JSONValue = ["name": .string(object.name)]
    if !type.group.isEmpty { details["group"] = .string(type.group) }
    details["kind"] = .string(type.plural)
    details["uid"] = .string(object.uid)
    return [
      "kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Success",
      "details": details,
    ]
  }

  mutating func deleteCollection(_ call: inout Call) throws(Refusal) -> StubAnswer {
    let selection = try Selection(call)
    let options = try DeleteOptions(call)
    let chosen = (objects[call.type.store] ?? [:]).sorted { $0.key < $1.key }
      .filter { selection.contains($0.key, $0.value) }
    var items: [JSONValue] = []
    for (_, object) in chosen {
      items.append(EventViews.shown(object, call.type))
      _ = delete(object, call.type, options)
    }
    return .json([
      "kind": .string(call.type.kind + "List"), "apiVersion": .string(call.type.groupVersion),
      "metadata": ["resourceVersion": .string(String(revision))], "items": .array(items),
    ])
  }
}
