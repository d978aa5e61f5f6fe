import JSONValue

/// Takes fields of an object one by one and keeps what is wrong; what is left over is not known.
struct SettingsReader {
  let path: String
  private var rest: JSONObject
  private(set) var faults: [SettingsError.Fault] = []

  init(_ value: JSONValue, at path: String) {
    self.path = path
    rest = value.objectValue ?? JSONObject()
    if value.objectValue == nil {
      faults.append(.init(path: path, problem: "expected an object, found \(value.kind)"))
    }
  }

  mutating func fault(_ key: String, _ problem: String) {
    faults.append(.init(path: key.isEmpty ? path : "\(path).\(key)", problem: problem))
  }

  mutating func add(_ other: SettingsReader) { faults += other.faults }

  /// A field, taken out; `null` counts as absent, as the API has it.
  mutating func take(_ key: String) -> JSONValue? {
    defer { rest[key] = nil }
    return rest[key].flatMap { $0.isNull ? nil : $0 }
  }

  mutating func skip(_ key: String) { rest[key] = nil }

  mutating func object(_ key: String) -> SettingsReader? {
    take(key).map { SettingsReader($0, at: "\(path).\(key)") }
  }

  mutating func flag(_ key: String) -> Bool? {
    guard let value = take(key) else { return nil }
    guard let flag = value.boolValue else {
      fault(key, "expected true or false, found \(value.kind)")
      return nil
    }
    return flag
  }

  mutating func number(_ key: String, _ range: ClosedRange<Int>) -> Int? {
    guard let value = take(key) else { return nil }
    guard let number = value.intValue, range.contains(number) else {
      let found = value.intValue.map(String.init) ?? "\(value.kind)"
      fault(
        key,
        "expected a whole number from \(range.lowerBound) to \(range.upperBound), found "
          + found)
      return nil
    }
    return number
  }

  mutating func text(_ key: String, atMost limit: Int = 1024) -> String? {
    guard let value = take(key) else { return nil }
    guard let text = value.stringValue, text.utf8.count <= limit else {
      fault(
        key,
        value.stringValue == nil
          ? "expected a string, found \(value.kind)" : "it is longer than \(limit) bytes")
      return nil
    }
    return text
  }

  mutating func texts(_ key: String, atMost limit: Int = 100) -> [String]? {
    guard let value = take(key) else { return nil }
    guard let list = value.arrayValue else {
      fault(key, "expected a list of strings, found \(value.kind)")
      return nil
    }
    guard list.count <= limit else {
      fault(key, "it has more than \(limit) entries")
      return nil
    }
    for (index, item) in list.enumerated() where item.stringValue == nil {
      fault("\(key)[\(index)]", "expected a string, found \(item.kind)")
    }
    return list.compactMap(\.stringValue)
  }

  mutating func map(_ key: String) -> [(String, String)]? {
    guard let value = take(key) else { return nil }
    guard let members = value.objectValue, members.count <= 100 else {
      fault(key, "expected at most 100 strings by key, found \(value.kind)")
      return nil
    }
    var pairs: [(String, String)] = []
    for (name, item) in members {
      if let text = item.stringValue {
        pairs.append((name, text))
      } else {
        fault("\(key).\(name.inMessage(limit: 60))", "expected a string, found \(item.kind)")
      }
    }
    return pairs
  }

  /// What nobody took.
  mutating func end() {
    for key in rest.keys.prefix(20) {
      fault(key.inMessage(limit: 60), "there is no such field")
    }
  }
}
