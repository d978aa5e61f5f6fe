/// What documents may name to show that something is so.
enum EvidenceNames {
  /// The names of all tests, those of functions.
  static let tests: Set<String> = {
    var names: Set<String> = []
    for file in Checkout.swift(in: "Tests") {
      for line in file.lines {
        if let match = line.firstMatch(of: /func `([^`]+)`/) { names.insert(String(match.1)) }
      }
    }
    return names
  }()

  /// The targets of the Makefile.
  static let targets: Set<String> = {
    let lines = Checkout.file("Makefile")?.lines ?? []
    return Set(
      lines.filter { !$0.hasPrefix("\t") && !$0.hasPrefix("#") && !$0.contains(":=") }
        .compactMap { $0.split(separator: ":", maxSplits: 1).first }
        .filter { !$0.hasPrefix(".") }
        .flatMap { $0.split(separator: " ") }.map(String.init))
  }()

  /// Whether there is a test of this name, or this is `make` with a target.
  static func isThere(_ name: String) -> Bool {
    tests.contains(name) || name.hasPrefix("make ") && targets.contains(String(name.dropFirst(5)))
  }
}
