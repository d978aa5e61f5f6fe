import JSONValue

extension StubCluster {
  /// PUT, of an object or of its status.
  mutating func replace(_ call: inout Call) throws(Refusal) -> StubAnswer {
    call.isDryRun = try Self.isDryRun(call, options: "UpdateOptions")
    var object = try object(in: &call)
    try Self.checkName(object, call)
    let type = call.type
    if object.name.isEmpty { object.set(["metadata", "name"], .string(call.name.name)) }
    guard let old = self.object(type, call.name) else {
      guard type.createsOnUpdate, call.address.subresource == nil else {
        throw .notFound(type.asResource, call.name.name)
      }
      return try create(&call)
    }
    if let uid = object.text("metadata", "uid"), uid != old.uid {
      throw .conflict(
        type.asResource, call.name.name,
        "StorageError: invalid object, Code: 4, Key: /registry/\(type.plural)/\(call.name.path), "
          + "ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: "
          + "\(uid), UID in object meta: \(old.uid)")
    }
    if object.text("metadata", "resourceVersion") == nil, !type.updatesUnconditionally {
      throw .invalid(
        type.asResource, call.name.name,
        [.invalid("metadata.resourceVersion", "0", "must be specified for an update")])
    }
    return .json(try shown(try update(old, to: object, call), call))
  }

  static func checkName(_ object: JSONValue, _ call: Call) throws(Refusal) {
    let name = object.name
    guard name.isEmpty || name == call.name.name else {
      throw .badRequest(
        "the name of the object (\(name)) does not match the name on the URL (\(call.name.name))")
    }
  }

  /// Stores a changed object, unless it is as it was.
  mutating func update(
    _ old: JSONValue, to wished: JSONValue, _ call: Call, managed: JSONValue? = nil
  ) throws(Refusal) -> JSONValue {
    let type = call.type
    if let version = wished.text("metadata", "resourceVersion"),
      version != old.text("metadata", "resourceVersion")
    {
      throw .modified(type.asResource, call.name.name)
    }
    var new = merged(old, wished, call)
    if call.address.subresource == nil { applyDefaults(&new, type) }
    let faults =
      Self.metadataFaults(new, type) + Self.faults(new, type) + Self.changeFaults(old, new, type)
    guard faults.isEmpty else { throw .invalid(type.asKind, call.name.name, faults) }
    if type.countsGenerations, call.address.subresource == nil, Self.isNewWish(old, new) {
      new.set(["metadata", "generation"], .int((old.integer("metadata", "generation") ?? 0) + 1))
    }
    if let managed { new.set(["metadata", "managedFields"], managed) }
    new = arranged(new, type)
    guard new != old, !call.isDryRun else { return new }
    if new.isTerminating, new.finalizers.isEmpty, !old.finalizers.isEmpty,
      (new.integer("metadata", "deletionGracePeriodSeconds") ?? 0) == 0
    {
      drop(call.name, in: type, last: new)
      return new
    }
    return store(new, in: type)
  }

  /// What of a wish is heard: spec or status, and never what the server owns.
  private func merged(_ old: JSONValue, _ wished: JSONValue, _ call: Call) -> JSONValue {
    if call.address.subresource == "status" {
      var new = old
      new["status"] = wished["status"]
      return new
    }
    var new = wished
    if call.type.hasStatus { new["status"] = old["status"] }
    let owned = [
      "name", "namespace", "uid", "resourceVersion", "generation", "creationTimestamp",
      "deletionTimestamp", "deletionGracePeriodSeconds", "generateName", "managedFields",
    ]
    for key in owned { new.set(["metadata", key], old.at("metadata", key)) }
    return new
  }

  private static func isNewWish(_ old: JSONValue, _ new: JSONValue) -> Bool {
    var (one, other) = (old, new)
    for key in ["metadata", "status", "kind", "apiVersion"] {
      one[key] = nil
      other[key] = nil
    }
    return one != other
  }
}
