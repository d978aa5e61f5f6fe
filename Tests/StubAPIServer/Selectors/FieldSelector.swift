import JSONValue

/// A field selector.
struct FieldSelector: Hashable {
  struct Requirement: Hashable {
    var field: String
    var value: String
    var isEqual: Bool
  }

  var requirements: [Requirement] = []

  init(_ text: String, for resource: StubResource) throws(Refusal) {
    guard !text.isEmpty else { return }
    for term in text.split(separator: ",", omittingEmptySubsequences: true) {
      let requirement = try Self.requirement(String(term))
      try Self.check(requirement.field, for: resource)
      requirements.append(requirement)
    }
  }

  /// The name that is asked for, if it is one.
  var name: String? {
    requirements.first { $0.field == "metadata.name" && $0.isEqual }?.value
  }

  func matches(_ object: JSONValue) -> Bool {
    requirements.allSatisfy { requirement in
      (Self.value(of: requirement.field, in: object) == requirement.value) == requirement.isEqual
    }
  }

  private static func requirement(_ term: String) throws(Refusal) -> Requirement {
    for (symbol, isEqual) in [("!=", false), ("==", true), ("=", true)] {
      let parts = term.split(separator: symbol, maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2 else { continue }
      return Requirement(field: String(parts[0]), value: String(parts[1]), isEqual: isEqual)
    }
    throw .badRequest("invalid selector: '\(term)'; can't understand '\(term)'")
  }

  private static func check(_ field: String, for resource: StubResource) throws(Refusal) {
    let known = ["metadata.name", "metadata.namespace"] + resource.selectable
    guard !known.contains(field) else { return }
    switch resource.selectorRefusal {
    case .notSupported: throw .badRequest("field label not supported: \(field)")
    case .notSupportedFor:
      throw .badRequest("field label \"\(field)\" not supported for \(resource.kind)")
    case .notKnown:
      throw .badRequest(
        "\"\(field)\" is not a known field selector: only \"metadata.name\", "
          + "\"metadata.namespace\"")
    }
  }

  private static func value(of field: String, in object: JSONValue) -> String {
    switch field {
    case "status.successful": return String(object.integer("status", "succeeded") ?? 0)
    case "source": return object.text("source", "component") ?? ""
    case "regarding.name", "regarding.kind", "regarding.uid", "regarding.namespace",
      "regarding.apiVersion", "regarding.fieldPath", "regarding.resourceVersion":
      return object.text("involvedObject", String(field.dropFirst("regarding.".count))) ?? ""
    case "reportingController": return object.text("reportingComponent") ?? ""
    default: break
    }
    switch object.at(field.split(separator: ".").map(String.init)) {
    case .string(let text): return text
    case .number(let number): return number.text
    case .bool(let flag): return String(flag)
    case .null, .array, .object, nil: return ""
    }
  }
}
