import JSONValue

/// The part of OpenAPI schemas that custom resources use.
enum CustomSchema {
  /// Takes out what the schema does not have.
  ///
  /// - Returns: The rest, and the paths of what was taken.
  static func pruned(_ object: JSONValue, _ schema: JSONValue) -> (JSONValue, [String]) {
    var unknown: [String] = []
    var top = schema
    // Every object has these, whether its schema names them or not.
    for key in ["apiVersion", "kind", "metadata"] {
      top.set(["properties", key], ["x-kubernetes-preserve-unknown-fields": true])
    }
    return (prune(object, top, "", &unknown), unknown)
  }

  private static func prune(
    _ value: JSONValue, _ schema: JSONValue, _ path: String, _ unknown: inout [String]
  ) -> JSONValue {
    if schema["x-kubernetes-preserve-unknown-fields"] == true { return value }
    switch value {
    case .object(let object):
      if let all = schema["additionalProperties"], all.objectValue != nil {
        var result = JSONObject()
        for (key, item) in object { result[key] = prune(item, all, path + "." + key, &unknown) }
        return .object(result)
      }
      var result = JSONObject()
      for (key, item) in object {
        let place = path.isEmpty ? key : "\(path).\(key)"
        guard let inner = schema.at("properties", key) else {
          unknown.append(place)
          continue
        }
        if item.isNull, inner["nullable"] != true { continue }
        result[key] = prune(item, inner, place, &unknown)
      }
      return .object(result)
    case .array(let array):
      guard let inner = schema["items"] else { return value }
      return .array(
        array.enumerated().map { prune($1, inner, "\(path)[\($0)]", &unknown) })
    default: return value
    }
  }

  static func faults(_ object: JSONValue, _ schema: JSONValue) -> [FieldFault] {
    var faults: [FieldFault] = []
    check(object, schema, "", &faults)
    return faults
  }

  private static func check(
    _ value: JSONValue, _ schema: JSONValue, _ path: String, _ faults: inout [FieldFault]
  ) {
    if let type = schema.text("type"), !isOf(type, value, schema) {
      let found = name(of: value)
      faults.append(
        FieldFault(
          reason: "FieldValueTypeInvalid", field: path,
          message: "Invalid value: \"\(found)\": \(path) in body must be of type \(type): "
            + "\"\(found)\""))
      return
    }
    if let all = schema["enum"]?.arrayValue, !all.contains(value) {
      faults.append(.notSupported(path, value.text(), all.compactMap(\.stringValue)))
    }
    if let minimum = schema.integer("minimum"), let number = value.doubleValue,
      number < Double(minimum)
    {
      faults.append(
        .invalid(
          path, value.text(), "\(path) in body should be greater than or equal to \(minimum)"))
    }
    let properties = schema["properties"]?.objectValue ?? [:]
    for (key, inner) in properties.sorted(by: { $0.key < $1.key }) {
      if let item = value[key] {
        check(item, inner, path.isEmpty ? key : "\(path).\(key)", &faults)
      }
    }
    for key in (schema["required"]?.arrayValue ?? []).compactMap(\.stringValue)
    where value.objectValue != nil && value[key] == nil {
      faults.append(.required(path.isEmpty ? key : "\(path).\(key)"))
    }
    if let inner = schema["items"] {
      for (index, item) in (value.arrayValue ?? []).enumerated() {
        check(item, inner, "\(path)[\(index)]", &faults)
      }
    }
    if let inner = schema["additionalProperties"], inner.objectValue != nil {
      for (key, item) in value.objectValue ?? [:] { check(item, inner, "\(path).\(key)", &faults) }
    }
  }

  private static func isOf(_ type: String, _ value: JSONValue, _ schema: JSONValue) -> Bool {
    if value.isNull { return schema["nullable"] == true }
    return switch (type, value) {
    case ("object", .object), ("array", .array), ("string", .string), ("boolean", .bool),
      ("number", .number):
      true
    case ("integer", .number(let number)): number.int != nil
    default: schema["x-kubernetes-int-or-string"] == true
    }
  }

  private static func name(of value: JSONValue) -> String {
    switch value {
    case .null: "null"
    case .bool: "boolean"
    case .number(let number): number.int == nil ? "number" : "integer"
    case .string: "string"
    case .array: "array"
    case .object: "object"
    }
  }
}
