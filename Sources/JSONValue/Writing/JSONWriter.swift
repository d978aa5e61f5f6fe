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
  /// The containers that are begun and not ended. A stack of its own keeps the writer off the
  /// thread's, which deep values would exhaust.
  private var open: [Container] = []

  init(options: Options, output: consuming [UInt8] = []) {
    self.options = options
    self.output = output
  }

  private struct Container {
    var elements: [JSONValue] = []
    var members: [JSONObject.Element] = []
    let isObject: Bool
    let count: Int
    var next = 0
  }

  mutating func write(_ value: JSONValue) {
    begin(value)
    while let top = open.indices.last {
      let place = open[top].next
      guard place < open[top].count else {
        end(open.removeLast())
        continue
      }
      open[top].next += 1
      if place > 0 { output.append(.comma) }
      breakLine()
      guard open[top].isObject else {
        begin(open[top].elements[place])
        continue
      }
      let (key, value) = open[top].members[place]
      write(quoted: key)
      output.append(.colon)
      if options.isPretty { output.append(0x20) }
      begin(value)
    }
  }

  /// Writes a simple value, or the beginning of a container.
  private mutating func begin(_ value: JSONValue) {
    switch value {
    case .null: write(literal: "null")
    case .bool(let bool): write(literal: bool ? "true" : "false")
    case .number(let number): output.append(contentsOf: number.text.utf8)
    case .string(let string): write(quoted: string)
    case .array(let elements):
      output.append(.openBracket)
      open.append(Container(elements: elements, isObject: false, count: elements.count))
    case .object(let object):
      output.append(.openBrace)
      let members =
        options.sortsKeys
        ? object.members.sorted { $0.key.isSpelledBefore($1.key) } : object.members
      open.append(Container(members: members, isObject: true, count: members.count))
    }
  }

  private mutating func end(_ container: Container) {
    if container.count > 0 { breakLine() }
    output.append(container.isObject ? .closeBrace : .closeBracket)
  }

  private mutating func write(literal: StaticString) {
    output.append(
      contentsOf: UnsafeBufferPointer(start: literal.utf8Start, count: literal.utf8CodeUnitCount))
  }

  private mutating func breakLine() {
    guard options.isPretty else { return }
    output.append(0x0A)
    output.append(contentsOf: repeatElement(0x20, count: 2 * open.count))
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
