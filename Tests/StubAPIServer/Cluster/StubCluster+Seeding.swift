public import JSONValue

extension StubCluster {
  /// Puts an object there as its owner would: with defaults, a uid and a resourceVersion, and
  /// controllers that act on it. A missing namespace is made. Where an object has that name, it is
  /// replaced, status and all.
  ///
  /// - Parameter object: With `apiVersion`, `kind` and `metadata.name`; a `uid` and a
  ///   `creationTimestamp` are kept if they are given.
  /// - Returns: The object as stored; `null` where nothing of that kind is served.
  @discardableResult
  public mutating func create(_ object: JSONValue) -> JSONValue {
    guard let kind = object.text("kind"), let version = object.text("apiVersion"),
      let type = catalog[kind: kind, version]
    else { return .null }
    var object = type.isEvent ? EventViews.stored(object, from: type.group) : object
    if type.isNamespaced {
      let namespace = object.namespace ?? "default"
      object.set(["metadata", "namespace"], .string(namespace))
      addNamespace(namespace)
    }
    let uid = object.text("metadata", "uid")
    let created = object.text("metadata", "creationTimestamp")
    let status = object["status"]
    complete(&object, type)
    if let uid { object.set(["metadata", "uid"], .string(uid)) }
    if let created { object.set(["metadata", "creationTimestamp"], .string(created)) }
    if type.isPod { podAdmission?(&object) }
    applyDefaults(&object, type)
    if let status { object["status"] = status }
    if type.kind == "CustomResourceDefinition" { establish(&object) }
    return store(object, in: type)
  }

  /// Changes an object as its controller would, status and all.
  ///
  /// - Parameters:
  ///   - kind: Its kind, `Pod`.
  ///   - name: Its name.
  ///   - namespace: Its namespace; `nil` for what has none.
  ///   - change: Changes the object.
  /// - Returns: The object as stored; `nil` where it does not exist.
  @discardableResult
  public mutating func change(
    _ kind: String, _ name: String, in namespace: String? = nil,
    _ change: (inout JSONValue) -> Void
  ) -> JSONValue? {
    guard let type = catalog.resources.first(where: { $0.kind == kind }),
      var object = object(type, ObjectName(namespace, name))
    else { return nil }
    change(&object)
    return store(object, in: type)
  }

  /// Removes an object at once, finalizers or not.
  ///
  /// - Parameters:
  ///   - kind: Its kind, `Pod`.
  ///   - name: Its name.
  ///   - namespace: Its namespace; `nil` for what has none.
  public mutating func remove(_ kind: String, _ name: String, in namespace: String? = nil) {
    guard let type = catalog.resources.first(where: { $0.kind == kind }) else { return }
    drop(ObjectName(namespace, name), in: type)
  }

  /// What the server sets in metadata when an object is created.
  mutating func complete(_ object: inout JSONValue, _ type: StubResource) {
    object.set(["metadata", "uid"], .string(newUID()))
    object.set(["metadata", "creationTimestamp"], time)
    for key in ["resourceVersion", "deletionTimestamp", "deletionGracePeriodSeconds", "selfLink"] {
      object.set(["metadata", key], nil)
    }
    object.set(["metadata", "generation"], type.countsGenerations ? 1 : nil)
    if type.hasStatus { object["status"] = nil }
  }
}
