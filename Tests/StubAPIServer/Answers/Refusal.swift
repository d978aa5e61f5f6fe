import JSONValue

/// An answer that ends the handling of a request.
struct Refusal: Error {
  var answer: StubAnswer

  init(_ answer: StubAnswer) { self.answer = answer }

  /// A `Status`, with what it lacks left out.
  init(
    _ code: Int, _ reason: String?, _ message: String, details: JSONValue? = nil,
    retryAfter: Int? = nil
  ) {
    var status: JSONValue = [
      "kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Failure",
      "message": .string(message),
    ]
    if let reason { status["reason"] = .string(reason) }
    if let details { status["details"] = details }
    status["code"] = .number(JSONNumber(code))
    answer = .json(status, status: code)
    if let retryAfter {
      answer.headers.append(StubHeader("Retry-After", String(retryAfter)))
    }
  }
}

extension Refusal {
  static let unauthorized = Refusal(401, "Unauthorized", "Unauthorized")
  static let pageNotFound = Refusal(.text("404 page not found\n", status: 404))
  static let noSuchResource = Refusal(
    404, "NotFound", "the server could not find the requested resource", details: [:])
  static let methodNotAllowed = Refusal(
    405, "MethodNotAllowed", "the server does not allow this method on the requested resource",
    details: [:])

  static func badRequest(_ message: String) -> Refusal { Refusal(400, "BadRequest", message) }

  static func notFound(_ type: ResourceGroup, _ name: String) -> Refusal {
    Refusal(
      404, "NotFound", "\(type.qualified) \"\(name)\" not found",
      details: type.details(name: name))
  }

  static func alreadyExists(_ type: ResourceGroup, _ name: String) -> Refusal {
    Refusal(
      409, "AlreadyExists", "\(type.qualified) \"\(name)\" already exists",
      details: type.details(name: name))
  }

  static func conflict(_ type: ResourceGroup, _ name: String, _ why: String) -> Refusal {
    Refusal(
      409, "Conflict", "Operation cannot be fulfilled on \(type.qualified) \"\(name)\": \(why)",
      details: type.details(name: name))
  }

  static func modified(_ type: ResourceGroup, _ name: String) -> Refusal {
    conflict(
      type, name,
      "the object has been modified; please apply your changes to the latest version and try again")
  }

  static func forbidden(
    _ type: ResourceGroup, _ name: String, _ why: String, causes: [JSONValue] = []
  ) -> Refusal {
    var details = type.details(name: name)
    if !causes.isEmpty { details["causes"] = .array(causes) }
    let object = name.isEmpty ? type.qualified : "\(type.qualified) \"\(name)\""
    return Refusal(403, "Forbidden", "\(object) is forbidden: \(why)", details: details)
  }

  /// 422, with every fault of the fields.
  static func invalid(_ type: ResourceGroup, _ name: String, _ faults: [FieldFault]) -> Refusal {
    var texts: [String] = []
    for fault in faults where !texts.contains(fault.description) {
      texts.append(fault.description)
    }
    let all = texts.count == 1 ? texts[0] : "[" + texts.joined(separator: ", ") + "]"
    var details = type.details(name: name)
    details["causes"] = .array(faults.map(\.cause))
    return Refusal(
      422, "Invalid", "\(type.qualified) \"\(name)\" is invalid: \(all)", details: details)
  }
}

/// A group with a resource or a kind in it, as messages name it.
struct ResourceGroup: Hashable {
  var group: String
  var name: String

  init(_ group: String, _ name: String) {
    self.group = group
    self.name = name
  }

  /// `jobs.batch`, `pods`.
  var qualified: String { group.isEmpty ? name : "\(name).\(group)" }

  func details(name object: String) -> JSONValue {
    var details: JSONValue = [:]
    if !object.isEmpty { details["name"] = .string(object) }
    if !group.isEmpty { details["group"] = .string(group) }
    if !name.isEmpty { details["kind"] = .string(name) }
    return details
  }
}

/// What is wrong with one field.
struct FieldFault: Hashable, CustomStringConvertible {
  var reason: String
  var field: String
  var message: String

  static func required(_ field: String, _ why: String? = nil) -> FieldFault {
    FieldFault(
      reason: "FieldValueRequired", field: field,
      message: "Required value" + (why.map { ": " + $0 } ?? ""))
  }

  /// The value is given as the message shows it: `-1`, `"x"`.
  static func invalid(_ field: String, _ value: String, _ why: String) -> FieldFault {
    FieldFault(
      reason: "FieldValueInvalid", field: field, message: "Invalid value: \(value): \(why)")
  }

  static func notSupported(_ field: String, _ value: String, _ supported: [String]) -> FieldFault {
    let list = supported.map { "\"\($0)\"" }.joined(separator: ", ")
    return FieldFault(
      reason: "FieldValueNotSupported", field: field,
      message: "Unsupported value: \(value): supported values: \(list)")
  }

  static func forbidden(_ field: String, _ why: String) -> FieldFault {
    FieldFault(reason: "FieldValueForbidden", field: field, message: "Forbidden: \(why)")
  }

  static func tooLong(_ field: String, _ limit: Int) -> FieldFault {
    FieldFault(
      reason: "FieldValueTooLong", field: field,
      message: "Too long: may not be more than \(limit) bytes")
  }

  var description: String { "\(field): \(message)" }

  var cause: JSONValue {
    ["reason": .string(reason), "message": .string(message), "field": .string(field)]
  }
}
