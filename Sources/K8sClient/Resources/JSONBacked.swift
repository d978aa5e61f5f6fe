public import JSONValue
public import TimeText

/// Names for the fields of some JSON that are used; the JSON keeps the rest, in its order.
///
/// A field is named by the keys that lead to it: `self[text: "spec", "nodeName"]`. Reading one that
/// is absent, or of another kind, gives `nil`, or nothing where several are read; setting `nil`
/// takes the key away.
public protocol JSONBacked: Hashable, Sendable {
  /// All of it.
  var json: JSONValue { get set }
  /// What some JSON is.
  init(json: JSONValue)
}

extension JSONBacked {
  /// A field, whatever its kind.
  public subscript(value keys: String...) -> JSONValue? {
    get { json.value(at: keys[...]) }
    set { json.set(newValue, at: keys[...]) }
  }

  /// A field that holds a string.
  public subscript(text keys: String...) -> String? {
    get { json.value(at: keys[...])?.stringValue }
    set { json.set(newValue.map(JSONValue.string), at: keys[...]) }
  }

  /// A field that holds an integer.
  public subscript(integer keys: String...) -> Int? {
    get { json.value(at: keys[...])?.intValue }
    set { json.set(newValue.map { .number(JSONNumber($0)) }, at: keys[...]) }
  }

  /// A field that holds `true` or `false`.
  public subscript(flag keys: String...) -> Bool? {
    get { json.value(at: keys[...])?.boolValue }
    set { json.set(newValue.map(JSONValue.bool), at: keys[...]) }
  }

  /// A field that holds an instant; it is written in whole seconds, as `metav1.Time`.
  public subscript(time keys: String...) -> Timestamp? {
    get { json.value(at: keys[...])?.timestamp }
    set { json.set(newValue.map { .string($0.wholeSecondText) }, at: keys[...]) }
  }

  /// A field that holds an instant; it is written with six digits, as `metav1.MicroTime`.
  public subscript(microTime keys: String...) -> Timestamp? {
    get { json.value(at: keys[...])?.timestamp }
    set { json.set(newValue.map { .string($0.microTimeText) }, at: keys[...]) }
  }

  /// A field that holds strings; empty where it is absent. An empty list takes the key away.
  public subscript(texts keys: String...) -> [String] {
    get { json.value(at: keys[...])?.arrayValue?.compactMap(\.stringValue) ?? [] }
    set { json.set(newValue.isEmpty ? nil : .array(newValue.map { .string($0) }), at: keys[...]) }
  }

  /// A field that holds strings by key; empty where it is absent. What stays keeps its place, what
  /// is new comes in the order of its keys.
  public subscript(map keys: String...) -> [String: String] {
    get { json.value(at: keys[...])?.stringMap ?? [:] }
    set {
      guard !newValue.isEmpty else { return json.set(nil, at: keys[...]) }
      var object = json.value(at: keys[...])?.objectValue ?? JSONObject()
      object.removeAll { newValue[$0.key] == nil }
      for (key, value) in newValue.sorted(by: { $0.key < $1.key }) { object[key] = .string(value) }
      json.set(.object(object), at: keys[...])
    }
  }

  /// A field that holds a part with names of its own.
  public subscript<Part: JSONBacked>(part keys: String...) -> Part? {
    get { json.value(at: keys[...]).flatMap { $0.objectValue == nil ? nil : Part(json: $0) } }
    set { json.set(newValue?.json, at: keys[...]) }
  }

  /// A field that holds a list of such parts; empty where it is absent.
  public subscript<Part: JSONBacked>(parts keys: String...) -> [Part] {
    get { json.value(at: keys[...])?.arrayValue?.map(Part.init(json:)) ?? [] }
    set { json.set(newValue.isEmpty ? nil : .array(newValue.map(\.json)), at: keys[...]) }
  }
}

extension JSONValue {
  /// The value that some keys lead to; `nil` where a step leads nowhere, or to `null`.
  func value(at keys: ArraySlice<String>) -> JSONValue? {
    var value = self
    for key in keys {
      guard let next = value[key] else { return nil }
      value = next
    }
    return value.isNull ? nil : value
  }

  /// Puts a value where some keys lead, making the objects on the way; `nil` takes the key away and
  /// makes nothing.
  mutating func set(_ new: JSONValue?, at keys: ArraySlice<String>) {
    guard let key = keys.first else { return }
    guard keys.count > 1 else {
      self[key] = new
      return
    }
    if new == nil && self[key]?.objectValue == nil { return }
    var inner = self[key] ?? [:]
    inner.set(new, at: keys.dropFirst())
    self[key] = inner
  }

  /// The string as an instant.
  var timestamp: Timestamp? {
    stringValue.flatMap { text in try? Timestamp(rfc3339: text) }
  }

  /// The members whose values are strings.
  var stringMap: [String: String]? {
    guard let members = objectValue else { return nil }
    var map: [String: String] = [:]
    for (key, value) in members { map[key] = value.stringValue }
    return map
  }
}

extension Timestamp {
  /// As `metav1.Time` has it: `2026-03-01T09:30:00Z`.
  public var wholeSecondText: String { rfc3339() }

  /// As `metav1.MicroTime` has it, with exactly six digits: `2026-03-01T09:30:00.250000Z`. The API
  /// refuses every other count of digits there.
  public var microTimeText: String { rfc3339(fractionDigits: 6) }
}
