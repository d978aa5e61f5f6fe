/// A set of characters, as ranges in ascending order that do not touch.
struct CharacterSet: Hashable, Sendable {
  private(set) var ranges: [ClosedRange<UInt32>] = []

  init(_ ranges: [ClosedRange<UInt32>]) {
    for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
      if let last = self.ranges.last, range.lowerBound <= last.upperBound &+ 1 {
        self.ranges[self.ranges.count - 1] =
          last.lowerBound...max(last.upperBound, range.upperBound)
      } else {
        self.ranges.append(range)
      }
    }
  }

  static let last: UInt32 = 0x10FFFF
  static let any = CharacterSet([0...last])
  static let anyButLineFeed = CharacterSet([0...9, 11...last])
  static let digits = CharacterSet([0x30...0x39])
  static let words = CharacterSet([0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A])
  static let spaces = CharacterSet([9...10, 12...13, 0x20...0x20])

  var inverted: CharacterSet {
    var next: UInt32 = 0
    var gaps: [ClosedRange<UInt32>] = []
    for range in ranges {
      if range.lowerBound > next { gaps.append(next...(range.lowerBound - 1)) }
      next = range.upperBound + 1
    }
    if next <= Self.last { gaps.append(next...Self.last) }
    return CharacterSet(gaps)
  }

  /// With both cases of each of its letters from A to Z.
  var uncased: CharacterSet {
    var both = ranges
    for range in ranges {
      for (letters, offset) in [(UInt32(0x41)...0x5A, 32), (0x61...0x7A, -32)]
      where range.overlaps(letters) {
        let part = range.clamped(to: letters)
        both.append(
          UInt32(Int(part.lowerBound) + offset)...UInt32(Int(part.upperBound) + offset))
      }
    }
    return CharacterSet(both)
  }

  func union(_ other: CharacterSet) -> CharacterSet { CharacterSet(ranges + other.ranges) }

  func contains(_ character: UInt32) -> Bool {
    if ranges.count == 1 { return ranges[0].contains(character) }
    return ranges.contains { $0.contains(character) }
  }

  /// A class of POSIX, by its name: `alpha`.
  static func posix(_ name: String) -> CharacterSet? {
    switch name {
    case "alnum": CharacterSet([0x30...0x39, 0x41...0x5A, 0x61...0x7A])
    case "alpha": CharacterSet([0x41...0x5A, 0x61...0x7A])
    case "ascii": CharacterSet([0...0x7F])
    case "blank": CharacterSet([9...9, 0x20...0x20])
    case "cntrl": CharacterSet([0...0x1F, 0x7F...0x7F])
    case "digit": digits
    case "graph": CharacterSet([0x21...0x7E])
    case "lower": CharacterSet([0x61...0x7A])
    case "print": CharacterSet([0x20...0x7E])
    case "punct": CharacterSet([0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E])
    case "space": CharacterSet([9...13, 0x20...0x20])
    case "upper": CharacterSet([0x41...0x5A])
    case "word": words
    case "xdigit": CharacterSet([0x30...0x39, 0x41...0x46, 0x61...0x66])
    default: nil
    }
  }
}

/// What a pattern is made of.
indirect enum PatternNode: Hashable, Sendable {
  /// Nothing.
  case empty
  /// One character.
  case one(CharacterSet)
  /// A place.
  case place(Place)
  /// One after the other.
  case row([PatternNode])
  /// One of several.
  case choice([PatternNode])
  /// So often; without an upper limit where that is `nil`.
  case often(PatternNode, Int, Int?)

  /// A place between two characters.
  enum Place: Hashable, Sendable {
    case start, end, wordEdge, noWordEdge
  }
}
