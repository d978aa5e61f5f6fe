import JSONValue
import TimeText

extension APIRequest {
  /// Reads one object.
  ///
  /// - Parameters:
  ///   - object: Which.
  ///   - resourceVersion: At least of which version; `nil` for the newest.
  ///   - subresource: A part of it: `.status`; `nil` for the whole.
  /// - Returns: The call.
  public static func get(
    _ object: ObjectPath, resourceVersion: ResourceVersion? = nil,
    subresource: Subresource? = nil
  ) -> APIRequest {
    APIRequest(
      operation: "get \(subresource.prefix)\(object)", method: "GET",
      path: object.text + subresource.suffix,
      query: resourceVersion.map { [QueryItem("resourceVersion", $0.description)] } ?? [],
      accept: object.type.isMetadataOnly ? MediaType.partialMetadata : MediaType.json,
      isRepeatable: true)
  }

  /// Reads a list of objects, or one page of it.
  ///
  /// - Parameters:
  ///   - collection: Of what, and where.
  ///   - options: Which of them, and how many.
  /// - Returns: The call.
  public static func list(
    _ collection: CollectionPath, _ options: ListOptions = ListOptions()
  ) -> APIRequest {
    var query: [QueryItem] = []
    query.select(options.labels, options.fields)
    if let limit = options.limit { query.append(.init("limit", String(max(limit, 0)))) }
    if let token = options.continueToken { query.append(.init("continue", token)) }
    // A continuation knows its version; the server refuses both.
    if let version = options.resourceVersion, options.continueToken == nil {
      query.append(.init("resourceVersion", version.description))
      if let match = options.match {
        query.append(.init("resourceVersionMatch", match.rawValue))
      }
    }
    let isPartial = options.isMetadataOnly || collection.type.isMetadataOnly
    return APIRequest(
      operation: "list \(collection.type.plural) \(collection.scope)", method: "GET",
      path: collection.text, query: query,
      accept: isPartial ? MediaType.partialMetadataList : MediaType.json, isRepeatable: true)
  }

  /// Hears what happens to objects, for as long as the server tells.
  ///
  /// - Parameters:
  ///   - collection: Of what, and where.
  ///   - options: Which of them, and since when.
  /// - Returns: The call; its answer is a stream.
  public static func watch(
    _ collection: CollectionPath, _ options: WatchOptions = WatchOptions()
  ) -> APIRequest {
    var query = [QueryItem("watch", "true")]
    query.select(options.labels, options.fields)
    if options.sendsInitialEvents {
      query.append(.init("sendInitialEvents", "true"))
      query.append(.init("resourceVersionMatch", ResourceVersionMatch.notOlderThan.rawValue))
    }
    if options.allowsBookmarks || options.sendsInitialEvents {
      query.append(.init("allowWatchBookmarks", "true"))
    }
    if let version = options.resourceVersion {
      query.append(.init("resourceVersion", version.description))
    }
    if let timeout = options.timeout {
      query.append(.init("timeoutSeconds", String(max(timeout.wholeSecondsRoundedUp, 1))))
    }
    let isPartial = options.isMetadataOnly || collection.type.isMetadataOnly
    return APIRequest(
      operation: "watch \(collection.type.plural) \(collection.scope)", method: "GET",
      path: collection.text, query: query,
      accept: isPartial ? MediaType.partialMetadata : MediaType.json, isStream: true,
      isRepeatable: true)
  }

  /// Asks for the version of the server, which says nothing about its health.
  ///
  /// - Returns: The call; `gitVersion` of its answer is `v1.36.2` or the like.
  public static func serverVersion() -> APIRequest {
    APIRequest(
      operation: "ask for the server's version", method: "GET", path: "/version",
      isRepeatable: true)
  }

  /// Reads the log of a container.
  ///
  /// The answer is text; with 204 and no text where the pod is not on a node yet. Containers that
  /// have not started are a 400.
  ///
  /// - Parameters:
  ///   - pod: Whose; the type of the path is that of pods.
  ///   - options: Which container, and which part.
  /// - Returns: The call; its answer is read piece by piece.
  public static func log(_ pod: ObjectPath, _ options: LogOptions = LogOptions()) -> APIRequest {
    var query: [QueryItem] = []
    if options.follows { query.append(.init("follow", "true")) }
    if let container = options.container {
      query.append(.init("container", container.description))
    }
    if options.isPrevious { query.append(.init("previous", "true")) }
    if let lines = options.tailLines {
      query.append(.init("tailLines", String(max(lines, 0))))
    }
    if let bytes = options.limitBytes { query.append(.init("limitBytes", String(max(bytes, 1)))) }
    switch options.since {
    case .last(let time):
      query.append(.init("sinceSeconds", String(max(time.wholeSecondsRoundedUp, 1))))
    case .instant(let instant): query.append(.init("sinceTime", instant.rfc3339()))
    case nil: break
    }
    if options.hasTimestamps { query.append(.init("timestamps", "true")) }
    let container = options.container.map { ", container \($0)" } ?? ""
    return APIRequest(
      operation: "read the log of \(pod)\(container)", method: "GET", path: "\(pod.text)/log",
      query: query, accept: MediaType.any, isStream: options.follows, isRepeatable: true)
  }
}

extension [APIRequest.QueryItem] {
  fileprivate mutating func select(_ labels: LabelSelector, _ fields: FieldSelector?) {
    if !labels.isEmpty { append(.init("labelSelector", labels.description)) }
    if let fields { append(.init("fieldSelector", fields.description)) }
  }
}
