public import JSONValue

extension APIRequest {
  /// Makes a new object.
  ///
  /// - Parameters:
  ///   - object: All of it; `metadata.name`, or `metadata.generateName`, is in it.
  ///   - collection: Where.
  ///   - options: How.
  /// - Returns: The call. It is not repeatable: with a `generateName` there would be two objects.
  /// - Throws: `ValueError` where the collection is that of all namespaces.
  public static func create(
    _ object: JSONValue, in collection: CollectionPath, _ options: WriteOptions = WriteOptions()
  ) throws(ValueError) -> APIRequest {
    let name = object["metadata"]?["name"]?.stringValue
    let place: String
    switch collection.scope {
    case .namespace(let namespace): place = "\(namespace)/\(name ?? "")"
    case .cluster: place = name ?? ""
    case .allNamespaces:
      throw ValueError("a place for a new \(collection.type.noun)", "", "it says no namespace")
    }
    let title = name == nil ? "\(collection.scope)" : place.plain(limit: 320)
    return APIRequest(
      operation: "create \(collection.type.noun) \(title)", method: "POST", path: collection.text,
      query: options.query, body: object, isRepeatable: options.isDryRun,
      isReadOnly: options.isDryRun)
  }

  /// Makes a new object.
  public static func create(
    _ object: some Resource, in collection: CollectionPath,
    _ options: WriteOptions = WriteOptions()
  ) throws(ValueError) -> APIRequest {
    try create(object.json, in: collection, options)
  }

  /// Makes a new object, where its own metadata say.
  ///
  /// - Parameters:
  ///   - object: All of it; its namespace is in it, if its type has one.
  ///   - options: How.
  /// - Returns: The call.
  /// - Throws: `ValueError` where it says no namespace, and its type asks for one.
  public static func create<Kind: Resource>(
    _ object: Kind, _ options: WriteOptions = WriteOptions()
  ) throws(ValueError) -> APIRequest {
    let namespace = Kind.type.isNamespaced ? object.metadata.namespace : nil
    if Kind.type.isNamespaced, namespace == nil {
      throw ValueError("a new \(Kind.type.noun)", object.title, "it says no namespace")
    }
    let scope = namespace.map(Scope.namespace) ?? .cluster
    return try create(object.json, in: CollectionPath(Kind.self, in: scope), options)
  }

  /// Puts an object in the place of the one that is there, where its own metadata say.
  ///
  /// - Parameters:
  ///   - object: All of it, as it was read and then changed.
  ///   - subresource: `.status` to replace only that.
  ///   - options: How.
  /// - Returns: The call; repeatable where the object names its version.
  /// - Throws: `ValueError` where it has no name, or says no namespace and its type asks for one.
  public static func replace(
    _ object: some Resource, subresource: Subresource? = nil,
    _ options: WriteOptions = WriteOptions()
  ) throws(ValueError) -> APIRequest {
    replace(try object.path(), with: object.json, subresource: subresource, options)
  }

  /// Puts an object in the place of the one that is there.
  ///
  /// With `metadata.resourceVersion` in it, only if that is still its version. Without, whatever
  /// came in between is lost, where the type allows that at all. Some types, Leases among them, are
  /// made by this if they are not there.
  ///
  /// - Parameters:
  ///   - path: Which object.
  ///   - object: All of it.
  ///   - subresource: `.status` to replace only that.
  ///   - options: How.
  /// - Returns: The call; repeatable where the object names its version.
  public static func replace(
    _ path: ObjectPath, with object: JSONValue, subresource: Subresource? = nil,
    _ options: WriteOptions = WriteOptions()
  ) -> APIRequest {
    let version = object["metadata"]?["resourceVersion"]?.stringValue ?? ""
    return APIRequest(
      operation: "replace \(subresource.prefix)\(path)", method: "PUT",
      path: path.text + subresource.suffix, query: options.query, body: object,
      isRepeatable: options.isDryRun || !version.isEmpty, isReadOnly: options.isDryRun)
  }

  /// Changes an object.
  ///
  /// - Parameters:
  ///   - path: Which object.
  ///   - patch: The change. What is applied is given its type and its name, where it lacks them.
  ///   - subresource: `.status` to change only that.
  ///   - options: How. The manager of an apply is that of the patch.
  /// - Returns: The call; repeatable where the patch names the version of the object.
  public static func patch(
    _ path: ObjectPath, _ patch: Patch, subresource: Subresource? = nil,
    _ options: WriteOptions = WriteOptions()
  ) -> APIRequest {
    var options = options
    var verb = "patch"
    var query: [QueryItem] = []
    var body = patch.json
    if case .apply(_, let manager, let isForced) = patch {
      verb = "apply"
      options.fieldManager = manager
      if isForced { query.append(.init("force", "true")) }
      body.name(path)
    }
    return APIRequest(
      operation: "\(verb) \(subresource.prefix)\(path)", method: "PATCH",
      path: path.text + subresource.suffix, query: options.query + query, body: body,
      contentType: patch.contentType, isRepeatable: options.isDryRun || patch.isTiedToObject,
      isReadOnly: options.isDryRun)
  }
}

extension JSONValue {
  /// Says which object it is, as far as it does not say so itself: an apply is refused without.
  fileprivate mutating func name(_ path: ObjectPath) {
    for (keys, text) in [
      (["apiVersion"], path.type.apiVersion), (["kind"], path.type.kind),
      (["metadata", "name"], path.name.description),
    ] where value(at: keys[...]) == nil {
      set(.string(text), at: keys[...])
    }
  }
}
