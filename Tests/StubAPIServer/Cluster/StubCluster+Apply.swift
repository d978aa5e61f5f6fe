import JSONValue
import TimeText

extension StubCluster {
  /// Server-side apply; the body has to be JSON.
  mutating func apply(_ call: inout Call) throws(Refusal) -> StubAnswer {
    guard let manager = call["fieldManager"], !manager.isEmpty else {
      throw .invalid(
        ResourceGroup("meta.k8s.io", "PatchOptions"), "",
        [.required("fieldManager", "is required for apply patch")])
    }
    let body: JSONValue
    do throws(JSONError) {
      body = try JSONValue(parsing: call.request.body)
    } catch {
      throw .badRequest("error decoding YAML: \(error.message)")
    }
    try Self.checkName(body, call)
    if body.at("metadata", "managedFields") != nil {
      throw .badRequest("metadata.managedFields must be nil")
    }
    let sub = call.address.subresource
    let applied = FieldOwners.leaves(of: body).filter { sub == nil || $0.key.first == sub }
    guard let old = object(call.type, call.name) else {
      return try create(&call, applying: body, applied, as: manager)
    }
    let conflicts = owners.conflicts(applied, with: old, by: manager, sub)
    guard conflicts.isEmpty || call.target.flag("force") else { throw Self.conflict(conflicts) }
    // Whatever was written without apply has no owner here and is taken over silently.
    let before = owners
    let lost = owners.apply(applied, to: old, by: manager, sub, at: now.rfc3339())
    var wished = old
    for field in lost { wished.set(field, nil) }
    for (field, value) in applied { wished.set(field, value) }
    wished.set(["metadata", "resourceVersion"], body.at("metadata", "resourceVersion"))
    let managed = owners.shown(old.uid, apiVersion: call.type.groupVersion)
    if call.isDryRun { owners = before }
    do throws(Refusal) {
      wished = try read(wished, &call)
      return .json(try shown(try update(old, to: wished, call, managed: managed), call))
    } catch {
      owners = before
      throw error
    }
  }

  private mutating func create(
    _ call: inout Call, applying body: JSONValue, _ applied: [[String]: JSONValue],
    as manager: String
  ) throws(Refusal) -> StubAnswer {
    guard call.address.subresource == nil else {
      throw .notFound(call.type.asResource, call.name.name)
    }
    var object = try read(body, &call)
    object.set(["metadata", "namespace"], call.name.namespace.map(JSONValue.string))
    complete(&object, call.type)
    applyDefaults(&object, call.type)
    let faults = Self.metadataFaults(object, call.type) + Self.faults(object, call.type)
    guard faults.isEmpty else { throw .invalid(call.type.asKind, object.name, faults) }
    _ = owners.apply(applied, to: object, by: manager, nil, at: now.rfc3339())
    object.set(
      ["metadata", "managedFields"],
      owners.shown(object.uid, apiVersion: call.type.groupVersion))
    guard !call.isDryRun else {
      owners.forget(object.uid)
      return .json(try shown(arranged(object, call.type), call), status: 201)
    }
    return .json(try shown(store(object, in: call.type), call), status: 201)
  }

  private static func conflict(_ conflicts: [(manager: String, field: [String])]) -> Refusal {
    let named = conflicts.map { conflict in
      (conflict.manager, conflict.field.map { "." + $0 }.joined())
    }
    let list =
      named.count == 1
      ? "conflict with \"\(named[0].0)\": \(named[0].1)"
      : "conflicts with "
        + named.map { "\"\($0.0)\":\n- \($0.1)" }.joined(separator: "\nconflicts with ")
    return Refusal(
      409, "Conflict",
      "Apply failed with \(named.count) conflict\(named.count == 1 ? "" : "s"): \(list)",
      details: [
        "causes": .array(
          named.map { manager, field in
            [
              "reason": "FieldManagerConflict",
              "message": .string("conflict with \"\(manager)\""), "field": .string(field),
            ]
          })
      ])
  }
}
