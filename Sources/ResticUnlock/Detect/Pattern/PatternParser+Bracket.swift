extension PatternParser {
  /// A class in brackets.
  mutating func bracket() throws(PatternError) -> CharacterSet {
    let start = next
    next += 1
    let isInverted = skip("^")
    var set = CharacterSet([])
    var isFirst = true
    while true {
      guard let byte = peek else {
        throw fault(at: start, "this class is not closed; a plain bracket is \"\\[\"")
      }
      // As the first, a bracket stands for itself.
      if byte == UInt8(ascii: "]") && !isFirst { break }
      isFirst = false
      if let named = try namedClass() {
        set = set.union(named)
      } else {
        set = set.union(try part())
      }
    }
    next += 1
    if isUncased { set = set.uncased }
    return isInverted ? set.inverted : set
  }

  /// `[:alpha:]`, `[:^alpha:]`; `nil` where there is none.
  private mutating func namedClass() throws(PatternError) -> CharacterSet? {
    let start = next
    guard skip("[:") else { return nil }
    let isInverted = skip("^")
    guard let end = bytes[next...].first(":]") else {
      next = start
      return nil
    }
    let name = bytes[next..<end.lowerBound].text
    guard let set = CharacterSet.posix(name) else {
      throw fault(
        at: start,
        "there is no such class; there are alnum, alpha, ascii, blank, cntrl, digit, "
          + "graph, lower, print, punct, space, upper, word and xdigit")
    }
    next = end.upperBound
    return isInverted ? set.inverted : set
  }

  /// A character, a range, or a class that a backslash begins.
  private mutating func part() throws(PatternError) -> CharacterSet {
    let start = next
    if peek == UInt8(ascii: "\\"), next + 1 < bytes.count,
      let set = classOfEscape(bytes[next + 1])
    {
      next += 2
      return set
    }
    let low = try end()
    // Before the closing bracket, a hyphen stands for itself.
    guard peek == UInt8(ascii: "-"), next + 1 < bytes.count,
      bytes[next + 1] != UInt8(ascii: "]")
    else { return CharacterSet([low...low]) }
    next += 1
    let high = try end()
    guard low <= high else { throw fault(at: start, "this range goes from high to low") }
    return CharacterSet([low...high])
  }

  /// One end of a range.
  private mutating func end() throws(PatternError) -> UInt32 {
    let start = next
    guard skip("\\") else { return character() }
    guard next < bytes.count else {
      throw fault(at: start, "nothing follows the \"\\\"; a plain one is \"\\\\\"")
    }
    return try escapedCharacter(from: start)
  }
}
