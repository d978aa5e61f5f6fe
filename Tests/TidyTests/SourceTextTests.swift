import Testing

@Suite struct `The text of the sources` {
  private static let longestFile = 300
  private static let longestFunction = 69

  @Test func `is cut into files of at most 300 lines`() {
    var findings = Findings()
    for file in Checkout.swift(in: "Sources", "Tests", "Examples") {
      // The last line break ends a line and begins none.
      let count = file.lines.last?.isEmpty == true ? file.lines.count - 1 : file.lines.count
      if count > Self.longestFile {
        findings.add(file, Self.longestFile + 1, "the file has \(count) lines")
      }
    }
    findings.expectNone()
  }

  @Test func `is cut into functions below 70 lines`() {
    var findings = Findings()
    for file in Checkout.swift(in: "Sources", "Tests", "Examples") {
      for (index, line) in file.lines.enumerated() where line.beginsFunction {
        guard let count = length(ofFunctionAt: index, in: file.lines) else { continue }
        if count > Self.longestFunction {
          findings.add(file, index + 1, "the function has \(count) lines")
        }
      }
    }
    findings.expectNone()
  }

  @Test func `never gives up where it could go on`() {
    let forbidden = [
      "try" + "!": "a throwing call that must not throw ends the program",
      " as" + "! ": "a cast that must not fail ends the program",
      "@unchecked " + "Sendable": "the compiler cannot check it",
      "fatal" + "Error(": "it ends the program",
    ]
    var findings = Findings()
    for file in Checkout.swift(in: "Sources", "Examples") {
      for (number, text) in file.code {
        for (word, reason) in forbidden where text.contains(word) {
          findings.add(file, number, "holds \(word): \(reason)")
        }
      }
    }
    findings.expectNone()
  }

  @Test func `returns no case whose value it is still waiting for`() {
    // `return .case(try await …)` in a `do throws` is compiled wrongly by Swift 6.3 when optimized.
    var findings = Findings()
    for file in Checkout.swift(in: "Sources", "Examples") {
      let code = file.code
      for (index, (number, text)) in code.enumerated() {
        guard text.drop(while: \.isWhitespace).hasPrefix("return .") else { continue }
        if statement(at: index, in: code.map(\.text)).contains("try await") {
          findings.add(file, number, "returns a case with try await in it: await into a let first")
        }
      }
    }
    findings.expectNone()
  }

  @Test func `leaves nothing for later`() {
    let marks = ["TO" + "DO", "FIX" + "ME", "XX" + "X:"]
    var findings = Findings()
    for file in Checkout.files {
      for (index, line) in file.lines.enumerated() {
        for mark in marks where line.contains(mark) {
          findings.add(file, index + 1, "holds \(mark)")
        }
      }
    }
    findings.expectNone()
  }

  @Test func `has no white space at the end of a line`() {
    var findings = Findings()
    // What fuzzers begin with is as it comes through a socket.
    let verbatim = ["/Snapshots/", "/corpus/"]
    for file in Checkout.files where !verbatim.contains(where: file.path.contains) {
      for (index, line) in file.lines.enumerated()
      where line.last == " " || line.last == "\t" || line.last == "\r" {
        findings.add(file, index + 1, "ends with white space")
      }
    }
    findings.expectNone()
  }

  @Test func `names no host of a package registry`() {
    let hosts = [
      ["pypi", "org"], ["pythonhosted", "org"], ["npmjs", "org"], ["npmjs", "com"],
      ["proxy", "golang", "org"], ["crates", "io"], ["rubygems", "org"], ["deb", "debian", "org"],
      ["archive", "ubuntu", "com"], ["ghcr", "io"], ["docker", "io"], ["quay", "io"],
    ].map { $0.joined(separator: ".") }
    var findings = Findings()
    // A Debian package has such a name.
    for file in Checkout.files where file.path != "scripts/packages.txt" {
      for (index, line) in file.lines.enumerated() {
        for host in hosts where line.contains(host) {
          findings.add(file, index + 1, "names \(host): which mirror is used is not ours to say")
        }
      }
    }
    findings.expectNone()
  }

  /// The lines from this one to the one that closes the brackets that it opens.
  private func statement(at start: Int, in lines: [String]) -> String {
    var depth = 0
    var text = ""
    for line in lines[start...] {
      text += line
      depth += line.count { $0 == "(" } - line.count { $0 == ")" }
      if depth <= 0 { break }
    }
    return text
  }

  /// Lines from the one that begins a function to the brace that ends it: `swift format` puts that
  /// brace below the function's first letter.
  ///
  /// - Returns: `nil` where there is no body, or it stands on one line.
  private func length(ofFunctionAt start: Int, in lines: [String]) -> Int? {
    let indentation = lines[start].indentation
    for index in lines.indices.dropFirst(start + 1) {
      let line = lines[index]
      guard !line.allSatisfy(\.isWhitespace), line.indentation <= indentation else { continue }
      let text = line.drop(while: \.isWhitespace)
      if text.hasPrefix(")") || text.hasPrefix("{") { continue }
      return text.hasPrefix("}") ? index - start + 1 : nil
    }
    return nil
  }
}

extension String {
  fileprivate var indentation: Int { prefix { $0 == " " }.count }

  fileprivate var beginsFunction: Bool {
    let words = split { $0 == " " || $0 == "(" || $0 == "<" || $0 == "?" }
    guard let keyword = words.first(where: { !Self.modifiers.contains($0) && !$0.hasPrefix("@") })
    else { return false }
    return ["func", "init", "deinit", "subscript"].contains(keyword)
  }

  private static let modifiers: Set<Substring> = [
    "public", "package", "internal", "fileprivate", "private", "static", "mutating", "consuming",
    "borrowing", "nonisolated", "override", "final", "required", "convenience",
  ]
}
