/// A regular expression of the kind that Go has, for a yes or no. The time that matching takes grows
/// with the text and with the pattern, and with nothing else.
///
/// What it knows: literals, `.`, classes with `\d \w \s` and POSIX names, `^ $ \A \z \b \B`, groups,
/// `|`, `* + ? {2,5}` (lazy ones too), `(?i)`, `\Q…\E`. Only letters from A to Z have two cases.
public struct Pattern: Hashable, Sendable, CustomStringConvertible {
  /// Its text.
  public let description: String
  let program: PatternProgram

  /// Compiles a pattern.
  ///
  /// - Parameters:
  ///   - text: At most 1024 bytes.
  ///   - ignoresCase: Whether upper and lower case are the same, unless the pattern says otherwise.
  /// - Throws: `PatternError` with the place where it is no pattern, and what is allowed there.
  public init(_ text: String, ignoresCase: Bool = true) throws(PatternError) {
    var parser = PatternParser(text, isUncased: ignoresCase)
    let node = try parser.parse()
    guard let program = PatternProgram(node), program.steps.count <= PatternProgram.longest else {
      throw PatternError(
        text, at: 0, "it takes more than \(PatternProgram.longest) steps; repeat less")
    }
    description = text
    self.program = program
  }

  /// How much matching a character costs at most.
  var cost: Int { program.steps.count }

  /// Tells whether it matches somewhere in a line.
  ///
  /// - Parameter line: The line, without its end; bytes that are no UTF-8 count as U+FFFD each.
  /// - Returns: Whether it does.
  public func matches(_ line: some Collection<UInt8>) -> Bool {
    line.withContiguousStorageIfAvailable { search($0) }
      ?? Array(line).withUnsafeBufferPointer { search($0) }
  }

  private func search(_ line: UnsafeBufferPointer<UInt8>) -> Bool {
    var now = StepSet(count: program.steps.count)
    var later = StepSet(count: program.steps.count)
    var index = 0
    var before: UInt32?
    while true {
      let (scalar, width) = index < line.count ? decodeScalar(line, at: index) : (0, 0)
      let after = width == 0 ? nil : scalar
      // A match may begin anywhere.
      if now.enter(0, of: program, before: before, after: after) { return true }
      guard let after else { return false }
      index += width
      let (ahead, aheadWidth) = index < line.count ? decodeScalar(line, at: index) : (0, 0)
      for step in now.members {
        guard case .take(let set) = program.steps[step], program.sets[set].contains(after) else {
          continue
        }
        let next: UInt32? = aheadWidth == 0 ? nil : ahead
        if later.enter(step + 1, of: program, before: after, after: next) { return true }
      }
      swap(&now, &later)
      later.removeAll()
      before = after
    }
  }
}

/// The steps that are stood on. Each is entered once, so that it costs no more than the program is long.
private struct StepSet {
  private(set) var members: [Int] = []
  private var isMember: [Bool]
  private var pending: [Int] = []

  init(count: Int) { isMember = Array(repeating: false, count: count) }

  mutating func removeAll() {
    for member in members { isMember[member] = false }
    members.removeAll(keepingCapacity: true)
  }

  /// Stands on a step, and on all that follow from it without a character; whether one is a match.
  mutating func enter(
    _ first: Int, of program: PatternProgram, before: UInt32?, after: UInt32?
  ) -> Bool {
    pending.append(first)
    while let step = pending.popLast() {
      guard !isMember[step] else { continue }
      isMember[step] = true
      members.append(step)
      switch program.steps[step] {
      case .take: break
      case .fork(let one, let other):
        pending.append(other)
        pending.append(one)
      case .place(let place):
        if holds(place, before: before, after: after) { pending.append(step + 1) }
      case .match: return true
      }
    }
    return false
  }

  private func holds(_ place: PatternNode.Place, before: UInt32?, after: UInt32?) -> Bool {
    switch place {
    case .start: return before == nil
    case .end: return after == nil
    case .wordEdge, .noWordEdge:
      let isEdge =
        (before.map(CharacterSet.words.contains) ?? false)
        != (after.map(CharacterSet.words.contains) ?? false)
      return isEdge == (place == .wordEdge)
    }
  }
}

/// The character at an index, and how many bytes it has. A byte that begins none is U+FFFD.
func decodeScalar(_ bytes: some RandomAccessCollection<UInt8>, at index: Int) -> (UInt32, Int) {
  func byte(_ offset: Int) -> UInt32? {
    let position = bytes.index(bytes.startIndex, offsetBy: index)
    guard let next = bytes.index(position, offsetBy: offset, limitedBy: bytes.endIndex),
      next < bytes.endIndex
    else { return nil }
    return UInt32(bytes[next])
  }
  func tail(_ offset: Int) -> UInt32? {
    guard let next = byte(offset), next & 0xC0 == 0x80 else { return nil }
    return next & 0x3F
  }
  guard let first = byte(0) else { return (0xFFFD, 1) }
  if first < 0x80 { return (first, 1) }
  guard let second = tail(1) else { return (0xFFFD, 1) }
  if 0xC2...0xDF ~= first { return ((first & 0x1F) << 6 | second, 2) }
  guard let third = tail(2) else { return (0xFFFD, 1) }
  if 0xE0...0xEF ~= first {
    let scalar = (first & 0x0F) << 12 | second << 6 | third
    return scalar < 0x800 || 0xD800...0xDFFF ~= scalar ? (0xFFFD, 1) : (scalar, 3)
  }
  guard 0xF0...0xF4 ~= first, let fourth = tail(3) else { return (0xFFFD, 1) }
  let scalar = (first & 0x07) << 18 | second << 12 | third << 6 | fourth
  return 0x10000...0x10FFFF ~= scalar ? (scalar, 4) : (0xFFFD, 1)
}
