extension JSONParser {
  /// A fault as the reader meets it; `explain` adds line, column and path, which only it needs.
  struct Fault: Error {
    let code: JSONError.Code
    let offset: Int
    let message: String

    init(_ code: JSONError.Code, at offset: Int, _ message: String) {
      self.code = code
      self.offset = offset
      self.message = message
    }
  }

  func explain(_ fault: Fault) -> JSONError {
    var line = 1
    var column = 1
    for byte in input[..<fault.offset] {
      if byte == 0x0A {
        line += 1
        column = 1
      } else if byte & 0xC0 != 0x80 {  // All but the continuation bytes begin a scalar.
        column += 1
      }
    }
    return JSONError(
      code: fault.code, path: path, line: line, column: column, offset: fault.offset,
      message: fault.message)
  }

  /// The value being read, or the last one read.
  private var path: JSONPath {
    var steps: [JSONPath.Step] = []
    for (depth, container) in stack.enumerated() {
      if container.isObject {
        if let key = container.key { steps.append(.key(key)) }
      } else {
        let isComplete = depth == stack.count - 1 && isAfterValue
        steps.append(.index(container.elements.count - (isComplete ? 1 : 0)))
      }
    }
    return JSONPath(steps)
  }

  /// The fault of finding, at the cursor, something other than `expected`.
  func unexpected(_ expected: String, code: JSONError.Code = .unexpectedCharacter) -> Fault {
    guard cursor < input.count else {
      return Fault(.unexpectedEnd, at: input.count, "expected \(expected), but the text ends")
    }
    return Fault(code, at: cursor, "expected \(expected), found \(found(at: cursor))")
  }

  func checkBeginning() throws(Fault) {
    guard input.count <= options.maximumBytes else {
      throw Fault(
        .tooLarge, at: 0, "the text has more than the \(options.maximumBytes) bytes allowed")
    }
    if input.starts(with: [0xEF, 0xBB, 0xBF]) {
      throw Fault(
        .byteOrderMark, at: 0,
        "the text begins with a byte order mark (EF BB BF); save it as UTF-8 without one")
    }
    if input.starts(with: [0xFE, 0xFF]) || input.starts(with: [0xFF, 0xFE]) {
      throw Fault(
        .byteOrderMark, at: 0, "the text is UTF-16, as its byte order mark tells; save it as UTF-8")
    }
  }

  mutating func checkEnd() throws(Fault) {
    skipSpace()
    guard cursor == input.count else {
      throw unexpected("the end after the document", code: .trailingData)
    }
  }
}

// What a message says: made only when there is one to write.
extension JSONParser {
  var expectingValue: String {
    switch lastByte {
    case .comma: "a value after ','"
    case .colon: "a value after ':'"
    case .openBracket: "a value or ']' after '['"
    default: "a value"
    }
  }

  var expectingKey: String {
    lastByte == .comma ? "a key in double quotes after ','" : "a key in double quotes or '}'"
  }

  /// The byte before the cursor that is not white space.
  private var lastByte: UInt8? { input[..<cursor].last { !$0.isSpace } }

  func found(at offset: Int) -> String {
    guard let byte = input[safely: offset] else { return "the end of the text" }
    switch byte {
    case 0..<0x20, 0x7F: return "the control character U+00\(hex(byte))"
    case _ where byte.isLetter: return "'\(word(at: offset))'\(hint(for: word(at: offset)))"
    case 0x20..<0x7F:
      let character = String(Unicode.Scalar(byte))
      return "'\(character)'\(hint(for: character))"
    default: break
    }
    var rest = input[offset...].prefix(4).makeIterator()
    var decoder = UTF8()
    if case .scalarValue(let scalar) = decoder.decode(&rest) {
      let code = "U+\(hex(scalar.value))"
      return isVisible(scalar) ? "'\(scalar)' (\(code))" : "the character \(code)"
    }
    return "the byte 0x\(hex(byte)), which is not UTF-8 here"
  }

  /// Whether a character can be shown in a terminal without doing something to it.
  private func isVisible(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .unassigned, .privateUse: false
    default: true
    }
  }

  private func word(at offset: Int) -> String {
    String(decoding: input[offset...].prefix(20).prefix { $0.isLetter }, as: UTF8.self)
  }

  /// A word to those who come from another notation.
  private func hint(for found: String) -> String {
    switch found {
    case "'": ", but strings stand in double quotes"
    case "/", "#": ", but JSON has no comments"
    case "+", ".": ", but a number begins with a digit or '-'"
    case "True", "TRUE": ", but JSON writes true"
    case "False", "FALSE": ", but JSON writes false"
    case "None", "nil", "Null", "NULL", "undefined": ", but JSON writes null"
    case "NaN", "Infinity", "Inf": ", but JSON has finite numbers only"
    default: ""
    }
  }

  private func hex(_ number: some BinaryInteger) -> String {
    let digits = String(number, radix: 16, uppercase: true)
    let width = number is UInt8 ? 2 : 4
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }
}
