import JSONValue

/// How something is to be deleted: from the body, or from the query.
struct DeleteOptions {
  var grace: Int?
  var policy: String?
  var uid: String?
  var resourceVersion: String?
  var isDryRun = false

  init(_ call: Call) throws(Refusal) {
    let body: JSONValue =
      call.request.body.isEmpty ? [:] : try RequestBody(call, kind: "DeleteOptions").value
    try self.init(body, query: call.target)
  }

  init(_ body: JSONValue, query: RequestTarget? = nil) throws(Refusal) {
    var reader = ShapeReader()
    let options: JSONValue
    do throws(ShapeFault) {
      options = try reader.read(body, as: .object(.deleteOptions)) ?? [:]
    } catch {
      throw .badRequest(
        "DeleteOptions in version \"v1\" cannot be handled as a DeleteOptions: \(error.message)")
    }
    grace = options.integer("gracePeriodSeconds")
    policy = options.text("propagationPolicy")
    uid = options.text("preconditions", "uid")
    resourceVersion = options.text("preconditions", "resourceVersion")
    var dryRun = (options["dryRun"]?.arrayValue ?? []).compactMap(\.stringValue)
    var orphan = options["orphanDependents"]?.boolValue
    if let query {
      grace = try StubCluster.number(query["gracePeriodSeconds"]) ?? grace
      policy = query["propagationPolicy"] ?? policy
      orphan = query["orphanDependents"].map { $0 == "true" } ?? orphan
      dryRun += query.query.filter { $0.name == "dryRun" }.map(\.value)
    }
    try check(dryRun, orphan)
    isDryRun = !dryRun.isEmpty
    if let orphan, policy == nil { policy = orphan ? "Orphan" : "Background" }
  }

  private func check(_ dryRun: [String], _ orphan: Bool?) throws(Refusal) {
    var faults: [FieldFault] = []
    if let policy, orphan != nil {
      faults.append(
        .invalid(
          "propagationPolicy", "\"\(policy)\"",
          "orphanDependents and deletionPropagation cannot be both set"))
    }
    let known = ["Foreground", "Background", "Orphan"]
    if let policy, !known.contains(policy) {
      faults.append(.notSupported("propagationPolicy", "\"\(policy)\"", known + ["nil"]))
    }
    if dryRun.contains(where: { $0 != "All" }) {
      let list = JSONValue.array(dryRun.map(JSONValue.string)).text()
      faults.append(.notSupported("dryRun", list, ["All"]))
    }
    guard faults.isEmpty else {
      throw .invalid(ResourceGroup("meta.k8s.io", "DeleteOptions"), "", faults)
    }
  }

  /// Throws 409 where the object is not the one that is meant.
  func checkPreconditions(_ object: JSONValue, _ type: StubResource) throws(Refusal) {
    if let uid, uid != object.uid {
      throw .conflict(
        type.asKind, object.name,
        "the UID in the precondition (\(uid)) does not match the UID in record (\(object.uid)). "
          + "The object might have been deleted and then recreated")
    }
    let version = object.text("metadata", "resourceVersion") ?? ""
    if let resourceVersion, resourceVersion != version {
      throw .conflict(
        type.asKind, object.name,
        "the ResourceVersion in the precondition (\(resourceVersion)) does not match the "
          + "ResourceVersion in record (\(version)). The object might have been modified")
    }
  }
}
