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

  /// Makes a new object, where its own metadata say.
  public static func create(
    _ object: some Resource, in collection: CollectionPath,
    _ options: WriteOptions = WriteOptions()
  ) throws(ValueError) -> APIRequest {
    try create(object.json, in: collection, options)
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
  ///   - patch: The change.
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
    if case .apply(_, let manager, let isForced) = patch {
      verb = "apply"
      options.fieldManager = manager
      if isForced { query.append(.init("force", "true")) }
    }
    return APIRequest(
      operation: "\(verb) \(subresource.prefix)\(path)", method: "PATCH",
      path: path.text + subresource.suffix, query: options.query + query, body: patch.json,
      contentType: patch.contentType, isRepeatable: options.isDryRun || patch.isTiedToObject,
      isReadOnly: options.isDryRun)
  }
}
