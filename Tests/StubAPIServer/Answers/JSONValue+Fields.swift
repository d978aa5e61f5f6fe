import JSONValue

extension JSONValue {
  /// The value at the end of these keys.
  func at(_ keys: String...) -> JSONValue? { at(keys) }

  func at(_ keys: [String]) -> JSONValue? {
    var value = self
    for key in keys {
      guard let next = value[key] else { return nil }
      value = next
    }
    return value
  }

  func text(_ key: String, _ more: String...) -> String? { at([key] + more)?.stringValue }

  func integer(_ key: String, _ more: String...) -> Int? { at([key] + more)?.intValue }

  /// Sets what stands at the end of these keys; objects on the way are made.
  mutating func set(_ keys: [String], _ value: JSONValue?) {
    guard let first = keys.first else { return }
    if keys.count == 1 {
      self[first] = value
      return
    }
    if value == nil, self[first] == nil { return }
    var child = self[first] ?? [:]
    child.set(Array(keys.dropFirst()), value)
    self[first] = child
  }

  static func int(_ value: Int) -> JSONValue { .number(JSONNumber(value)) }

  /// With the keys of every object in order of their bytes.
  var sorted: JSONValue {
    switch self {
    case .object(let object):
      .object(
        JSONObject(
          object.sorted { Array($0.key.utf8).lexicographicallyPrecedes(Array($1.key.utf8)) }
            .map { (key: $0.key, value: $0.value.sorted) }))
    case .array(let array): .array(array.map(\.sorted))
    default: self
    }
  }

  /// A map of strings to strings: labels, annotations.
  var strings: [String: String] {
    var strings: [String: String] = [:]
    for (key, value) in objectValue ?? [:] { strings[key] = value.stringValue }
    return strings
  }
}

/// What every stored object has.
extension JSONValue {
  var name: String { text("metadata", "name") ?? "" }
  var namespace: String? { text("metadata", "namespace") }
  var uid: String { text("metadata", "uid") ?? "" }
  var labels: [String: String] { at("metadata", "labels")?.strings ?? [:] }
  var annotations: [String: String] { at("metadata", "annotations")?.strings ?? [:] }
  var finalizers: [String] {
    (at("metadata", "finalizers")?.arrayValue ?? []).compactMap(\.stringValue)
  }
  var isTerminating: Bool { text("metadata", "deletionTimestamp") != nil }

  /// The owner that controls this object.
  var controller: JSONValue? {
    (at("metadata", "ownerReferences")?.arrayValue ?? [])
      .first { $0["controller"]?.boolValue == true }
  }
}
