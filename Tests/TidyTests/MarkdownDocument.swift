/// A Markdown document, as far as it can be held against the rest of the checkout.
struct MarkdownDocument {
  let file: TextFile

  init(_ file: TextFile) {
    self.file = file
  }

  /// A link and the line that it stands on.
  struct Link {
    let line: Int
    /// As it is written: `docs/check.md#exit-codes`.
    let target: String

    /// What stands before the `#`.
    var path: String { String(target.prefix { $0 != "#" }) }
    /// What stands behind the `#`.
    var anchor: String? { target.firstIndex(of: "#").map { String(target[$0...].dropFirst()) } }
    /// Whether it leads out of the checkout.
    var isExternal: Bool { target.contains("://") || target.hasPrefix("mailto:") }
  }

  /// The links in the prose.
  var links: [Link] {
    prose.flatMap { number, text in
      text.withoutInlineCode.matches(of: /\]\(([^)\s]+)[^)]*\)/)
        .map { Link(line: number, target: String($0.1)) }
    }
  }

  /// What headings can be linked to as.
  var anchors: Set<String> {
    var seen: [String: Int] = [:]
    var anchors: Set<String> = []
    for (_, text) in prose where text.hasPrefix("#") {
      let title = text.drop { $0 == "#" }.drop { $0 == " " }
        .replacing(/\[([^\]]*)\]\([^)]*\)/) { $0.1 }
      let slug = String(
        title.lowercased().compactMap { character -> Character? in
          if character == " " { return "-" }
          return character.isLetter || character.isNumber || "-_".contains(character)
            ? character : nil
        })
      let count = seen[slug, default: 0]
      seen[slug] = count + 1
      anchors.insert(count == 0 ? slug : "\(slug)-\(count)")
    }
    return anchors
  }

  /// Commands and other code: lines of blocks, and what stands in backquotes.
  var code: [(line: Int, text: String)] {
    var code: [(line: Int, text: String)] = []
    var isBlock = false
    for (index, line) in file.lines.enumerated() {
      if line.isFence {
        isBlock.toggle()
      } else if isBlock {
        code.append((index + 1, line))
      } else {
        code += line.matches(of: /`([^`]+)`/).map { (index + 1, String($0.1)) }
      }
    }
    return code
  }

  /// Lines that are not in a block of code.
  private var prose: [(line: Int, text: String)] {
    var isBlock = false
    return file.lines.enumerated().compactMap { index, line in
      if line.isFence { isBlock.toggle() }
      return isBlock || line.isFence ? nil : (index + 1, line)
    }
  }
}

extension String {
  fileprivate var isFence: Bool { drop { $0 == " " }.hasPrefix("```") }

  fileprivate var withoutInlineCode: String { replacing(/`[^`]*`/, with: "") }
}
