extension PatternParser {
  /// A group, or flags without one.
  mutating func group() throws(PatternError) -> PatternNode? {
    let start = next
    let flags = (isUncased, dotIsAny)
    next += 1
    if skip("?") {
      if skip("P<") || (peek == UInt8(ascii: "<") && !isLookBehind && skip("<")) {
        try name(from: start)
      } else if try !readFlags(from: start) {
        // They hold up to the end of the group that they stand in.
        return nil
      }
    }
    depth += 1
    guard depth <= Self.deepest else {
      throw fault(at: start, "groups are nested more than \(Self.deepest) deep")
    }
    let inner = try choice()
    depth -= 1
    guard skip(")") else {
      throw fault(at: start, "this group is not closed; a plain parenthesis is \"\\(\"")
    }
    (isUncased, dotIsAny) = flags
    return inner
  }

  private var isLookBehind: Bool {
    next + 1 < bytes.count
      && (bytes[next + 1] == UInt8(ascii: "=") || bytes[next + 1] == UInt8(ascii: "!"))
  }

  private mutating func name(from start: Int) throws(PatternError) {
    let name = bytes[next...].prefix {
      $0.isLetter || $0.isDigit || $0 == UInt8(ascii: "_")
    }
    next = name.endIndex
    guard !name.isEmpty, skip(">") else {
      throw fault(at: start, "the group's name must be letters, digits and \"_\", then \">\"")
    }
  }

  /// Flags, up to `:` or `)`; whether a group follows.
  private mutating func readFlags(from start: Int) throws(PatternError) -> Bool {
    var isOn = true
    while let byte = peek {
      next += 1
      switch byte {
      case UInt8(ascii: "i"): isUncased = isOn
      case UInt8(ascii: "s"): dotIsAny = isOn
      // A line is all that a pattern sees, and whether it takes much or little makes no difference.
      case UInt8(ascii: "m"), UInt8(ascii: "U"): break
      case UInt8(ascii: "-") where isOn: isOn = false
      case UInt8(ascii: ":"): return true
      case UInt8(ascii: ")"): return false
      case UInt8(ascii: "="), UInt8(ascii: "!"), UInt8(ascii: "<"):
        throw fault(
          at: start,
          "looking ahead or behind is not possible here; there are groups (…), "
            + "(?:…), (?i:…) and (?P<name>…)")
      default:
        throw fault(at: next - 1, "there is no such flag; there are i, m, s and U")
      }
    }
    throw fault(at: start, "these flags are not closed by \":\" or \")\"")
  }

  // MARK: What a backslash begins

  mutating func escape() throws(PatternError) -> PatternNode {
    let start = next
    next += 1
    guard let byte = peek else {
      throw fault(at: start, "nothing follows the \"\\\"; a plain one is \"\\\\\"")
    }
    if let set = classOfEscape(byte) {
      next += 1
      return .one(set)
    }
    switch byte {
    case UInt8(ascii: "b"), UInt8(ascii: "B"), UInt8(ascii: "A"), UInt8(ascii: "z"):
      next += 1
      switch byte {
      case UInt8(ascii: "b"): return .place(.wordEdge)
      case UInt8(ascii: "B"): return .place(.noWordEdge)
      case UInt8(ascii: "A"): return .place(.start)
      default: return .place(.end)
      }
    default: return literal(try escapedCharacter(from: start))
    }
  }

  /// `\d` and its like, in a class and outside of one.
  func classOfEscape(_ byte: UInt8) -> CharacterSet? {
    switch byte {
    case UInt8(ascii: "d"): .digits
    case UInt8(ascii: "D"): CharacterSet.digits.inverted
    case UInt8(ascii: "w"): .words
    case UInt8(ascii: "W"): CharacterSet.words.inverted
    case UInt8(ascii: "s"): .spaces
    case UInt8(ascii: "S"): CharacterSet.spaces.inverted
    default: nil
    }
  }

  /// The one character that an escape stands for; `next` is behind the backslash.
  mutating func escapedCharacter(from start: Int) throws(PatternError) -> UInt32 {
    let byte = bytes[next]
    switch byte {
    case UInt8(ascii: "a"): return simple(7)
    case UInt8(ascii: "f"): return simple(12)
    case UInt8(ascii: "t"): return simple(9)
    case UInt8(ascii: "n"): return simple(10)
    case UInt8(ascii: "r"): return simple(13)
    case UInt8(ascii: "v"): return simple(11)
    case UInt8(ascii: "x"): return try hexadecimal(from: start)
    case UInt8(ascii: "0"): return octal()
    case UInt8(ascii: "1")...UInt8(ascii: "9"):
      throw fault(at: start, "a group cannot be referred to; write what it stands for again")
    case UInt8(ascii: "p"), UInt8(ascii: "P"):
      throw fault(
        at: start, "classes of Unicode are not known; there are \\d, \\w, \\s and [[:alpha:]]")
    default:
      guard byte < 0x80, !byte.isLetter, !byte.isDigit else {
        throw fault(
          at: start,
          "there is no such escape; there are \\d \\w \\s \\b \\A \\z \\t \\n \\r "
            + "\\x7F, and \"\\\" before any sign")
      }
      return simple(UInt32(byte))
    }
  }

  private mutating func simple(_ character: UInt32) -> UInt32 {
    next += 1
    return character
  }

  private mutating func octal() -> UInt32 {
    let digits = bytes[next...].prefix(3).prefix { $0 &- UInt8(ascii: "0") < 8 }
    next = digits.endIndex
    return digits.reduce(0) { $0 * 8 + UInt32($1 & 7) }
  }

  private mutating func hexadecimal(from start: Int) throws(PatternError) -> UInt32 {
    next += 1
    let isBraced = skip("{")
    let digits = bytes[next...].prefix(isBraced ? 8 : 2).prefix(while: \.isHex)
    next = digits.endIndex
    guard let number = UInt32(digits.text, radix: 16), isBraced || digits.count == 2,
      number <= CharacterSet.last, !isBraced || skip("}")
    else { throw fault(at: start, "write two hexadecimal digits, or up to 10FFFF in braces") }
    return number
  }
}
