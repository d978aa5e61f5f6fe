/// What an API server says beside its answer: fields that it dropped, an API that will go, pods that a
/// deletion leaves behind.
public struct APIWarning: Hashable, Sendable {
  /// What is to be known.
  public var text: String

  /// A warning.
  public init(_ text: String) { self.text = text }

  /// The most warnings of one answer that are kept.
  public static let maximumCount = 64
  /// The most characters of a warning that are kept.
  public static let maximumLength = 1024

  /// The warnings of an answer: fields `Warning: 299 - "…"`, of which one may hold several.
  ///
  /// - Parameter values: The values of these fields.
  /// - Returns: The warnings in their order, each once; what has another form is passed over.
  static func read(_ values: [String]) -> [APIWarning] {
    var warnings: [APIWarning] = []
    for value in values {
      var reader = WarningReader(value)
      while warnings.count < maximumCount, let text = reader.next() {
        let warning = APIWarning(text.plain(limit: maximumLength))
        if !warning.text.isEmpty, !warnings.contains(warning) { warnings.append(warning) }
      }
    }
    return warnings
  }
}

extension APIWarning: CustomStringConvertible {
  /// What is to be known.
  public var description: String { text }
}

/// Goes through the value of one `Warning` field: `299 agent "text" "date", 299 …`.
private struct WarningReader {
  private let bytes: [UInt8]
  private var position = 0

  init(_ value: String) { bytes = Array(value.utf8) }

  /// The text of the next warning of code 299; `nil` at the end, or where the form is another.
  mutating func next() -> String? {
    while true {
      skip { $0 == 0x20 || $0 == 0x09 || $0 == UInt8(ascii: ",") }
      let code = word()
      skip { $0 == 0x20 }
      let agent = word()
      skip { $0 == 0x20 }
      guard code.count == 3, !agent.isEmpty, let text = quoted() else { return nil }
      skip { $0 == 0x20 }
      if position < bytes.count, bytes[position] == UInt8(ascii: "\"") {
        guard quoted() != nil else { return nil }
      }
      if code.elementsEqual("299".utf8) { return text }
    }
  }

  private mutating func skip(_ isSkipped: (UInt8) -> Bool) {
    while position < bytes.count, isSkipped(bytes[position]) { position += 1 }
  }

  private mutating func word() -> ArraySlice<UInt8> {
    let start = position
    skip { $0 != 0x20 && $0 != UInt8(ascii: ",") && $0 != UInt8(ascii: "\"") }
    return bytes[start..<position]
  }

  /// A quoted string; `nil` where none begins here, or it does not end.
  private mutating func quoted() -> String? {
    guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else { return nil }
    position += 1
    var text: [UInt8] = []
    while position < bytes.count {
      let byte = bytes[position]
      position += 1
      if byte == UInt8(ascii: "\"") { return String(decoding: text, as: UTF8.self) }
      guard byte == UInt8(ascii: "\\"), position < bytes.count else {
        text.append(byte)
        continue
      }
      text.append(bytes[position])
      position += 1
    }
    return nil
  }
}
