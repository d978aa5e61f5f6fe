import Testing

/// How the rooms are cut and named, as far as a program can see it.
@Suite struct `The house` {
  @Test func `is one package`() {
    #expect(
      Checkout.files.map(\.path).filter { $0.hasSuffix("Package.swift") } == ["Package.swift"])
  }

  @Test func `names its folders after what is in them`() {
    let empty: Set = ["utils", "utilities", "helpers", "models", "managers", "common", "misc"]
    var findings = Findings()
    for file in Checkout.swift(in: "Sources", "Tests", "Examples") {
      let names = file.folder.split(separator: "/")
      for name in names where empty.contains(name.lowercased()) {
        findings.add(file, 1, "\(name) says nothing: name the folder after what is in it")
      }
    }
    findings.expectNone()
  }

  @Test func `names its tests by sentences`() {
    var findings = Findings()
    let attribute = /@(Test|Suite)\b/
    let declaration = /\b(?:func|struct|class|actor|enum) (\S)/
    for file in Checkout.swift(in: "Tests") {
      var isTest = false
      for (number, text) in file.code {
        if text.utf8.contains(0x40), text.firstMatch(of: attribute) != nil { isTest = true }
        guard isTest, let match = text.firstMatch(of: declaration) else { continue }
        isTest = false
        if match.1 != "`" { findings.add(file, number, "is a test without a sentence for a name") }
      }
    }
    findings.expectNone()
  }

  @Test func `keeps the machine behind regular expressions out of the binary`() {
    var findings = Findings()
    let calls = [
      "Regex", "firstRange(of:", "ranges(of:", "matches(of:", "firstMatch(of:", "wholeMatch(of:",
      "prefixMatch(of:", "replacing(", "trimmingPrefix(",
    ]
    for file in Checkout.swift(in: "Sources") {
      for (number, text) in file.code {
        for call in calls where text.contains(call) {
          findings.add(file, number, "holds \(call), which brings 1.3 MB into the binary")
        }
      }
    }
    findings.expectNone()
  }

  @Test func `tells no history in its comments`() {
    var findings = Findings()
    let ticket = /\/\/.*(\s#\d+\b|\b[Ii]ssue \d+\b|\bticket\b)/
    for file in Checkout.swift(in: "Sources", "Tests", "Examples") {
      for (index, line) in file.lines.enumerated()
      where line.utf8.contains(0x2F) && line.firstMatch(of: ticket) != nil {
        findings.add(file, index + 1, "names a ticket: say why instead")
      }
    }
    findings.expectNone()
  }

  @Test func `begins its scripts with what they are for, and stops them at a fault`() {
    var findings = Findings()
    for file in Checkout.files where file.path.hasSuffix(".sh") || file.path == ".ci/run" {
      // One that is sourced says so in its first line, and leaves the options to who sources it.
      let isSourced = file.lines.first == "# shellcheck shell=bash"
      if !isSourced, file.lines.first?.hasPrefix("#!") != true {
        findings.add(file, 1, "has no #! line")
      }
      if file.lines.dropFirst().first?.hasPrefix("#") != true {
        findings.add(file, 2, "does not say what it is for")
      }
      // Which of e and pipefail it wants beside is its own choice: some go on after a fault.
      if !isSourced, !file.lines.contains(where: { $0.hasPrefix("set -") && $0.contains("u") }) {
        findings.add(
          file, 1, "takes a variable that is not set for an empty one: set -euo pipefail")
      }
    }
    findings.expectNone()
  }
}
