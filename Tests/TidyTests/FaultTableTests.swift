import Testing

/// `docs/testing.md` says which tests would catch which fault of the monitor by script.
@Suite struct `The table of faults` {
  @Test func `has all of them, and names tests that are there`() throws {
    let document = try #require(Checkout.file("docs/testing.md"))
    let rows = document.lines.filter { $0.wholeMatch(of: /\| W[0-9]+ \|.*/) != nil }
    #expect(rows.count == 24)
    var known: Set<String> = []
    for file in Checkout.swift(in: "Tests") {
      for line in file.lines {
        if let match = line.firstMatch(of: /func `([^`]+)`/) { known.insert(String(match.1)) }
      }
    }
    for (index, row) in rows.enumerated() {
      let names = row.matches(of: /`([^`]+)`/).map { String($0.1) }
      #expect(row.hasPrefix("| W\(index + 1) |"))
      #expect(!names.isEmpty, "\(row)")
      for name in names { #expect(known.contains(name), "no such test: \(name)") }
    }
  }
}
