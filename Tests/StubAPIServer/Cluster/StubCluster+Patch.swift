import JSONValue

extension StubCluster {
  mutating func patch(_ call: inout Call) throws(Refusal) -> StubAnswer {
    let media = (call.request.header("Content-Type") ?? "").split(separator: ";").first ?? ""
    let name = "application/"
    var known = ["json-patch+json", "merge-patch+json", "apply-patch+yaml"]
    if !call.type.isCustom { known.append("strategic-merge-patch+json") }
    guard known.contains(where: { name + $0 == media }) else {
      throw Self.unsupportedPatch(call.type)
    }
    call.isDryRun = try Self.isDryRun(call, options: "PatchOptions")
    if media == name + "apply-patch+yaml" { return try apply(&call) }
    let patch = try Self.patchBody(call)
    guard let old = object(call.type, call.name) else {
      throw .notFound(call.type.asResource, call.name.name)
    }
    let before = EventViews.shown(old, call.type)
    let after: JSONValue
    switch media {
    case "application/json-patch+json":
      guard let operations = patch.arrayValue,
        let result = JSONPatch.apply(operations, to: before)
      else {
        throw Refusal(
          422, "Invalid", "the server rejected our request due to an error in our request",
          details: [:])
      }
      after = result
    case "application/strategic-merge-patch+json":
      after = MergePatch.strategic(patch, into: before)
    default: after = MergePatch.merge(patch, into: before)
    }
    let wished = try readPatched(after, &call)
    try Self.checkName(wished, call)
    return .json(try shown(try update(old, to: wished, call), call))
  }

  private static func patchBody(_ call: Call) throws(Refusal) -> JSONValue {
    do throws(JSONError) {
      return try JSONValue(parsing: call.request.body)
    } catch {
      throw .badRequest("error decoding patch: \(GoJSON.complaint(call.request.body, error))")
    }
  }

  /// A patched object as its type; what does not fit is the fault of the patch.
  private func readPatched(_ after: JSONValue, _ call: inout Call) throws(Refusal) -> JSONValue {
    if let shape = call.type.shape {
      var reader = ShapeReader()
      do throws(ShapeFault) {
        _ = try reader.read(after, as: .object(shape))
      } catch {
        let shown = JSONValue.string(after.text()).text()
        throw .invalid(
          ResourceGroup("", ""), "", [FieldFault.invalid("patch", shown, error.message)])
      }
    }
    return try read(after, &call)
  }

  private static func unsupportedPatch(_ type: StubResource) -> Refusal {
    guard type.isCustom else {
      return Refusal(
        415, "UnsupportedMediaType", "415: Unsupported Media Type", details: [:])
    }
    return Refusal(
      415, "UnsupportedMediaType",
      "the body of the request was in an unknown format - accepted media types include: "
        + "application/json-patch+json, application/merge-patch+json, "
        + "application/apply-patch+yaml")
  }
}
