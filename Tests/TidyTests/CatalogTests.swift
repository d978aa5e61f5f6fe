import Testing

/// The DocC catalogs. `make docs` holds their links and topics against the symbols.
@Suite struct `The catalogs of the libraries` {
  private static let pages = Checkout.documents.filter { $0.file.path.contains(".docc/") }

  @Test func `have a page for every product`() throws {
    let manifest = try #require(Checkout.file("Package.swift"))
    let products = manifest.lines.compactMap { line in
      line.firstMatch(of: /\.library\(name: "([A-Za-z0-9]+)"/).map { String($0.1) }
    }
    #expect(!products.isEmpty)
    for name in products {
      #expect(Checkout.file("Sources/\(name)/\(name).docc/\(name).md") != nil, "\(name)")
    }
  }

  /// So it compiles, and was seen to run.
  @Test func `show Swift that stands in an example, line for line`() {
    let examples = Checkout.swift(in: "Examples").map { $0.lines.map(\.trimmed) }
    var findings = Findings()
    var blocks = 0
    for page in Self.pages {
      for (line, text) in page.swiftBlocks {
        blocks += 1
        let shown = text.map(\.trimmed)
        if !examples.contains(where: { $0.contains(shown) }) {
          findings.add(page.file, line, "shows Swift that no file below Examples has")
        }
      }
    }
    #expect(blocks > 5)
    findings.expectNone()
  }
}

extension MarkdownDocument {
  /// The blocks of Swift, with the line that each begins on.
  fileprivate var swiftBlocks: [(line: Int, text: [String])] {
    var blocks: [(line: Int, text: [String])] = []
    var open: (line: Int, text: [String])?
    for (index, line) in file.lines.enumerated() {
      if line == "```swift" {
        open = (index + 1, [])
      } else if line == "```" {
        if let block = open { blocks.append(block) }
        open = nil
      } else {
        open?.text.append(line)
      }
    }
    return blocks
  }
}

extension String {
  fileprivate var trimmed: String { String(drop { $0 == " " }) }
}
