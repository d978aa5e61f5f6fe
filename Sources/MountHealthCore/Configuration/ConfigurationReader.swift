package import JSONValue

/// Reads objects of a configuration key by key, and gathers all that is wrong with them.
package struct ConfigurationReader {
  /// What is wrong so far, a line each.
  package private(set) var faults: [String] = []
  /// What works and deserves a word, a line each.
  package private(set) var warnings: [String] = []

  package init() {}

  /// An object of the configuration: where it stands, and the values of its known keys.
  package struct Section {
    /// The file, or what else the values come from.
    package var origin: String
    /// The path of the object: empty for the whole.
    package var path: String
    package var values: [String: JSONValue] = [:]

    package init(origin: String, path: String) {
      self.origin = origin
      self.path = path
    }

    package func place(of key: ConfigurationKey) -> String {
      "\(origin): " + (path.isEmpty ? key.name : "\(path).\(key.name)")
    }
  }

  package mutating func fault(_ place: String, _ text: String) {
    faults.append("\(place): \(text)")
  }

  package mutating func warn(_ place: String, _ text: String) {
    warnings.append("\(place): \(text)")
  }

  package mutating func refuse(_ place: String, _ found: String, _ expectation: String) {
    fault(place, "\(found) is not allowed, expected \(expectation)")
  }

  /// Takes an object's values by key; unknown keys are faults.
  package mutating func section(
    _ value: JSONValue, origin: String, path: String, keys: [ConfigurationKey]
  ) -> Section {
    var section = Section(origin: origin, path: path)
    guard let object = value.objectValue else {
      refuse(path.isEmpty ? origin : "\(origin): \(path)", value.shown, "an object")
      return section
    }
    let names = keys.map(\.name)
    for (name, value) in object {
      let place =
        "\(origin): " + (path.isEmpty ? name.plainExcerpt : "\(path).\(name.plainExcerpt)")
      if names.contains(name) {
        section.values[name] = value
      } else if let known = names.first(where: { $0.lowercased() == name.lowercased() }) {
        // The tool that this file may come from took keys in any case.
        warn(place, "is read as \"\(known)\"")
        if section.values[known] == nil { section.values[known] = value }
      } else if let close = name.closest(among: names) {
        fault(place, "unknown key, did you mean \"\(close)\"?")
      } else {
        fault(place, "unknown key, expected one of " + names.joined(separator: ", "))
      }
    }
    return section
  }

  /// Takes the object that a key of another object holds.
  ///
  /// - Returns: `nil` where it is not given.
  package mutating func subsection(
    _ key: ConfigurationKey, _ keys: [ConfigurationKey], in section: Section
  ) -> Section? {
    guard let value = section.values[key.name], value != .null else { return nil }
    let path = section.path.isEmpty ? key.name : "\(section.path).\(key.name)"
    guard value.objectValue != nil else {
      refuse(section.place(of: key), value.shown, "an object")
      return nil
    }
    return self.section(value, origin: section.origin, path: path, keys: keys)
  }

  /// Reads the value of a key.
  ///
  /// - Returns: `nil` where it is not given, or was refused.
  package mutating func value(_ key: ConfigurationKey, in section: Section) -> ConfigurationValue? {
    guard let value = section.values[key.name], value != .null else { return nil }
    // An empty text always meant "not given" for these.
    if value == .string("") {
      switch key.kind {
      case .name, .canary, .choice: return nil
      default: break
      }
    }
    if case .requirement = key.kind, case .object = value {
      return requirement(value, at: section.place(of: key), origin: section.origin)
    }
    guard let read = key.kind.read(value) else {
      refuse(section.place(of: key), value.shown, key.kind.expectation)
      return nil
    }
    return read
  }

  private mutating func requirement(
    _ value: JSONValue, at place: String, origin: String
  ) -> ConfigurationValue? {
    let path = String(place.dropFirst(origin.count + 2))
    let keys: [ConfigurationKey] = [.fsType, .source]
    let section = section(value, origin: origin, path: path, keys: keys)
    // An empty text is not given: no mount has an empty type, and each would be called absent.
    let fsType = self.value(.fsType, in: section)?.asText.flatMap { $0.isEmpty ? nil : $0 }
    let source = self.value(.source, in: section)?.asText.flatMap { $0.isEmpty ? nil : $0 }
    guard fsType != nil || source != nil else {
      if faults.last?.hasPrefix(place) != true {
        refuse(
          place, "an object without fsType and source",
          ConfigurationKey.requireMount.kind.expectation)
      }
      return nil
    }
    return .requirement(.matching(fsType: fsType, source: source))
  }
}

extension ConfigurationValue {
  package var asDuration: Duration? { if case .duration(let value) = self { value } else { nil } }
  package var asInteger: Int? { if case .integer(let value) = self { value } else { nil } }
  package var asNumber: Double? { if case .number(let value) = self { value } else { nil } }
  package var asBytes: UInt64? { if case .bytes(let value) = self { value } else { nil } }
  package var asFlag: Bool? { if case .flag(let value) = self { value } else { nil } }
  package var asText: String? { if case .text(let value) = self { value } else { nil } }
  package var asURL: ServiceURL? { if case .url(let value) = self { value } else { nil } }
  package var asTexts: [String]? { if case .texts(let value) = self { value } else { nil } }
  package var asFields: [WatchdogSettings.Repair.Header]? {
    if case .fields(let value) = self { value } else { nil }
  }
  package var asRequirement: MountRequirement? {
    if case .requirement(let value) = self { value } else { nil }
  }
}

extension String {
  /// At most 60 characters of it, control characters shown as `?`: fit to stand in a line.
  fileprivate var plainExcerpt: String { String(quotedExcerpt.dropFirst().dropLast()) }
}
