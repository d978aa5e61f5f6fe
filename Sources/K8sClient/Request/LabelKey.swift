/// The key of a label or an annotation: `app`, `app.kubernetes.io/name`.
public struct LabelKey: Hashable, Sendable, CustomStringConvertible {
  /// The key.
  public let description: String

  /// Takes a key.
  ///
  /// - Parameter text: A name of 1 to 63 letters, digits, `-`, `_` and `.`, a letter or digit at both
  ///   ends; before it, if anything, an RFC 1123 subdomain and a slash.
  /// - Throws: `ValueError` for anything else.
  public init(_ text: String) throws(ValueError) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    guard parts.count <= 2, let name = parts.last else {
      throw ValueError("a label's key", text, "it has more than one slash")
    }
    if parts.count == 2, let fault = NameRule.subdomain.fault(in: parts[0]) {
      throw ValueError("a label's key", text, "before its slash, \(fault)")
    }
    guard !name.isEmpty else { throw ValueError("a label's key", text, "it has no name") }
    if let fault = LabelValue.fault(in: name) { throw ValueError("a label's key", text, fault) }
    description = text
  }
}

/// The value of a label; may be empty.
public struct LabelValue: Hashable, Sendable, CustomStringConvertible {
  /// The value.
  public let description: String

  /// Takes a value.
  ///
  /// - Parameter text: Up to 63 letters, digits, `-`, `_` and `.`; a letter or digit at both ends.
  /// - Throws: `ValueError` for anything else.
  public init(_ text: String) throws(ValueError) {
    if let fault = Self.fault(in: text) { throw ValueError("a label's value", text, fault) }
    description = text
  }

  static func several(_ texts: [String], of key: String) throws(ValueError) -> [LabelValue] {
    guard !texts.isEmpty else { throw ValueError("a label selector", key, "it has no value") }
    var values: [LabelValue] = []
    for text in texts { values.append(try LabelValue(text)) }
    return values
  }

  static func fault(in text: String) -> String? {
    guard text.utf8.count <= 63 else { return "it is longer than 63 bytes" }
    guard let first = text.utf8.first, let last = text.utf8.last else { return nil }
    guard isAlphanumeric(first), isAlphanumeric(last), text.utf8.allSatisfy(isInner) else {
      return
        "it may hold only letters, digits, \"-\", \"_\" and \".\", and must begin and end with a "
        + "letter or digit"
    }
    return nil
  }

  private static func isInner(_ byte: UInt8) -> Bool {
    isAlphanumeric(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
      || byte == UInt8(ascii: ".")
  }

  private static func isAlphanumeric(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
      || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }
}
