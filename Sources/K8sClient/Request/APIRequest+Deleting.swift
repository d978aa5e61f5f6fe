import JSONValue

extension APIRequest {
  /// Deletes an object.
  ///
  /// An answer of 200 means that it is going, not that it is gone: a pod has its grace period, and
  /// finalizers hold every object.
  ///
  /// - Parameters:
  ///   - object: Which. There is no call that deletes a whole collection.
  ///   - options: How; tie it to a uid wherever one is known.
  /// - Returns: The call; repeatable where a precondition is given.
  public static func delete(
    _ object: ObjectPath, _ options: DeleteOptions = DeleteOptions()
  ) -> APIRequest {
    var body: JSONValue?
    if let json = options.json {
      body = ["apiVersion": "v1", "kind": "DeleteOptions"]
      for (key, value) in json.objectValue ?? [:] { body?[key] = value }
    }
    return APIRequest(
      operation: "delete \(object)", method: "DELETE", path: object.text, body: body,
      isRepeatable: options.isRepeatable, isReadOnly: options.isDryRun)
  }

  /// Evicts a pod: deletes it, unless a disruption budget forbids that now.
  ///
  /// A budget that forbids is a 429 (`Status.isBlockedByDisruptionBudget`).
  ///
  /// - Parameters:
  ///   - pod: Which; the type of the path is that of pods.
  ///   - options: How; tie it to a uid wherever one is known.
  /// - Returns: The call; repeatable where a precondition is given.
  public static func evict(
    _ pod: ObjectPath, _ options: DeleteOptions = DeleteOptions()
  ) -> APIRequest {
    var metadata: JSONValue = ["name": .string(pod.name.description)]
    if let namespace = pod.namespace { metadata["namespace"] = .string(namespace.description) }
    var body: JSONValue = [
      "apiVersion": "policy/v1", "kind": "Eviction", "metadata": metadata,
    ]
    if let json = options.json { body["deleteOptions"] = json }
    return APIRequest(
      operation: "evict \(pod)", method: "POST", path: "\(pod.text)/eviction", body: body,
      isRepeatable: options.isRepeatable, isReadOnly: options.isDryRun)
  }
}
