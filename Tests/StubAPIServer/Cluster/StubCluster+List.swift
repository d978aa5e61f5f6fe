import JSONValue

/// Which objects a list or a watch is about.
struct Selection {
  var type: StubResource
  var namespace: String?
  var labels: LabelSelector
  var fields: FieldSelector

  init(_ call: Call) throws(Refusal) {
    type = call.type
    namespace = call.type.isNamespaced ? call.address.namespace : nil
    labels = try LabelSelector(call["labelSelector"] ?? "")
    fields = try FieldSelector(call["fieldSelector"] ?? "", for: call.type)
  }

  var isWhole: Bool { labels.requirements.isEmpty && fields.requirements.isEmpty }

  func isInPlace(_ name: ObjectName) -> Bool {
    namespace == nil || name.namespace == namespace
  }

  func contains(_ name: ObjectName, _ object: JSONValue) -> Bool {
    isInPlace(name) && labels.matches(object.labels)
      && fields.matches(object)
  }

  /// The key of an object below the list, as tokens tell it.
  func key(_ name: ObjectName) -> String { namespace == nil ? name.path : name.name }
}

extension StubCluster {
  func list(_ call: Call) throws(Refusal) -> StubAnswer {
    let selection = try Selection(call)
    let limit = try Self.number(call["limit"]) ?? 0
    let version = call["resourceVersion"] ?? ""
    try checkListOptions(call, version)
    var (at, start) = (revision, "")
    if let text = call["continue"], !text.isEmpty {
      guard version.isEmpty || version == "0" else {
        throw .badRequest("specifying resource version is not allowed when using continue")
      }
      let token = try ContinueToken(text)
      if token.revision > 0, token.revision < listFloor {
        throw Self.expired(token)
      }
      start = token.start
      if token.revision > 0 { at = token.revision }
    } else if version == "0" {
      at = max(revision - cacheLag, 1)
    } else if !version.isEmpty {
      at = try revision(asked: version, call, limit)
    }
    let snapshot =
      at == revision ? objects[call.type.store] ?? [:] : snapshot(of: call.type.store, at: at)
    let known = snapshot.filter { selection.isInPlace($0.key) }
      .map { (key: selection.key($0.key), name: $0.key, object: $0.value) }
      .filter { !Array($0.key.utf8).lexicographicallyPrecedes(Array(start.utf8)) }
      .sorted { Array($0.key.utf8).lexicographicallyPrecedes(Array($1.key.utf8)) }
    var found = known.filter { selection.contains($0.name, $0.object) }
    var metadata: JSONValue = ["resourceVersion": .string(String(at))]
    if limit > 0, version != "0", found.count >= limit {
      found.removeLast(found.count - limit)
      let last = found.last?.key ?? ""
      // Whether more follows is told without looking at selectors: the next page may be empty.
      let rest = known.count { Array(last.utf8).lexicographicallyPrecedes(Array($0.key.utf8)) }
      if rest > 0 {
        let token = ContinueToken(revision: at, start: last + "\0")
        metadata["continue"] = .string(token.text(isCached: !call.type.isEvent))
        if selection.isWhole { metadata["remainingItemCount"] = .int(rest) }
      }
    }
    return .json(try listed(found.map(\.object), metadata, call))
  }

  private func listed(
    _ items: [JSONValue], _ metadata: JSONValue, _ call: Call
  ) throws(Refusal) -> JSONValue {
    var metadata = metadata
    switch call.form {
    case .table: throw .notAcceptable(isLog: false)
    case .metadata:
      return [
        "kind": "PartialObjectMetadataList", "apiVersion": "meta.k8s.io/v1", "metadata": metadata,
        "items": items.isEmpty ? .null : .array(items.map(Self.partial)),
      ]
    case .whole: break
    }
    if call.type.isCustom {
      if metadata["continue"] == nil { metadata["continue"] = "" }
      return JSONValue.object([
        "apiVersion": .string(call.type.groupVersion), "items": .array(items),
        "kind": .string(call.type.kind + "List"), "metadata": metadata.sorted,
      ])
    }
    let bare = items.map { item in
      var item = EventViews.shown(item, call.type)
      item["kind"] = nil
      item["apiVersion"] = nil
      return item
    }
    return [
      "kind": .string(call.type.kind + "List"), "apiVersion": .string(call.type.groupVersion),
      "metadata": metadata, "items": .array(bare),
    ]
  }

  private func checkListOptions(_ call: Call, _ version: String) throws(Refusal) {
    var faults: [FieldFault] = []
    if call["resourceVersionMatch"] != nil, version.isEmpty {
      faults.append(
        .forbidden(
          "resourceVersionMatch",
          "resourceVersionMatch is forbidden unless resourceVersion is provided"))
    }
    if call["sendInitialEvents"] != nil {
      faults.append(.forbidden("sendInitialEvents", "sendInitialEvents is forbidden for list"))
    }
    guard faults.isEmpty else {
      throw .invalid(ResourceGroup("meta.k8s.io", "ListOptions"), "", faults)
    }
  }

  /// The revision to list at.
  private func revision(
    asked text: String, _ call: Call, _ limit: Int
  ) throws(Refusal) -> Int {
    guard let asked = Int(text), asked >= 0 else {
      throw .badRequest(
        "invalid resource version: resourceVersion: Invalid value: \"\(text)\": "
          + "strconv.ParseUint: parsing \"\(text)\": invalid syntax")
    }
    guard asked <= revision else { throw tooLarge(asked) }
    let isExact =
      call["resourceVersionMatch"].map { $0 == "Exact" } ?? (limit > 0)
    guard isExact else { return revision }
    guard asked >= listFloor else {
      throw Refusal(
        410, "Expired", "The resourceVersion for the provided list is too old.")
    }
    return asked
  }

  private static func expired(_ token: ContinueToken) -> Refusal {
    let next = ContinueToken(revision: -1, start: token.start).text(isCached: false)
    let message =
      "The provided continue parameter is too old to display a consistent list result. You can "
      + "start a new list without the continue parameter, or use the continue token in this "
      + "response to retrieve the remainder of the results. Continuing with the provided token "
      + "results in an inconsistent list - objects that were created, modified, or deleted between "
      + "the time the first chunk was returned and now may show up in the list."
    return Refusal(
      .json(
        [
          "kind": "Status", "apiVersion": "v1", "metadata": ["continue": .string(next)],
          "status": "Failure", "message": .string(message), "reason": "Expired", "code": 410,
        ], status: 410))
  }

  static func number(_ text: String?) throws(Refusal) -> Int? {
    guard let text, !text.isEmpty else { return nil }
    guard let number = Int(text) else {
      throw .badRequest("strconv.ParseInt: parsing \"\(text)\": invalid syntax")
    }
    return number
  }
}
