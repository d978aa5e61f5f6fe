import Testing

/// `docs/use-cases.md` says what shows that each thing which was asked for is done.
@Suite struct `The use cases` {
  /// A row that has a number of its own.
  private struct Row {
    var number: String
    var line: Int
    var cells: [String]

    /// What stands in backquotes in its last cell.
    var evidence: [String] {
      (cells.last ?? "").matches(of: /`([^`]+)`/).map { String($0.1) }
    }
  }

  private static let file = "docs/use-cases.md"

  private static var rows: [Row] {
    let lines = Checkout.file(file)?.lines ?? []
    return lines.enumerated().compactMap { index, text in
      guard text.hasPrefix("| "), !text.hasPrefix("| |") else { return nil }
      let cells = text.dropFirst().split(separator: " | ", omittingEmptySubsequences: false)
        .map { $0.drop(while: \.isWhitespace).reversed().drop { " |".contains($0) }.reversed() }
        .map { String($0) }
      return Row(number: cells.first ?? "", line: index + 1, cells: cells)
    }
  }

  @Test func `are all there, each step with a number of its own`() {
    let numbers = Self.rows.map(\.number)
    #expect(Set(numbers).count == numbers.count)
    for use in 1...10 {
      let steps = numbers.filter { $0.hasPrefix("UC-\(use).") }
      #expect(steps == (1...max(1, steps.count)).map { "UC-\(use).\($0)" })
    }
    for (prefix, count) in [("UC-F", 5), ("PH-", 29), ("VS-", 35)] {
      let own = numbers.filter { $0.hasPrefix(prefix) }
      #expect(own == (1...count).map { "\(prefix)\($0)" })
    }
    #expect(numbers.allSatisfy { ["UC", "PH", "VS"].contains($0.prefix(2)) })
  }

  @Test func `are shown by tests and targets that are there`() {
    var findings = Findings()
    for row in Self.rows {
      let place = "\(Self.file):\(row.line)"
      if row.cells.count != 4 || row.cells.contains("") {
        findings.add("\(place): \(row.number) has not four cells with words")
      }
      if row.evidence.isEmpty { findings.add("\(place): nothing shows \(row.number)") }
      for name in row.evidence where !EvidenceNames.isThere(name) {
        findings.add("\(place): no such test, and no such target: \(name)")
      }
    }
    findings.expectNone()
  }
}
