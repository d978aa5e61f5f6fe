import JSONValue

/// What an answer of the engine's lacks, in words.
struct EngineTextFault: Error, Hashable, Sendable {
  let words: String
  init(_ words: String) { self.words = words }
}

/// Reading answers of the engine's.
enum EngineText {
  static func parse(_ body: [UInt8]) throws(EngineTextFault) -> JSONValue {
    do {
      return try JSONValue(
        parsing: body,
        options: JSONParser.Options(
          maximumBytes: ContainerListing.maximumBytes,
          maximumDepth: ContainerListing.maximumDepth, duplicateKeys: .keepLast))
    } catch {
      throw EngineTextFault("it is no JSON that can be read: \(error)")
    }
  }

  /// A name without the slash it begins with.
  static func name(_ text: String) -> String {
    text.utf8.first == 0x2F ? String(text.dropFirst()) : text
  }

  static func labels(_ value: JSONValue?) -> [String: String] {
    var labels: [String: String] = [:]
    for member in value?.objectValue ?? JSONObject() {
      if let text = member.value.stringValue { labels[member.key] = text }
    }
    return labels
  }

  /// The most bytes of an engine's message that are shown.
  static let messageLimit = 300

  /// The message in a body of `{"message": …}`, on one line and clipped; empty where there is none.
  static func message(of body: [UInt8]) -> String {
    let options = JSONParser.Options(maximumBytes: 64 << 10, maximumDepth: 8)
    guard let text = (try? JSONValue(parsing: body, options: options))?["message"]?.stringValue
    else { return "" }
    return line(text, limit: messageLimit)
  }

  /// A text from elsewhere, on one line: control characters become spaces, and it is clipped.
  static func line(_ text: String, limit: Int) -> String {
    var result = ""
    var wasSpace = true
    for scalar in text.unicodeScalars {
      let isSpace = scalar.value <= 0x20 || (0x7F...0x9F).contains(scalar.value)
      if isSpace, wasSpace { continue }
      guard result.utf8.count + 4 <= limit else { return result + "…" }
      result.unicodeScalars.append(isSpace ? " " : scalar)
      wasSpace = isSpace
    }
    if result.utf8.last == 0x20 { result.unicodeScalars.removeLast() }
    return result
  }
}
