/// The reader behind `JSONValue(parsing:options:)`.
///
/// It keeps the containers that are still open on a stack of its own, so that nesting costs memory
/// the limits bound, and never the thread's stack.
public struct JSONParser {
  let input: UnsafeBufferPointer<UInt8>
  let options: Options
  var cursor = 0
  /// Whether the last thing read was a complete value, or a step towards one.
  private(set) var isAfterValue = false
  private(set) var stack: [Container] = []
  /// Where strings with escapes are put together.
  var scratch: [UInt8] = []

  private init(input: UnsafeBufferPointer<UInt8>, options: Options) {
    self.input = input
    self.options = options
  }

  /// An array or an object whose end is yet to come.
  struct Container {
    let isObject: Bool
    var elements: [JSONValue] = []
    var object = JSONObject()
    /// The key of the member being read, or last read.
    var key: String?
  }

  static func parse(
    _ input: UnsafeBufferPointer<UInt8>, options: Options
  ) -> Result<JSONValue, JSONError> {
    var parser = JSONParser(input: input, options: options)
    do throws(Fault) {
      return .success(try parser.document())
    } catch {
      return .failure(parser.explain(error))
    }
  }

  private mutating func document() throws(Fault) -> JSONValue {
    try checkBeginning()
    while true {
      skipSpace()
      isAfterValue = false
      guard var value = try scalarOrOpening() else { continue }
      // A complete value may complete the containers around it, one after the other.
      while true {
        isAfterValue = true
        guard !stack.isEmpty else {
          try checkEnd()
          return value
        }
        put(value)
        guard let whole = try separatorOrClosing() else { break }
        value = whole
      }
    }
  }

  /// Reads a value that is complete at once; `nil` when it opened a container with something in it.
  private mutating func scalarOrOpening() throws(Fault) -> JSONValue? {
    guard cursor < input.count else { throw unexpected(expectingValue) }
    switch input[cursor] {
    case .quote:
      return .string(try string())
    case .openBrace:
      try open(object: true)
      if input[safely: cursor] == .closeBrace { return close() }
      try key()
      return nil
    case .openBracket:
      try open(object: false)
      return input[safely: cursor] == .closeBracket ? close() : nil
    case .minus, UInt8(ascii: "0")...UInt8(ascii: "9"):
      return .number(try number())
    case UInt8(ascii: "t"):
      return try literal("true", .bool(true))
    case UInt8(ascii: "f"):
      return try literal("false", .bool(false))
    case UInt8(ascii: "n"):
      return try literal("null", .null)
    default:
      throw unexpected(expectingValue)
    }
  }

  /// After a value inside a container: moves on to the next value, or returns the closed container.
  private mutating func separatorOrClosing() throws(Fault) -> JSONValue? {
    skipSpace()
    let isObject = stack[stack.count - 1].isObject
    switch input[safely: cursor] {
    case .comma:
      cursor += 1
      if isObject {
        skipSpace()
        try key()
      }
      return nil
    case .closeBrace where isObject:
      return close()
    case .closeBracket where !isObject:
      return close()
    default:
      throw unexpected("',' or '\(isObject ? "}" : "]")' after a value")
    }
  }

  private mutating func open(object isObject: Bool) throws(Fault) {
    guard stack.count < options.maximumDepth else {
      throw Fault(
        .tooDeep, at: cursor,
        "more than \(options.maximumDepth) arrays and objects are nested here")
    }
    cursor += 1
    skipSpace()
    stack.append(Container(isObject: isObject))
  }

  private mutating func close() -> JSONValue {
    cursor += 1
    let container = stack.removeLast()
    return container.isObject ? .object(container.object) : .array(container.elements)
  }

  /// Hands a value to the innermost container.
  private mutating func put(_ value: JSONValue) {
    let top = stack.count - 1
    guard let key = stack[top].key else {
      stack[top].elements.append(value)
      return
    }
    switch options.duplicateKeys {
    case .reject:  // The key was checked before its value was read.
      stack[top].object.append(key, value)
    case .keepFirst:
      if !stack[top].object.contains(key) { stack[top].object.append(key, value) }
    case .keepLast:
      stack[top].object[key] = value
    }
  }

  /// Reads a key and its colon.
  private mutating func key() throws(Fault) {
    let top = stack.count - 1
    isAfterValue = false
    stack[top].key = nil
    let start = cursor
    guard input[safely: cursor] == .quote else { throw unexpected(expectingKey) }
    let key = try string()
    stack[top].key = key
    if options.duplicateKeys == .reject, stack[top].object.contains(key) {
      let name = JSONValue.string(key.clipped).text()
      throw Fault(.duplicateKey, at: start, "the key \(name) is already in this object")
    }
    skipSpace()
    guard input[safely: cursor] == .colon else { throw unexpected("':' after a key") }
    cursor += 1
  }

  private mutating func literal(
    _ word: StaticString, _ value: JSONValue
  ) throws(Fault) -> JSONValue {
    let length = word.utf8CodeUnitCount
    guard input.count - cursor >= length else { throw unexpected(expectingValue) }
    for place in 0..<length where input[cursor + place] != word.utf8Start[place] {
      throw unexpected(expectingValue)
    }
    cursor += length
    return value
  }

  mutating func skipSpace() {
    while cursor < input.count, input[cursor].isSpace { cursor += 1 }
  }
}

extension UnsafeBufferPointer<UInt8> {
  /// The byte at an offset, or `nil` after the end.
  subscript(safely offset: Int) -> UInt8? { offset < count ? self[offset] : nil }
}
