extension String {
  /// The text for one line of a message: white space and control characters run together into one
  /// space, invisible ones left out, and not more than `limit` characters.
  package func plain(limit: Int) -> String {
    var plain = ""
    var count = 0
    var isAfterSpace = true
    for scalar in unicodeScalars {
      var next = scalar
      switch scalar.properties.generalCategory {
      case .control, .lineSeparator, .paragraphSeparator, .spaceSeparator: next = " "
      case .format, .surrogate, .privateUse, .unassigned: continue
      default: break
      }
      if next == " " && isAfterSpace { continue }
      guard count < limit else { return plain.trimmedAtEnd + "…" }
      isAfterSpace = next == " "
      plain.unicodeScalars.append(next)
      count += 1
    }
    return plain.trimmedAtEnd
  }

  private var trimmedAtEnd: String {
    var text = self
    while text.unicodeScalars.last == " " { text.unicodeScalars.removeLast() }
    return text
  }
}
