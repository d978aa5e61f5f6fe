public import JSONValue

/// The answer to a list: some objects, and where to go on.
public struct ObjectList<Item: Resource>: Hashable, Sendable {
  /// The objects. Those of built-in types have no `kind` and no `apiVersion` in a list.
  public var items: [Item]
  /// The version of the list, to watch from; all pages of a list have the same.
  public var resourceVersion: ResourceVersion?
  /// Where the next page begins; `nil` after the last one.
  public var continueToken: String?
  /// How many objects come after this page, where the server says so.
  public var remainingItemCount: Int?

  /// A list.
  public init(
    _ items: [Item], resourceVersion: ResourceVersion? = nil, continueToken: String? = nil,
    remainingItemCount: Int? = nil
  ) {
    self.items = items
    self.resourceVersion = resourceVersion
    self.continueToken = continueToken
    self.remainingItemCount = remainingItemCount
  }

  /// Reads a list that an API server sent.
  ///
  /// - Parameter json: The answer.
  /// - Throws: `MalformedObject` where it is no list of such objects; it says which item, and which
  ///   field of it.
  public init(checking json: JSONValue) throws(MalformedObject) {
    let subject = "a list of \(Item.type.plural)"
    guard json.objectValue != nil else {
      throw MalformedObject(subject, at: [], "expected an object, found \(json.kind)")
    }
    if let kind = json["kind"]?.stringValue, !kind.hasSuffix("List") {
      throw MalformedObject(
        subject, at: ["kind"], "expected a list, found \(kind.plain(limit: 60))")
    }
    for rule in [
      FieldRule.text("metadata", "resourceVersion"), .text("metadata", "continue"),
      .integer("metadata", "remainingItemCount"),
    ] {
      guard let fault = rule.fault(in: json) else { continue }
      throw MalformedObject(
        subject, at: fault.path, "expected \(fault.expected), found \(fault.found.inMessage)")
    }
    items = []
    switch json["items"] {
    case .array(let values)?:
      items.reserveCapacity(values.count)
      for (index, value) in values.enumerated() {
        items.append(try Item(checking: value, subject: "item \(index) of \(subject)"))
      }
    case .null?, nil: break  // A list of nothing, as some servers write it.
    case let other?:
      throw MalformedObject(subject, at: ["items"], "expected a list, found \(other.inMessage)")
    }
    let metadata = json["metadata"]
    resourceVersion = (metadata?["resourceVersion"]?.stringValue)
      .flatMap { text in try? ResourceVersion(text) }
    continueToken = (metadata?["continue"]?.stringValue).flatMap { $0.isEmpty ? nil : $0 }
    remainingItemCount = metadata?["remainingItemCount"]?.intValue
  }
}
