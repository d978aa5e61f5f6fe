public import HTTPTransport

extension ResourceClient {
  /// The most objects of a whole list, unless told.
  public static var maximumObjects: Int { 10_000 }
  /// How many objects are asked for at once.
  public static var pageSize: Int { 500 }

  /// Reads an object.
  ///
  /// - Parameter name: Its name.
  /// - Returns: The object.
  /// - Throws: `KubernetesError`; `notFound` where it is not there.
  public func get(_ name: some ObjectNaming) async throws(KubernetesError) -> Kind {
    try await object(.get(try path(name, "get")))
  }

  /// Reads an object that may be absent.
  ///
  /// - Parameter name: Its name.
  /// - Returns: The object; `nil` where it is not there.
  /// - Throws: `KubernetesError`; where the type itself is not known to the server that is `notFound`,
  ///   and not an absent object.
  public func find(_ name: some ObjectNaming) async throws(KubernetesError) -> Kind? {
    do throws(KubernetesError) {
      return try await get(name)
    } catch {
      // Without a reason it is the text of a server that has no such path: a CRD is missing.
      guard error.code == .notFound, error.status?.reason == "NotFound" else { throw error }
      return nil
    }
  }

  /// Reads one page of a list, or all of it where no limit is given.
  ///
  /// - Parameter options: Which objects, how many, and where to go on.
  /// - Returns: The page.
  /// - Throws: `KubernetesError`; `expired` where the continuation is too old.
  public func page(
    _ options: ListOptions = ListOptions()
  ) async throws(KubernetesError) -> ObjectList<Kind> {
    guard Kind.type.isMetadataOnly || !options.isMetadataOnly else {
      throw KubernetesError(
        .invalid, "list \(Kind.type.plural) \(collection.scope)",
        detail: "metadata alone is no \(Kind.type.noun): ask for MetadataOf<\(Kind.self)>")
    }
    let request = APIRequest.list(collection, options)
    let json = try await caller.send(request)
    do throws(MalformedObject) {
      return try ObjectList(checking: json)
    } catch {
      throw KubernetesError(request, malformed: error)
    }
  }

  /// Reads a whole list, page by page, as it was at one moment.
  ///
  /// - Parameters:
  ///   - labels: Which objects, by label.
  ///   - fields: Which objects, by field.
  ///   - maximum: The most objects; more are an error, not a part of the list.
  /// - Returns: The list.
  /// - Throws: `KubernetesError`. A list that grew too old in between is begun anew, once.
  public func list(
    matching labels: LabelSelector = .everything, fields: FieldSelector? = nil,
    upTo maximum: Int = ResourceClient.maximumObjects
  ) async throws(KubernetesError) -> ObjectList<Kind> {
    let options = ListOptions(labels: labels, fields: fields, limit: Self.pageSize)
    do throws(KubernetesError) {
      return try await pages(options, upTo: maximum)
    } catch {
      guard error.code == .expired else { throw error }
      return try await pages(options, upTo: maximum)
    }
  }

  private func pages(
    _ options: ListOptions, upTo maximum: Int
  ) async throws(KubernetesError) -> ObjectList<Kind> {
    var options = options
    var whole = try await page(options)
    while whole.items.count <= maximum, let token = whole.continueToken {
      // A server that gives the same token again would be asked for ever.
      guard token != options.continueToken else {
        throw KubernetesError(
          APIRequest.list(collection, options), malformed: "a page leads back to itself")
      }
      options.continueToken = token
      let next = try await page(options)
      whole.items += next.items
      whole.continueToken = next.continueToken
      whole.resourceVersion = next.resourceVersion ?? whole.resourceVersion
    }
    guard whole.items.count <= maximum else {
      throw KubernetesError(
        .rejected, "list \(Kind.type.plural) \(collection.scope)",
        detail: "there are more than \(maximum); choose them by a label, or allow more")
    }
    whole.remainingItemCount = nil
    return whole
  }

  /// Follows the objects: what is there, and what changes.
  ///
  /// - Parameters:
  ///   - labels: Which objects, by label.
  ///   - fields: Which objects, by field.
  ///   - policy: How the watch goes about its work.
  /// - Returns: The watch; nothing is sent before the first change is asked for.
  public func watch(
    matching labels: LabelSelector = .everything, fields: FieldSelector? = nil,
    policy: WatchPolicy = WatchPolicy()
  ) -> Watch<Kind> {
    Watch(collection, labels: labels, fields: fields, by: caller, policy: policy)
  }

  /// Asks whether this client may do something with these objects.
  ///
  /// - Parameters:
  ///   - verb: `get`, `list`, `watch`, `create`, `update`, `patch`, `delete`.
  ///   - subresource: A part of them: `eviction`, `log`, `status`.
  ///   - name: One of them; `nil`: any.
  /// - Returns: The server's answer; not to be allowed is not an error.
  /// - Throws: `KubernetesError` where no answer came, or none that can be read.
  public func reviewAccess(
    _ verb: String, subresource: String? = nil, name: ObjectName? = nil
  ) async throws(KubernetesError) -> AccessReview {
    let namespace: Namespace? =
      if case .namespace(let namespace) = collection.scope { namespace } else { nil }
    return try await caller.reviewAccess(
      AccessQuestion(verb, Kind.type, subresource: subresource, name: name, in: namespace))
  }
}

extension ResourceClient where Kind == Pod {
  /// Reads the log of a container whole.
  ///
  /// - Parameters:
  ///   - name: The pod.
  ///   - options: Which container, and which part of its log; `follows` is for `openLog`.
  ///   - limit: The most bytes; more are an error. `tailLines` and `limitBytes` ask for less.
  /// - Returns: The bytes; empty where the pod is not on a node yet.
  /// - Throws: `KubernetesError`; `invalid` where the container has not started.
  public func log(
    _ name: some ObjectNaming, _ options: LogOptions = LogOptions(), upTo limit: Int = 4 << 20
  ) async throws(KubernetesError) -> [UInt8] {
    var options = options
    options.follows = false
    let request = APIRequest.log(try path(name, "read the log of"), options)
    let body = try await caller.open(request)
    do throws(TransportError) {
      return try await body.collect(upTo: limit)
    } catch {
      throw KubernetesError(request, error)
    }
  }

  /// Reads the log of a container as it comes.
  ///
  /// - Parameters:
  ///   - name: The pod.
  ///   - options: Which container, which part of its log, and whether to stay for more.
  /// - Returns: The bytes, in pieces that end anywhere.
  /// - Throws: `KubernetesError`; `invalid` where the container has not started.
  public func openLog(
    _ name: some ObjectNaming, _ options: LogOptions = LogOptions()
  ) async throws(KubernetesError) -> HTTPBody {
    try await caller.open(.log(try path(name, "read the log of"), options))
  }
}
