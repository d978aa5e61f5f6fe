import JSONValue

/// What a field of an object has to be, where it is there.
public struct FieldRule: Hashable, Sendable {
  /// The kinds of fields.
  enum Kind: Hashable, Sendable {
    case text, integer, flag, time, object, list, texts, map
  }

  let keys: [String]
  let kind: Kind

  /// A string.
  public static func text(_ keys: String...) -> FieldRule { FieldRule(keys: keys, kind: .text) }
  /// A whole number.
  public static func integer(_ keys: String...) -> FieldRule {
    FieldRule(keys: keys, kind: .integer)
  }
  /// `true` or `false`.
  public static func flag(_ keys: String...) -> FieldRule { FieldRule(keys: keys, kind: .flag) }
  /// An instant.
  public static func time(_ keys: String...) -> FieldRule { FieldRule(keys: keys, kind: .time) }
  /// An object.
  public static func object(_ keys: String...) -> FieldRule {
    FieldRule(keys: keys, kind: .object)
  }
  /// A list of objects.
  public static func list(_ keys: String...) -> FieldRule { FieldRule(keys: keys, kind: .list) }
  /// A list of strings.
  public static func texts(_ keys: String...) -> FieldRule { FieldRule(keys: keys, kind: .texts) }
  /// Strings by key.
  public static func map(_ keys: String...) -> FieldRule { FieldRule(keys: keys, kind: .map) }

  /// What every object has.
  static let ofMetadata: [FieldRule] = [
    .object("metadata"), .text("metadata", "name"), .text("metadata", "generateName"),
    .text("metadata", "namespace"), .text("metadata", "uid"),
    .text("metadata", "resourceVersion"), .integer("metadata", "generation"),
    .time("metadata", "creationTimestamp"), .time("metadata", "deletionTimestamp"),
    .integer("metadata", "deletionGracePeriodSeconds"), .map("metadata", "labels"),
    .map("metadata", "annotations"), .list("metadata", "ownerReferences"),
    .texts("metadata", "finalizers"),
  ]

  /// The first place that is not what it has to be; `nil` where there is none.
  func fault(in json: JSONValue) -> Fault? {
    var value = json
    for (depth, key) in keys.enumerated() {
      guard value.objectValue != nil else {
        return Fault(path: path(depth), expected: "an object", found: value)
      }
      guard let next = value[key], !next.isNull else { return nil }
      value = next
    }
    return fault(of: value)
  }

  /// The path of the first keys; made only where there is a fault to be told.
  private func path(_ depth: Int) -> JSONPath { JSONPath(keys.prefix(depth).map { .key($0) }) }

  /// A place that is not what it has to be.
  struct Fault: Hashable {
    let path: JSONPath
    let expected: String
    let found: JSONValue
  }

  private func fault(of value: JSONValue) -> Fault? {
    func unless(_ isGood: Bool, _ expected: String) -> Fault? {
      isGood ? nil : Fault(path: path(keys.count), expected: expected, found: value)
    }
    switch kind {
    case .text: return unless(value.stringValue != nil, "a string")
    case .integer: return unless(value.intValue != nil, "a whole number")
    case .flag: return unless(value.boolValue != nil, "true or false")
    case .time: return unless(value.timestamp != nil, "a time such as \"2026-03-01T09:30:00Z\"")
    case .object: return unless(value.objectValue != nil, "an object")
    case .list:
      guard let list = value.arrayValue else { return unless(false, "a list") }
      for (index, item) in list.enumerated() where item.objectValue == nil {
        return Fault(path: path(keys.count).appending(index), expected: "an object", found: item)
      }
      return nil
    case .texts:
      guard let list = value.arrayValue else { return unless(false, "a list") }
      for (index, item) in list.enumerated() where item.stringValue == nil {
        return Fault(path: path(keys.count).appending(index), expected: "a string", found: item)
      }
      return nil
    case .map:
      guard let members = value.objectValue else { return unless(false, "an object") }
      for (key, item) in members where item.stringValue == nil {
        return Fault(path: path(keys.count).appending(key), expected: "a string", found: item)
      }
      return nil
    }
  }
}
