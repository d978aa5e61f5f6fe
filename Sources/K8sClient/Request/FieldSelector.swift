/// Which objects, by a few of their fields. The server knows only some fields of each type, and
/// refuses the others; `metadata.name` and `metadata.namespace` it knows always.
public struct FieldSelector: Hashable, Sendable {
  /// One thing that is asked of a field.
  public struct Requirement: Hashable, Sendable {
    /// Where the field is: `status.phase`.
    public let path: String
    /// Its value.
    public let value: String
    /// Whether the field must have that value, or must have another.
    public let isEqual: Bool
  }

  /// What is asked, in its order.
  public let requirements: [Requirement]

  /// Objects with a field of this value.
  ///
  /// - Parameters:
  ///   - path: Where the field is: `involvedObject.name`.
  ///   - value: Its value; may be empty.
  /// - Returns: The selector.
  /// - Throws: `ValueError` where the path cannot be one.
  public static func field(_ path: String, _ value: String) throws(ValueError) -> FieldSelector {
    FieldSelector(requirements: [try Requirement(path, value, isEqual: true)])
  }

  /// Objects with another value in a field.
  public static func field(
    _ path: String, isNot value: String
  ) throws(ValueError) -> FieldSelector {
    FieldSelector(requirements: [try Requirement(path, value, isEqual: false)])
  }

  /// The one object of this name.
  public static func name(_ name: ObjectName) -> FieldSelector {
    FieldSelector(requirements: [Requirement(known: "metadata.name", name.description)])
  }

  /// What meets this selector and another.
  public func and(_ other: FieldSelector) -> FieldSelector {
    FieldSelector(requirements: requirements + other.requirements)
  }
}

extension FieldSelector.Requirement {
  init(_ path: String, _ value: String, isEqual: Bool) throws(ValueError) {
    let isPath = path.utf8.allSatisfy { byte in
      0x21...0x7E ~= byte && byte != UInt8(ascii: "=") && byte != UInt8(ascii: "!")
        && byte != UInt8(ascii: ",") && byte != UInt8(ascii: "\\")
    }
    guard !path.isEmpty, isPath else {
      throw ValueError("a field's path", path, "write it like \"status.phase\"")
    }
    self.path = path
    self.value = value
    self.isEqual = isEqual
  }

  init(known path: String, _ value: String) {
    self.path = path
    self.value = value
    isEqual = true
  }
}

extension FieldSelector: CustomStringConvertible {
  /// As the API writes it: `status.phase=Running,spec.nodeName!=a`.
  public var description: String {
    requirements.map(\.description).joined(separator: ",")
  }
}

extension FieldSelector.Requirement: CustomStringConvertible {
  /// As the API writes it, with backslashes, commas and equals signs of the value escaped.
  public var description: String {
    var escaped = ""
    for character in value.unicodeScalars {
      if character == "\\" || character == "," || character == "=" { escaped += "\\" }
      escaped.unicodeScalars.append(character)
    }
    return "\(path)\(isEqual ? "=" : "!=")\(escaped)"
  }
}
