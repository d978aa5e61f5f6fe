import Testing

/// `docs/testing.md` says which tests would catch which fault of what this replaces.
@Suite struct `The table of faults` {
  @Test(arguments: [("S", 37), ("W", 24), ("V", 23)])
  func `has all of them, and names tests that are there`(_ letter: String, _ count: Int) throws {
    let document = try #require(Checkout.file("docs/testing.md"))
    let rows = document.lines.filter { line in
      line.hasPrefix("| \(letter)") && line.dropFirst(3).first?.isNumber == true
    }
    #expect(rows.count == count)
    for (index, row) in rows.enumerated() {
      let names = row.matches(of: /`([^`]+)`/).map { String($0.1) }
      #expect(row.hasPrefix("| \(letter)\(index + 1) |"))
      #expect(!names.isEmpty, "\(row)")
      for name in names {
        #expect(EvidenceNames.tests.contains(name), "no such test: \(name)")
      }
    }
  }
}
