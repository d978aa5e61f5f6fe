import Pacing
import SimulationKit
import Testing

@testable import ResticUnlock

@Suite struct `A pattern` {
  private func matches(_ pattern: String, _ text: String) throws -> Bool {
    try Pattern(pattern, ignoresCase: false).matches(Array(text.utf8))
  }

  @Test(arguments: [
    ("lock", "unlocked", true), ("^lock", "unlock", false), ("lock$", "unlock", true),
    ("a.c", "abc", true), ("a.c", "a\u{E9}c", true), ("a.c", "ac", false), ("a|b|", "c", true),
    ("^(?:a|bc)+$", "abcabc", true), ("^(?:a|bc)+$", "abcb", false), ("^a{2,3}$", "a", false),
    ("^a{2,3}$", "aaa", true), ("^a{2,3}$", "aaaa", false), ("^a{2}$", "aa", true),
    ("^a{2,}$", "aaaaaa", true), ("a{,3}", "a{,3}", true), ("x{", "x{", true),
    ("a*?b", "aab", true),
    (#"\d+ \w+\s"#, "12 ab\t", true), (#"\D"#, "5", false), (#"[^\d]"#, "5", false),
    (#"[\w-]+$"#, "a-b", true), ("[]a]", "]", true), ("[^]a]", "]", false), ("[a-]", "-", true),
    ("[[:alpha:]]+[[:^digit:]]", "ab", true), ("[[:punct:]]", "a", false),
    (#"\bfor\b"#, "x for y", true),
    (#"\bfor\b"#, "before", false), (#"\Bor"#, "for", true), (#"\Aa\z"#, "a", true),
    (#"\x41\x{1F600}"#, "A\u{1F600}", true), (#"\Qa.b*\E"#, "a.b*", true),
    (#"\041"#, "!", true), ("(?i)LoCk", "lOcK", true), ("(?i)a(?-i)b", "AB", false),
    ("(?i:a)b", "Ab", true), ("(?i:a)b", "AB", false), ("(?P<name>a)(?<b2>b)", "ab", true),
    ("(?i)[a-c]+$", "ABC", true), ("(?i)[^a]", "A", false), ("", "", true), ("()*", "x", true),
    ("(a*)*b", "aaab", true), ("(?s).", "\n", true), (".", "\n", false), ("^$", "", true),
    (#"a\.b"#, "axb", false), ("(|a)+c", "aac", true), ("(?:(?:(?:){1000}){1000}){1000}", "", true),
  ])
  func `matches as in Go`(_ pattern: String, _ text: String, _ expected: Bool) throws {
    #expect(try matches(pattern, text) == expected)
  }

  @Test(arguments: [
    ("a(b", 1, "not closed"), ("a)b", 1, "no group is open"), ("*a", 0, "nothing before it"),
    ("a**", 2, "repeated again"), ("[a", 0, "not closed"), ("[z-a]", 1, "from high to low"),
    ("[[:no:]]", 1, "no such class"), (#"\1"#, 0, "cannot be referred to"), ("(?=a)", 0, "ahead"),
    ("(?<=a)", 0, "ahead"), ("(?<!a)", 0, "ahead"), (#"\p{Greek}"#, 0, "Unicode"),
    ("a\\", 1, "nothing follows"),
    (#"\y"#, 0, "no such escape"), ("a{3,2}", 1, "above"), ("a{1001}", 6, "1000 times"),
    ("(?x)a", 2, "no such flag"), ("(?i", 0, "not closed by"), (#"\x{110000}"#, 0, "10FFFF"),
    ("(?P<>a)", 0, "name"), ("(a{100}){100}", 0, "1000 steps"), (#"\xZ"#, 0, "two hexadecimal"),
    (String(repeating: "(", count: 60), 50, "nested"),
    (String(repeating: "a", count: 1025), 1024, "longer"),
  ])
  func `is refused with the place and what is allowed`(
    _ pattern: String, _ position: Int, _ words: String
  ) {
    #expect {
      try Pattern(pattern)
    } throws: { error in
      let error = error as? PatternError
      return error?.position == position && error?.fault.contains(words) == true
    }
  }

  @Test func `takes time that grows with text and pattern alone`() throws {
    let pattern = try Pattern("(a?){30}a{30}(x+x+)+y|(a|aa|b*)*c")
    let text = Array(repeating: UInt8(ascii: "a"), count: 16_384)
    let isFound = pattern.matches(text)
    #expect(!isFound)
  }

  @Test func `sees bytes that are no text as one character each`() throws {
    let pattern = try Pattern("^..$")
    #expect(pattern.matches([0xFF, 0xC3]))
    #expect(!pattern.matches([0xC3, 0xA9]))
  }

  @Test(arguments: Seeds.upTo(40))
  func `says what another engine says`(_ seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    for _ in 0..<30 {
      let text = expression(3, &random)
      let ours = try Pattern(text, ignoresCase: false)
      let theirs = try Regex(text).matchingSemantics(.unicodeScalar)
        .wordBoundaryKind(.simple)
      for _ in 0..<12 {
        let line = String(
          (0..<random.number(0...7)).map { _ in random.pick(["a", "b", "_", "-"]) }
            .joined())
        let expected = try theirs.firstMatch(in: line) != nil
        let found = ours.matches(Array(line.utf8))
        #expect(found == expected, "\(text) on \(line)")
      }
    }
  }

  private func expression(_ depth: Int, _ random: inout SeededGenerator) -> String {
    guard depth > 0 else {
      return random.pick(["a", "b", "-", ".", "[ab]", "[^a]", #"\w"#, #"\b"#, "^", "$", "a"])
    }
    let inner = expression(depth - 1, &random)
    switch random.number(0...6) {
    case 0: return inner + expression(depth - 1, &random)
    case 1: return "(?:\(inner)|\(expression(depth - 1, &random)))"
    case 2: return "(?:\(inner))*"
    case 3: return "(?:\(inner))+?"
    case 4: return "(?:\(inner))?"
    case 5: return "(?:\(inner)){1,3}"
    default: return inner
    }
  }
}

@Suite struct `Patterns of a user` {
  @Test func `go on without those that are wrong`() {
    let patterns = LockPatterns(["a(b", "good", "", "x*", "repository.*locked"])
    #expect(patterns.patterns.map(\.description) == ["good"])
    #expect(patterns.faults.map(\.index) == [0, 2, 3])
    #expect(
      patterns.faults[0].description.hasPrefix("lockErrorPatterns[0]: pattern \"a(b\", at byte 1"))
  }

  /// The list that people have copied from the document of an older controller.
  @Test func `of that document find what they were meant for, and nothing harmless`() {
    let texts = [
      "repository is already locked", "unable to create lock", "repository locked",
      "lock.*already.*exists", "failed to create lock",
      "repository.*locked.*by.*another.*process", "timeout.*waiting.*for.*lock",
    ]
    #expect(LockPatterns(texts).faults.isEmpty)
    for line in [
      "repository is already locked", "unable to create lock in backend: x",
      "Fatal: repository locked", "the lock file already exists", "failed to create lock",
      "repository 5f2c is locked by another process", "timeout while waiting for the lock",
    ] { #expect(Logs.sign(1, line, texts) != nil, "\(line)") }
    for line in [
      "repository unlocked", "block device already exists", "successfully removed 1 locks",
      "the clock already exists", "timeout waiting for the clock",
    ] { #expect(Logs.sign(1, line, texts) == nil, "\(line)") }
  }

  @Test func `are limited in number and size`() {
    let many = LockPatterns((0..<60).map { "pattern \($0)" })
    #expect(many.patterns.count == 50 && many.faults.count == 1)
    let large = LockPatterns((0..<9).map { "x{900}\($0)" })
    #expect(large.patterns.count == 4 && large.faults.count == 5)
  }
}
