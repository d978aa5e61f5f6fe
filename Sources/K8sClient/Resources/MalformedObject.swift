public import JSONValue

/// Why some JSON is not the object that it should be.
public struct MalformedObject: Error, Hashable, Sendable, CustomStringConvertible {
  /// Which object: `pod media/plex-0`, `item 3 of a list of pods`.
  public let subject: String
  /// Which field.
  public let path: JSONPath
  /// What should be there, and what is.
  public let fault: String

  /// An error.
  public init(_ subject: String, at path: JSONPath, _ fault: String) {
    self.subject = subject
    self.path = path
    self.fault = fault
  }

  /// All of it in one line: `pod media/plex-0, at status.phase: expected a string, found 5`.
  public var description: String {
    path.isEmpty ? "\(subject): \(fault)" : "\(subject), at \(path): \(fault)"
  }
}

extension Resource {
  /// Reads an object that an API server sent.
  ///
  /// - Parameter json: The object. Its `kind` and `apiVersion` may be absent, as in lists they are.
  /// - Throws: `MalformedObject` where it is none, is of another type, has no name, or has a field
  ///   that is not what `fields` say.
  public init(checking json: JSONValue) throws(MalformedObject) {
    try self.init(checking: json, subject: nil)
  }

  init(checking json: JSONValue, subject: String?) throws(MalformedObject) {
    let object = Self(json: json)
    let subject = subject.map { "\($0) (\(object.title))" } ?? object.title
    guard json.objectValue != nil else {
      throw MalformedObject(subject, at: [], "expected an object, found \(json.kind)")
    }
    try Self.checkType(of: json, subject: subject)
    guard json["metadata"]?["name"]?.stringValue?.isEmpty == false else {
      throw MalformedObject(subject, at: ["metadata", "name"], "expected a name")
    }
    for rule in FieldRule.ofMetadata + Self.fields {
      guard let fault = rule.fault(in: json) else { continue }
      throw MalformedObject(
        subject, at: fault.path, "expected \(fault.expected), found \(fault.found.inMessage)")
    }
    self = object
  }

  private static func checkType(of json: JSONValue, subject: String) throws(MalformedObject) {
    let kinds = type.isMetadataOnly ? ["PartialObjectMetadata", type.kind] : [type.kind]
    let versions =
      type.isMetadataOnly ? ["meta.k8s.io/v1", type.apiVersion] : [type.apiVersion]
    for (key, allowed) in [("kind", kinds), ("apiVersion", versions)] {
      guard let found = json[key], !found.isNull else { continue }
      guard let text = found.stringValue, allowed.contains(text) else {
        throw MalformedObject(
          subject, at: JSONPath([.key(key)]),
          "expected \"\(allowed[0])\", found \(found.inMessage)")
      }
    }
  }
}

extension JSONValue {
  /// The value, or as much of it as a message can bear.
  var inMessage: String { text().plain(limit: 60) }
}
