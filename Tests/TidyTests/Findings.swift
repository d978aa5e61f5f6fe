import Testing

/// What is not tidy, a line each: `path:line: what`.
struct Findings {
  private(set) var lines: [String] = []

  mutating func add(_ file: TextFile, _ line: Int, _ what: String) {
    lines.append("\(file.path):\(line): \(what)")
  }

  mutating func add(_ what: String) {
    lines.append(what)
  }

  /// Expects that there are none.
  func expectNone(sourceLocation: SourceLocation = #_sourceLocation) {
    for line in lines { Issue.record("\(line)", sourceLocation: sourceLocation) }
  }
}
