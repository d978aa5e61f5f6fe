import Foundation
import Testing

@Suite struct `The documents` {
  @Test func `link to what is there`() {
    var findings = Findings()
    for document in Checkout.documents {
      for link in document.links where !link.isExternal {
        guard let target = resolve(link.path, from: document.file) else {
          findings.add(document.file, link.line, "links to \(link.target), which is not there")
          continue
        }
        guard let anchor = link.anchor else { continue }
        let anchors = Checkout.documents.first { $0.file.path == target }?.anchors ?? []
        if !anchors.contains(anchor) {
          findings.add(document.file, link.line, "links to \(link.target): no such heading")
        }
      }
    }
    findings.expectNone()
  }

  @Test func `name targets that the Makefile has`() {
    let targets = EvidenceNames.targets
    #expect(!targets.isEmpty)
    var findings = Findings()
    for document in Checkout.documents {
      // Names of tests are English, in which things are made.
      for (line, text) in document.code where !EvidenceNames.tests.contains(text) {
        for match in text.matches(of: /(?:^|[^\w-])make ([a-z][a-z0-9-]*)/)
        where !targets.contains(String(match.1)) {
          findings.add(document.file, line, "names make \(match.1), which the Makefile lacks")
        }
      }
    }
    findings.expectNone()
  }

  @Test func `name options that mountmon has`() {
    let help = Checkout.files.filter { $0.path.contains("/Snapshots/help-") }
    let options = Set(
      help.flatMap(\.lines).flatMap { $0.matches(of: /--[a-z][a-z-]*/).map { String($0.0) } })
    #expect(!options.isEmpty)
    var findings = Findings()
    for document in Checkout.documents {
      for (line, text) in document.code where text.contains("mountmon ") {
        let own = text.suffix(from: text.range(of: "mountmon ")?.lowerBound ?? text.startIndex)
        for match in own.matches(of: /(?:^|\s|")(--[a-z][a-z-]*)/)
        where !options.contains(String(match.1)) {
          findings.add(document.file, line, "names \(match.1), which mountmon does not know")
        }
      }
    }
    findings.expectNone()
  }

  @Test func `describe every key of the schema`() throws {
    guard let schema = Checkout.file("docs/configuration.schema.json") else { return }
    let document = try #require(Checkout.file("docs/configuration.md"))
    let text = document.lines.joined(separator: "\n")
    let value = try JSONSerialization.jsonObject(
      with: Data(schema.lines.joined(separator: "\n").utf8))
    var findings = Findings()
    for key in keys(of: value).sorted() where !text.contains("`\(key)`") {
      findings.add("docs/configuration.md:1: does not name the key \(key) of the schema")
    }
    findings.expectNone()
  }

  @Test func `have every example in the catalogue, with tests that are there`() throws {
    let catalogue = try #require(Checkout.file("Examples/README.md"))
    let rows = catalogue.lines.filter { $0.hasPrefix("| [") }
    var known: Set<String> = []
    for line in Checkout.swift(in: "Tests").flatMap(\.lines) {
      if let match = line.firstMatch(of: /(?:func|struct) `([^`]+)`/) {
        known.insert(String(match.1))
      }
    }
    var findings = Findings()
    for name in Checkout.folders(in: "Examples")
    where !rows.contains(where: { $0.hasPrefix("| [\(name)](\(name)/") }) {
      findings.add("Examples/README.md:1: has no row for the example \(name)")
    }
    for row in rows {
      let tests = row.split(separator: "|").last?.matches(of: /`([^`]+)`/).map { String($0.1) }
      if tests?.isEmpty != false { findings.add("Examples/README.md: names no test: \(row)") }
      for name in tests ?? [] where !known.contains(name) {
        findings.add("Examples/README.md: names the test `\(name)`, which is not there")
      }
    }
    findings.expectNone()
  }

  @Test func `show pictures that are small, and no picture is left over`() {
    let pictures = Checkout.files.filter { $0.path.hasPrefix("docs/images/") }
    #expect(!pictures.isEmpty)
    let shown = Set(
      Checkout.documents.flatMap(\.links).compactMap { $0.path.split(separator: "/").last })
    var findings = Findings()
    for picture in pictures {
      let size = picture.lines.reduce(0) { $0 + $1.utf8.count + 1 }
      if size > 60_000 { findings.add(picture, 1, "has \(size) bytes, at most 60000 are allowed") }
      if let name = picture.path.split(separator: "/").last, !shown.contains(name) {
        findings.add(picture, 1, "is shown by no document")
      }
    }
    findings.expectNone()
  }

  @Test func `number the decisions without a gap`() {
    var findings = Findings()
    let files = Checkout.files.filter { $0.path.hasPrefix("docs/decisions/") }
    for (index, file) in files.enumerated() {
      let number = String(index + 1)
      let digits = String(repeating: "0", count: 4 - number.count) + number
      if !file.path.hasPrefix("docs/decisions/\(digits)-") {
        findings.add(file, 1, "is the decision \(number) by its place, and is called otherwise")
      }
      if file.lines.first?.hasPrefix("# \(number). ") != true {
        findings.add(file, 1, "has to begin with \"# \(number). \"")
      }
    }
    findings.expectNone()
  }

  /// The path of a link's target in the checkout; `nil` where nothing is there.
  private func resolve(_ path: String, from file: TextFile) -> String? {
    guard !path.isEmpty else { return file.path }
    let base = Checkout.root.appending(path: file.folder)
    let url = base.appending(path: path.removingPercentEncoding ?? path).standardizedFileURL
    guard FileManager.default.fileExists(atPath: url.path) else { return nil }
    return String(url.path.dropFirst(Checkout.root.path.count).drop { $0 == "/" })
  }

  /// The names of all properties in a JSON Schema.
  private func keys(of value: Any) -> Set<String> {
    var found: Set<String> = []
    if let object = value as? [String: Any] {
      for (name, child) in object {
        if name == "properties", let properties = child as? [String: Any] {
          found.formUnion(properties.keys)
        }
        found.formUnion(keys(of: child))
      }
    } else if let array = value as? [Any] {
      for child in array { found.formUnion(keys(of: child)) }
    }
    return found
  }
}
