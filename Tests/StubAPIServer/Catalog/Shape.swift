import JSONValue

/// What a field of a built-in type holds, as Go declares it.
indirect enum Shape: Hashable, Sendable {
  /// Whatever is given; `null` goes.
  case any
  /// Left out where it is empty.
  case string
  /// A pointer: empty is a value.
  case optionalString
  case bool
  case int32
  /// Left out where it is zero.
  case count
  case int64
  /// A second.
  case time
  /// A microsecond.
  case microTime
  case map(Shape)
  case list(Shape)
  case object(ObjectShape)
}

/// The fields of a struct.
struct ObjectShape: Hashable, Sendable {
  let type: String
  let fields: [String: Shape]

  init(_ type: String, _ fields: [String: Shape]) {
    self.type = type
    self.fields = fields
  }
}

/// Reads a body as the server's decoder would.
struct ShapeReader {
  /// Paths of fields that the type does not have, as they come.
  private(set) var unknown: [String] = []

  /// - Returns: `nil` where the field is as good as absent.
  mutating func read(
    _ value: JSONValue, as shape: Shape, path: [String] = [], owner: String = ""
  ) throws(ShapeFault) -> JSONValue? {
    if value.isNull { return nil }
    switch (shape, value) {
    case (.any, _): return value.withoutNulls
    case (.string, .string(let text)): return text.isEmpty ? nil : value
    case (.optionalString, .string): return value
    case (.bool, .bool): return value
    case (.int32, .number(let number)), (.int64, .number(let number)),
      (.count, .number(let number)):
      guard let whole = number.int else { throw mismatch(value, shape, path, owner) }
      return shape == .count && whole == 0 ? nil : value
    case (.time, .string(let text)): return .string(try GoTime.second(text))
    case (.microTime, .string(let text)): return .string(try GoTime.micro(text))
    case (.map(let inner), .object(let object)):
      var map = JSONObject()
      for (key, item) in object.sorted(by: { $0.key < $1.key }) {
        // An empty string in a map is a value.
        let read =
          item.stringValue == "" && inner == .string
          ? item : try read(item, as: inner, path: path, owner: owner)
        map[key] = read
      }
      return map.isEmpty ? nil : .object(map)
    case (.list(let inner), .array(let array)):
      var list: [JSONValue] = []
      for item in array {
        if let read = try read(item, as: inner, path: path, owner: owner) { list.append(read) }
      }
      return list.isEmpty ? nil : .array(list)
    case (.object(let type), .object(let object)):
      return .object(try read(object, as: type, path: path))
    case (.string, _), (.optionalString, _), (.bool, _), (.int32, _), (.int64, _), (.count, _),
      (.time, _), (.microTime, _), (.map, _), (.list, _), (.object, _):
      throw mismatch(value, shape, path, owner)
    }
  }

  private mutating func read(
    _ object: JSONObject, as type: ObjectShape, path: [String]
  ) throws(ShapeFault) -> JSONObject {
    var result = JSONObject()
    for (key, item) in object {
      guard let field = type.fields[key] else {
        unknown.append((path + [key]).joined(separator: "."))
        continue
      }
      result[key] = try read(item, as: field, path: path + [key], owner: type.type)
    }
    return result
  }

  private func mismatch(
    _ value: JSONValue, _ shape: Shape, _ path: [String], _ owner: String
  ) -> ShapeFault {
    let found =
      switch value.kind {
      case .null: "null"
      case .bool: "bool"
      case .number: "number"
      case .string: "string"
      case .array: "array"
      case .object: "object"
      }
    let place = ([owner] + path).joined(separator: ".")
    return ShapeFault(
      "json: cannot unmarshal \(found) into Go struct field \(place) of type \(shape.goName)")
  }
}

/// Why a body is not of its type, in Go's words.
struct ShapeFault: Error {
  let message: String
  init(_ message: String) { self.message = message }
}

extension Shape {
  fileprivate var goName: String {
    switch self {
    case .any: "interface {}"
    case .string, .optionalString: "string"
    case .bool: "bool"
    case .int32, .count: "int32"
    case .int64: "int64"
    case .time: "time.Time"
    case .microTime: "time.Time"
    case .map(let inner): "map[string]\(inner.goName)"
    case .list(let inner): "[]\(inner.goName)"
    case .object(let object): "v1.\(object.type)"
    }
  }
}

extension JSONValue {
  /// Without members that are `null`, however deep.
  var withoutNulls: JSONValue {
    switch self {
    case .object(let object):
      .object(
        JSONObject(
          object.filter { !$0.value.isNull }.map { (key: $0.key, value: $0.value.withoutNulls) }))
    case .array(let array): .array(array.map(\.withoutNulls))
    default: self
    }
  }
}
