import JSONValue

extension StubCluster {
  mutating func create(_ call: inout Call) throws(Refusal) -> StubAnswer {
    call.isDryRun = try Self.isDryRun(call, options: "CreateOptions")
    var object = try object(in: &call)
    try checkNamespace(call, object)
    try place(&object, call)
    complete(&object, call.type)
    if call.type.isPod { podAdmission?(&object) }
    applyDefaults(&object, call.type)
    let given = object.text("metadata", "generateName")
    if object.name.isEmpty, let given {
      object.set(["metadata", "name"], .string(Self.generated(given, newSuffix())))
    }
    let type = call.type
    if let required = Self.nameRequired(object, type) { throw required }
    let faults = Self.metadataFaults(object, type) + Self.faults(object, type)
    guard faults.isEmpty else { throw .invalid(type.asKind, object.name, faults) }
    let name = ObjectName(type.isNamespaced ? object.namespace : nil, object.name)
    guard self.object(type, name) == nil else { throw .alreadyExists(type.asResource, name.name) }
    if type.kind == "CustomResourceDefinition" { establish(&object) }
    guard !call.isDryRun else {
      object.set(["metadata", "resourceVersion"], nil)
      return .json(try shown(arranged(object, type), call), status: 201)
    }
    return .json(try shown(store(object, in: type), call), status: 201)
  }

  /// The object in a body, read as the type wants it.
  func object(in call: inout Call) throws(Refusal) -> JSONValue {
    let body = try RequestBody(call, kind: call.type.kind)
    guard body.value.objectValue != nil else {
      throw .badRequest(
        "the object provided is unrecognized (must be of type \(call.type.kind)): couldn't get "
          + "version/kind; json parse error: json: cannot unmarshal into Go value of type struct")
    }
    try checkType(body.value, &call)
    let duplicates = body.duplicate.map { ["duplicate field \"\($0)\""] } ?? []
    return try read(body.value, &call, warnings: duplicates)
  }

  /// Reads a body or a patched object as its type: what is unknown goes, with a warning.
  func read(
    _ value: JSONValue, _ call: inout Call, warnings: [String] = []
  ) throws(Refusal) -> JSONValue {
    var object = value
    var unknown: [String] = []
    if let schema = call.type.schema {
      (object, unknown) = CustomSchema.pruned(object, schema)
    } else if let shape = call.type.shape {
      var reader = ShapeReader()
      do throws(ShapeFault) {
        object = try reader.read(object, as: .object(shape)) ?? [:]
      } catch {
        throw .badRequest(
          "\(call.type.kind) in version \"\(call.type.version)\" cannot be handled as a "
            + "\(call.type.kind): \(error.message)")
      }
      unknown = reader.unknown
    }
    let all = warnings + unknown.sorted().map { "unknown field \"\($0)\"" }
    switch call["fieldValidation"] {
    case "Strict" where !all.isEmpty:
      throw .badRequest(
        "\(call.type.kind) in version \"\(call.type.version)\" cannot be handled as a "
          + "\(call.type.kind): strict decoding error: \(all.joined(separator: ", "))")
    case "Ignore": break
    default: call.warnings += all
    }
    return call.type.isEvent ? EventViews.stored(object, from: call.type.group) : object
  }

  private func checkType(_ value: JSONValue, _ call: inout Call) throws(Refusal) {
    let type = call.type
    let version = value.text("apiVersion") ?? ""
    let kind = value.text("kind") ?? ""
    if type.isCustom {
      guard version == type.groupVersion else {
        if !version.isEmpty {
          call.warnings += (value.objectValue?.keys ?? [])
            .filter { !["apiVersion", "kind", "metadata"].contains($0) }.sorted()
            .map { "unknown field \"\($0)\"" }
        }
        throw .badRequest(
          "the API version in the data (\(version)) does not match the expected API version "
            + "(\(type.groupVersion))")
      }
      return
    }
    guard !kind.isEmpty, kind != type.kind else { return }
    let short = version.split(separator: "/").last.map(String.init) ?? version
    let start = "\(kind) in version \"\(short)\" cannot be handled as a \(type.kind): "
    if catalog[kind: kind, version] != nil {
      throw .badRequest(
        start + "converting (\(short).\(kind)) to (core.\(type.kind)): unknown conversion")
    }
    throw .badRequest(
      start + "no kind \"\(kind)\" is registered for version \"\(version)\" in scheme "
        + "\"pkg/runtime/scheme.go:111\"")
  }

  /// The namespace of the URL into the object; they may not differ.
  private func place(_ object: inout JSONValue, _ call: Call) throws(Refusal) {
    guard call.type.isNamespaced else { return }
    if let own = object.namespace, own != call.address.namespace {
      throw .badRequest(
        "the namespace of the provided object does not match the namespace sent on the request")
    }
    object.set(["metadata", "namespace"], call.address.namespace.map(JSONValue.string))
  }

  /// Whether anything can be created in the namespace.
  private func checkNamespace(_ call: Call, _ object: JSONValue) throws(Refusal) {
    guard call.type.isNamespaced, let type = catalog["", "namespaces"] else { return }
    guard let name = call.address.namespace else { throw .methodNotAllowed }
    // That the body names another namespace is found first.
    if let own = object.namespace, own != name { return }
    guard let namespace = self.object(type, ObjectName(nil, name)) else {
      throw .notFound(type.asResource, name)
    }
    guard namespace.isTerminating else { return }
    throw .forbidden(
      call.type.asResource, object.name,
      "unable to create new content in namespace \(name) because it is being terminated",
      causes: [
        [
          "reason": "NamespaceTerminating",
          "message": .string("namespace \(name) is being terminated"),
          "field": "metadata.namespace",
        ]
      ])
  }

  static func isDryRun(_ call: Call, options: String) throws(Refusal) -> Bool {
    guard let value = call["dryRun"] else { return false }
    guard value == "All" else {
      throw .invalid(
        ResourceGroup("meta.k8s.io", options), "",
        [.notSupported("dryRun", "[\"\(value)\"]", ["All"])])
    }
    return true
  }
}
