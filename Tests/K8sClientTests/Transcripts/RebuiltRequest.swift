import JSONValue
import Pacing
import TimeText

@testable import K8sClient

/// Builds a recorded request anew, by the builders alone: the path is taken apart into a type, a
/// scope and a name, the query and the body into options.
struct RebuiltRequest {
  /// Why there is no builder for a request.
  struct Unsupported: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
  }

  private let recorded: Exchange.Request
  private var query: [Exchange.Pair]

  /// The request that builders make of what a recorded one means.
  static func make(_ recorded: Exchange.Request) throws -> APIRequest {
    var rebuilt = RebuiltRequest(recorded: recorded, query: recorded.query)
    let request = try rebuilt.request()
    guard rebuilt.query.isEmpty else {
      throw Unsupported("no option for \(rebuilt.query.map(\.name))")
    }
    return request
  }

  private mutating func take(_ name: String) -> String? {
    guard let index = query.firstIndex(where: { $0.name == name }) else { return nil }
    return query.remove(at: index).value
  }

  private mutating func number(_ name: String) throws -> Int? {
    guard let text = take(name) else { return nil }
    guard let number = Int(text), number >= 0 else { throw Unsupported("\(name)=\(text)") }
    return number
  }

  private mutating func isTrue(_ name: String) -> Bool { take(name) == "true" }

  // MARK: Paths

  private struct Place {
    let type: ResourceType
    let scope: Scope
    let name: ObjectName?
    let subresource: String?

    func object() throws -> ObjectPath {
      guard let name else { throw Unsupported("this method on a collection") }
      return try CollectionPath(type, in: scope).object(name)
    }

    func collection() throws -> CollectionPath {
      guard name == nil else { throw Unsupported("this method on an object") }
      return try CollectionPath(type, in: scope)
    }
  }

  private static let clusterTypes = ["namespaces", "customresourcedefinitions"]

  private func place() throws -> Place {
    var parts = recorded.path.split(separator: "/").map(String.init)
    guard let root = parts.first, root == "api" || root == "apis", parts.count >= 3 else {
      throw Unsupported("a path without resources")
    }
    parts.removeFirst()
    let group = root == "api" ? "" : parts.removeFirst()
    let version = parts.removeFirst()
    var scope = Scope.allNamespaces
    if parts.count > 2, parts[0] == "namespaces" {
      scope = try .namespace(parts[1])
      parts.removeFirst(2)
    }
    guard let plural = parts.first else { throw Unsupported("a path without resources") }
    let isNamespaced = !Self.clusterTypes.contains(plural)
    let type = ResourceType(
      group: group, version: version, plural: plural, kind: plural, isNamespaced: isNamespaced)
    return Place(
      type: type, scope: isNamespaced ? scope : .cluster,
      name: parts.count > 1 ? try ObjectName(parts[1]) : nil,
      subresource: parts.count > 2 ? parts[2] : nil)
  }

  // MARK: Requests

  private mutating func request() throws -> APIRequest {
    guard recorded.text == nil else { throw Unsupported("a body that is no JSON") }
    if recorded.path.hasSuffix("/selfsubjectaccessreviews") { return try review() }
    if recorded.path == "/version" { return .serverVersion() }
    let place = try place()
    switch (recorded.method, place.subresource) {
    case ("GET", "log"): return try log(place.object())
    case ("POST", "eviction"): return try .evict(place.object(), deleteOptions("deleteOptions"))
    case ("GET", nil) where place.name != nil:
      let version = try take("resourceVersion").map { try ResourceVersion($0) }
      return try .get(place.object(), resourceVersion: version)
    case ("GET", nil) where recorded.value("watch") == "true": return try watch(place)
    case ("GET", nil): return try list(place)
    case ("POST", nil):
      return try .create(body(), in: place.collection(), writeOptions())
    case ("PUT", let part):
      return try .replace(
        place.object(), with: body(), subresource: subresource(part), writeOptions())
    case ("PATCH", let part):
      let patch = try patch()
      return try .patch(place.object(), patch, subresource: subresource(part), writeOptions())
    case ("DELETE", nil):
      guard recorded.body == nil || recorded.body?["kind"] == "DeleteOptions" else {
        throw Unsupported("a deletion with another body")
      }
      return try .delete(place.object(), deleteOptions(nil))
    default: throw Unsupported("\(recorded.method) of \(place.subresource ?? "this")")
    }
  }

  private func body() throws -> JSONValue {
    guard let body = recorded.body else { throw Unsupported("no body") }
    return body
  }

  private func subresource(_ name: String?) throws -> Subresource? {
    guard let name else { return nil }
    guard let part = Subresource(rawValue: name) else { throw Unsupported("/\(name)") }
    return part
  }

  private mutating func list(_ place: Place) throws -> APIRequest {
    var options = ListOptions(isMetadataOnly: recorded.accept == MediaType.partialMetadataList)
    options.labels = try LabelSelector(take("labelSelector") ?? "")
    options.fields = try fields()
    options.limit = try number("limit")
    options.continueToken = take("continue")
    options.resourceVersion = try take("resourceVersion").map { try ResourceVersion($0) }
    options.match = take("resourceVersionMatch").flatMap(ResourceVersionMatch.init(rawValue:))
    return .list(try place.collection(), options)
  }

  private mutating func watch(_ place: Place) throws -> APIRequest {
    _ = take("watch")
    var options = WatchOptions(isMetadataOnly: recorded.accept == MediaType.partialMetadata)
    options.labels = try LabelSelector(take("labelSelector") ?? "")
    options.fields = try fields()
    options.resourceVersion = try take("resourceVersion").map { try ResourceVersion($0) }
    options.allowsBookmarks = isTrue("allowWatchBookmarks")
    options.timeout = try number("timeoutSeconds").map { .seconds($0) }
    options.sendsInitialEvents = isTrue("sendInitialEvents")
    _ = take("resourceVersionMatch")
    return .watch(try place.collection(), options)
  }

  private mutating func fields() throws -> FieldSelector? {
    var selector: FieldSelector?
    for term in (take("fieldSelector") ?? "").split(separator: ",") {
      let pair = term.split(separator: "=", maxSplits: 1)
      let next = try FieldSelector.field(String(pair[0]), pair.count == 2 ? String(pair[1]) : "")
      selector = selector?.and(next) ?? next
    }
    return selector
  }

  private mutating func log(_ pod: ObjectPath) throws -> APIRequest {
    var options = LogOptions(
      isPrevious: isTrue("previous"), hasTimestamps: isTrue("timestamps"),
      follows: isTrue("follow"))
    options.container = try take("container").map { try ContainerName($0) }
    options.tailLines = try number("tailLines")
    options.limitBytes = try number("limitBytes")
    options.since = try number("sinceSeconds").map { .last(.seconds($0)) }
    return .log(pod, options)
  }

  private mutating func writeOptions() -> WriteOptions {
    WriteOptions(
      isDryRun: take("dryRun") == "All", fieldManager: take("fieldManager"),
      fieldValidation: take("fieldValidation").flatMap(WriteOptions.FieldValidation.init))
  }

  private mutating func patch() throws -> Patch {
    let body = try body()
    switch recorded.contentType {
    case "application/merge-patch+json": return .merge(body)
    case "application/strategic-merge-patch+json": return .strategicMerge(body)
    case "application/json-patch+json": return .operations(body.arrayValue ?? [])
    case "application/apply-patch+yaml":
      guard let manager = take("fieldManager") else { throw Unsupported("nobody who applies") }
      return .apply(body, manager: manager, isForced: isTrue("force"))
    default: throw Unsupported("a patch of type \(recorded.contentType)")
    }
  }

  private func deleteOptions(_ key: String?) throws -> DeleteOptions {
    guard let json = key.map({ recorded.body?[$0] }) ?? recorded.body else {
      return DeleteOptions()
    }
    var options = DeleteOptions()
    if let preconditions = json["preconditions"] {
      options.precondition = .init(
        uid: try preconditions["uid"]?.stringValue.map { try UID($0) },
        resourceVersion: try preconditions["resourceVersion"]?.stringValue.map {
          try ResourceVersion($0)
        })
    }
    options.gracePeriod = json["gracePeriodSeconds"]?.intValue.map { .seconds($0) }
    if let policy = json["propagationPolicy"]?.stringValue {
      options.propagation = DeleteOptions.Propagation(rawValue: policy)
    }
    options.isDryRun = json["dryRun"] != nil
    return options
  }

  private func review() throws -> APIRequest {
    guard let asked = recorded.body?["spec"]?["resourceAttributes"],
      let verb = asked["verb"]?.stringValue, let resource = asked["resource"]?.stringValue
    else { throw Unsupported("a question without a resource") }
    return .accessReview(
      AccessQuestion(
        verb, group: asked["group"]?.stringValue ?? "", resource: resource,
        subresource: asked["subresource"]?.stringValue,
        name: try asked["name"]?.stringValue.map { try ObjectName($0) },
        in: try asked["namespace"]?.stringValue.map { try Namespace($0) }))
  }
}
