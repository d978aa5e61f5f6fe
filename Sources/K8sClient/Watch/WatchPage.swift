public import JSONValue

/// One page of a list.
public struct WatchPage: Hashable, Sendable {
  /// The objects.
  public var objects: [WatchedObject]
  /// The version of the whole list, which all its pages share.
  public var resourceVersion: String
  /// What to ask for the next page with; `nil` on the last one.
  public var continuation: String?

  /// A page.
  ///
  /// - Parameters:
  ///   - objects: The objects.
  ///   - resourceVersion: The version of the whole list.
  ///   - continuation: What to ask for the next page with; `nil` on the last one.
  public init(objects: [WatchedObject], resourceVersion: String, continuation: String? = nil) {
    self.objects = objects
    self.resourceVersion = resourceVersion
    self.continuation = continuation
  }

  /// The page that some JSON is; `nil` where it is no list, or an item has no name or no resource
  /// version. Items of built-in types come without `kind` and `apiVersion`; they get those of their
  /// type, as the objects of events have them.
  ///
  /// - Parameters:
  ///   - json: The answer to a list.
  ///   - type: What is listed.
  public init?(_ json: JSONValue, of type: ResourceType) {
    guard let version = json["metadata"]?["resourceVersion"]?.stringValue, !version.isEmpty,
      let items = json["items"]
    else { return nil }
    // An empty list of metadata has `null` for its items.
    guard let array = items.isNull ? [] : items.arrayValue else { return nil }
    objects = []
    objects.reserveCapacity(array.count)
    for item in array {
      guard let object = WatchedObject(Self.complete(item, of: type)) else { return nil }
      objects.append(object)
    }
    resourceVersion = version
    let token = json["metadata"]?["continue"]?.stringValue ?? ""
    continuation = token.isEmpty ? nil : token
  }

  private static func complete(_ item: JSONValue, of type: ResourceType) -> JSONValue {
    guard let object = item.objectValue, !object.contains("kind") else { return item }
    var members: [JSONObject.Element] = [
      ("kind", .string(type.kind)), ("apiVersion", .string(type.apiVersion)),
    ]
    members.append(contentsOf: object.filter { $0.key != "apiVersion" })
    return .object(JSONObject(members))
  }
}
