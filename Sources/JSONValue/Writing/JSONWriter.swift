/// The writer behind ``JSONValue/bytes(_:)`` and ``JSONValue/text(_:)``.
public struct JSONWriter {
  /// How the text looks.
  public struct Options: Hashable, Sendable {
    /// Whether each element and member gets a line of its own, indented by two spaces a level.
    public var isPretty: Bool

    /// Whether the members of objects are written in the order of their keys' UTF-8 bytes.
    public var sortsKeys: Bool

    /// Options that differ from the defaults where an argument is given.
    ///
    /// - Parameters:
    ///   - isPretty: Lines and indentation; everything on one line without spaces unless told.
    ///   - sortsKeys: Members in the order of their keys; in the object's own order unless told.
    public init(isPretty: Bool = false, sortsKeys: Bool = false) {
      self.isPretty = isPretty
      self.sortsKeys = sortsKeys
    }

    /// Everything on one line, without spaces: for machines.
    public static let compact = Options()

    /// A line for each element and member, indented: for people. There is no line feed at the end.
    public static let pretty = Options(isPretty: true)
  }

  let options: Options
  private(set) var output: [UInt8]
  private var depth = 0

  init(options: Options, output: consuming [UInt8] = []) {
    self.options = options
    self.output = output
  }

  mutating func write(_ value: JSONValue) {
    switch value {
    case .null: write(literal: "null")
    case .bool(let bool): write(literal: bool ? "true" : "false")
    case .number(let number): output.append(contentsOf: number.text.utf8)
    case .string(let string): write(quoted: string)
    case .array(let array): write(array)
    case .object(let object): write(object)
    }
  }

  private mutating func write(literal: StaticString) {
    output.append(
      contentsOf: UnsafeBufferPointer(start: literal.utf8Start, count: literal.utf8CodeUnitCount))
  }

  private mutating func write(_ array: [JSONValue]) {
    output.append(.openBracket)
    depth += 1
    var isFirst = true
    for element in array {
      beginItem(isFirst: isFirst)
      isFirst = false
      write(element)
    }
    depth -= 1
    if !isFirst { breakLine() }
    output.append(.closeBracket)
  }

  private mutating func write(_ object: JSONObject) {
    output.append(.openBrace)
    depth += 1
    var isFirst = true
    let members =
      options.sortsKeys
      ? object.members.sorted { $0.key.isSpelledBefore($1.key) } : object.members
    for (key, value) in members {
      beginItem(isFirst: isFirst)
      isFirst = false
      write(quoted: key)
      output.append(.colon)
      if options.isPretty { output.append(0x20) }
      write(value)
    }
    depth -= 1
    if !isFirst { breakLine() }
    output.append(.closeBrace)
  }

  private mutating func beginItem(isFirst: Bool) {
    if !isFirst { output.append(.comma) }
    breakLine()
  }

  private mutating func breakLine() {
    guard options.isPretty else { return }
    output.append(0x0A)
    output.append(contentsOf: repeatElement(0x20, count: 2 * depth))
  }
}

extension JSONWriter {
  /// Writes a string with its quotes, escaping what RFC 8259 demands and nothing beside it.
  private mutating func write(quoted string: String) {
    output.append(.quote)
    var string = string
    string.withUTF8 { bytes in
      var plain = 0
      for (place, byte) in bytes.enumerated()
      where byte < 0x20 || byte == .quote || byte == .backslash {
        output.append(contentsOf: UnsafeBufferPointer(rebasing: bytes[plain..<place]))
        output.append(contentsOf: Self.escape(byte).utf8)
        plain = place + 1
      }
      output.append(contentsOf: UnsafeBufferPointer(rebasing: bytes[plain...]))
    }
    output.append(.quote)
  }

  /// The escape for a character that cannot stand in a string as it is.
  static func escape(_ byte: UInt8) -> String {
    switch byte {
    case .quote: "\\\""
    case .backslash: "\\\\"
    case 0x08: "\\b"
    case 0x09: "\\t"
    case 0x0A: "\\n"
    case 0x0C: "\\f"
    case 0x0D: "\\r"
    default: (byte < 0x10 ? "\\u000" : "\\u00") + String(byte, radix: 16)
    }
  }
}
