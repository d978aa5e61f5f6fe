extension LabelSelector {
  /// Reads a selector as the API writes it: `app=plex,tier in (a,b),!old`.
  ///
  /// - Parameter text: Requirements with commas between them; `=`, `==`, `!=`, `in`, `notin`, a key
  ///   alone, `!` and a key. Spaces may stand anywhere between words. An empty text means
  ///   everything.
  /// - Throws: `ValueError` that says which requirement is none.
  public init(_ text: String) throws(ValueError) {
    var requirements: [Requirement] = []
    if !text.allSatisfy({ $0 == " " }) {
      for part in try Self.parts(of: text) { requirements.append(try Self.requirement(part)) }
    }
    self.init(requirements)
  }

  /// The text between commas that are not in brackets.
  private static func parts(of text: String) throws(ValueError) -> [String] {
    var parts: [String] = [""]
    var isInside = false
    for character in text.unicodeScalars {
      switch (character, isInside) {
      case (",", false): parts.append("")
      case ("(", true), (")", false):
        throw ValueError("a label selector", text, "its brackets do not match")
      default:
        if character == "(" || character == ")" { isInside.toggle() }
        parts[parts.count - 1].unicodeScalars.append(character)
      }
    }
    guard !isInside else {
      throw ValueError("a label selector", text, "its brackets do not match")
    }
    return parts
  }

  private static func requirement(_ text: String) throws(ValueError) -> Requirement {
    if let sign = text.firstIndex(where: { $0 == "=" || $0 == "!" }), sign > text.startIndex,
      !text[..<sign].allSatisfy({ $0 == " " })
    {
      return try comparison(text, at: sign)
    }
    let words = text.split(separator: " ", maxSplits: 1)
    guard let first = words.first else {
      throw ValueError("a label selector", text, "there is nothing between two commas")
    }
    if first.hasPrefix("!") {
      return .absent(try LabelKey(String(text.trimmingSpaces.dropFirst()).trimmed))
    }
    guard words.count == 2, let rest = words.last, !rest.allSatisfy({ $0 == " " }) else {
      return .exists(try LabelKey(text.trimmed))
    }
    return try membership(String(first), String(rest))
  }

  private static func comparison(
    _ text: String, at sign: String.Index
  ) throws(ValueError) -> Requirement {
    let key = try LabelKey(String(text[..<sign]).trimmed)
    var rest = text[sign...]
    let isEqual = !rest.hasPrefix("!")
    for prefix in ["!=", "==", "="] where rest.hasPrefix(prefix) {
      rest = rest.dropFirst(prefix.count)
      let value = try LabelValue(String(rest).trimmed)
      return isEqual ? .equals(key, value) : .differs(key, value)
    }
    throw ValueError("a label selector", text, "\"!\" stands before a key or before \"=\"")
  }

  private static func membership(
    _ key: String, _ rest: String
  ) throws(ValueError) -> Requirement {
    let text = rest.trimmed
    guard let word = ["notin", "in"].first(where: text.hasPrefix) else {
      throw ValueError("a label selector", "\(key) \(rest)", "expected \"in\" or \"notin\"")
    }
    let list = String(text.dropFirst(word.count)).trimmed
    guard list.hasPrefix("("), list.hasSuffix(")") else {
      throw ValueError(
        "a label selector", "\(key) \(rest)", "expected values in brackets after \"\(word)\"")
    }
    let texts = list.dropFirst().dropLast().split(separator: ",", omittingEmptySubsequences: false)
    let values = try LabelValue.several(texts.map { String($0).trimmed }, of: key)
    let label = try LabelKey(key)
    return word == "in" ? .isIn(label, values) : .notIn(label, values)
  }
}

extension String {
  fileprivate var trimmed: String { String(trimmingSpaces) }
}
