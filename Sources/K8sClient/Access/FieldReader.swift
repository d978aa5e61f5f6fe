import JSONValue

/// Reads the fields of one part of a kubeconfig, and gathers what is wrong with them.
struct FieldReader {
  let entry: Kubeconfig.Entry
  private(set) var faults: [String] = []

  init(_ entry: Kubeconfig.Entry) {
    self.entry = entry
  }

  mutating func fault(_ key: String, _ words: String) {
    faults.append("\(entry.place(key)): \(words)")
  }

  mutating func fault(_ key: String, _ index: Int, _ words: String) {
    let path = entry.path.appending(key).appending(index)
    faults.append("\(Shown.text(entry.file)), \(path): \(words)")
  }

  func has(_ key: String) -> Bool { entry.json[key].map { !$0.isNull } ?? false }

  mutating func string(_ key: String) -> String? {
    guard let value = value(key) else { return nil }
    guard let string = value.stringValue else {
      fault(key, "expected a string, found \(value.kind)")
      return nil
    }
    return string
  }

  mutating func bool(_ key: String) -> Bool? {
    guard let value = value(key) else { return nil }
    guard let bool = value.boolValue else {
      fault(key, "expected true or false, found \(value.kind)")
      return nil
    }
    return bool
  }

  mutating func object(_ key: String) -> Kubeconfig.Entry? {
    guard let value = value(key) else { return nil }
    guard value.kind == .object else {
      fault(key, "expected an object, found \(value.kind)")
      return nil
    }
    return Kubeconfig.Entry(json: value, file: entry.file, path: entry.path.appending(key))
  }

  mutating func array(_ key: String) -> [JSONValue]? {
    guard let value = value(key) else { return nil }
    guard let array = value.arrayValue else {
      fault(key, "expected an array, found \(value.kind)")
      return nil
    }
    return array
  }

  /// A path; a relative one starts at the folder of the kubeconfig.
  mutating func path(_ key: String) -> String? {
    guard let path = string(key), !path.isEmpty else { return nil }
    return resolve(path)
  }

  func resolve(_ relative: String) -> String {
    guard !relative.hasPrefix("/"), let slash = entry.file.lastIndex(of: "/") else {
      return relative
    }
    return entry.file[...slash] + relative
  }

  /// Content that stands in the kubeconfig as base 64, or in a file; the first counts, as in kubectl.
  mutating func material(_ key: String, data: String) -> (material: Material, place: String)? {
    if let text = string(data), !text.isEmpty {
      guard let bytes = Base64.decode(text.utf8, .standard),
        let content = String(validating: bytes, as: UTF8.self)
      else {
        fault(data, "is not PEM in base 64")
        return nil
      }
      return (.given(Secret(content)), entry.place(data))
    }
    return path(key).map { (.file($0), entry.place(key)) }
  }

  private func value(_ key: String) -> JSONValue? {
    guard let value = entry.json[key], !value.isNull else { return nil }
    return value
  }
}
