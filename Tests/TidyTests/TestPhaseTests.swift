import Testing

/// `make test` runs slow stories in a phase of their own, which it knows by the names of their files.
@Suite struct `The phases of the tests` {
  @Test(arguments: [
    (
      "CLUSTERS",
      [
        "Tests/EndToEndTests/Kubernetes", "Tests/EndToEndTests/Manifests",
        "Tests/EndToEndTests/Kind",
      ]
    ),
    ("UNLOCKS", ["Tests/EndToEndTests/VolSync"]),
    ("POOLS", ["Tests/EndToEndTests/Pool"]),
  ])
  func `know every file of their folders, and no other`(_ phase: (String, [String])) throws {
    let (variable, folders) = phase
    let makefile = try #require(Checkout.file("Makefile"))
    let line = try #require(makefile.lines.first { $0.hasPrefix("\(variable) := ") })
    let pattern = try Regex(String(line.dropFirst(variable.count + 4)))
    var findings = Findings()
    for file in Checkout.swift(in: "Tests/EndToEndTests") {
      guard let name = file.path.split(separator: "/").last?.dropLast(".swift".count),
        name.hasSuffix("Tests")
      else { continue }
      let isKnown = "EndToEndTests.A story/\(name).swift:1:1".contains(pattern)
      if isKnown != folders.contains(file.folder) {
        findings.add(file, 1, "Makefile's \(variable) \(isKnown ? "names" : "misses") it")
      }
    }
    findings.expectNone()
  }
}
