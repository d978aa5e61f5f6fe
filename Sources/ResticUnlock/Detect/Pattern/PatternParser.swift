/// Reads a regular expression of the kind that Go has: of those, what a yes or no can depend on.
struct PatternParser {
  static let longest = 1024
  static let deepest = 50

  let text: String
  let bytes: [UInt8]
  var next = 0
  var depth = 0
  var isUncased: Bool
  var dotIsAny = false

  init(_ text: String, isUncased: Bool) {
    self.text = text
    bytes = Array(text.utf8)
    self.isUncased = isUncased
  }

  mutating func parse() throws(PatternError) -> PatternNode {
    guard bytes.count <= Self.longest else {
      throw PatternError(text, at: Self.longest, "it is longer than \(Self.longest) bytes")
    }
    let node = try choice()
    guard next == bytes.count else {
      throw fault(at: next, "no group is open that \")\" could close; a plain one is \"\\)\"")
    }
    return node
  }

  func fault(at position: Int, _ words: String) -> PatternError {
    PatternError(text, at: position, words)
  }

  var peek: UInt8? { next < bytes.count ? bytes[next] : nil }

  mutating func skip(_ words: StaticString) -> Bool {
    var rest = bytes[next...]
    guard rest.skip(words) else { return false }
    next = rest.startIndex
    return true
  }

  /// The next character; the text is a `String`, so its UTF-8 is whole.
  mutating func character() -> UInt32 {
    let (scalar, count) = decodeScalar(bytes, at: next)
    next += count
    return scalar
  }

  mutating func choice() throws(PatternError) -> PatternNode {
    var branches = [try row()]
    while skip("|") { branches.append(try row()) }
    return branches.count == 1 ? branches[0] : .choice(branches)
  }

  private mutating func row() throws(PatternError) -> PatternNode {
    var nodes: [PatternNode] = []
    while let byte = peek, byte != UInt8(ascii: "|"), byte != UInt8(ascii: ")") {
      if skip("\\Q") {
        while next < bytes.count, !skip("\\E") { nodes.append(literal(character())) }
        continue
      }
      let start = next
      guard let atom = try atom() else { continue }
      nodes.append(try repeated(atom, from: start))
    }
    return nodes.isEmpty ? .empty : nodes.count == 1 ? nodes[0] : .row(nodes)
  }

  func literal(_ character: UInt32) -> PatternNode { .one(set([character...character])) }

  private func set(_ ranges: [ClosedRange<UInt32>]) -> CharacterSet {
    isUncased ? CharacterSet(ranges).uncased : CharacterSet(ranges)
  }

  /// One thing that can be repeated; `nil` for flags, which are none.
  private mutating func atom() throws(PatternError) -> PatternNode? {
    let start = next
    switch bytes[next] {
    case UInt8(ascii: "("): return try group()
    case UInt8(ascii: "["): return .one(try bracket())
    case UInt8(ascii: "."):
      next += 1
      return .one(dotIsAny ? .any : .anyButLineFeed)
    case UInt8(ascii: "^"):
      next += 1
      return .place(.start)
    case UInt8(ascii: "$"):
      next += 1
      return .place(.end)
    case UInt8(ascii: "\\"): return try escape()
    case UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "?"):
      throw fault(
        at: start, "there is nothing before it to repeat; a plain one has a \"\\\" before it")
    default: return literal(character())
    }
  }

  private mutating func repeated(
    _ atom: PatternNode, from start: Int
  ) throws(PatternError) -> PatternNode {
    guard let (least, most) = try quantifier() else { return atom }
    let end = next
    // Whether it takes few or many makes no difference to a yes or no.
    _ = skip("?")
    let again = next
    if try quantifier() != nil {
      throw fault(at: again, "what is repeated is repeated again; put the first into a group")
    }
    if least > 1000 || (most ?? 0) > 1000 {
      throw fault(at: end - 1, "it repeats more than 1000 times")
    }
    return .often(atom, least, most)
  }

  /// `*`, `+`, `?`, `{2}`, `{2,}`, `{2,5}`; a brace that is none of these stands for itself.
  private mutating func quantifier() throws(PatternError) -> (Int, Int?)? {
    if skip("*") { return (0, nil) }
    if skip("+") { return (1, nil) }
    if skip("?") { return (0, 1) }
    let start = next
    guard skip("{"), let least = number() else {
      next = start
      return nil
    }
    if skip("}") { return (least, least) }
    guard skip(",") else {
      next = start
      return nil
    }
    if skip("}") { return (least, nil) }
    guard let most = number(), skip("}") else {
      next = start
      return nil
    }
    guard least <= most else { throw fault(at: start, "its first number is above its second") }
    return (least, most)
  }

  private mutating func number() -> Int? {
    let digits = bytes[next...].prefix(while: \.isDigit)
    guard !digits.isEmpty else { return nil }
    next = digits.endIndex
    return digits.number ?? Int.max
  }
}
