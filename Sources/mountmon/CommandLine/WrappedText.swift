/// Text set in lines of limited width.
enum WrappedText {
  /// Breaks at spaces; a word wider than the line stands alone on one.
  static func lines(_ text: String, width: Int) -> [String] {
    var lines: [String] = []
    var line = ""
    for word in text.split(separator: " ") {
      if !line.isEmpty, line.count + 1 + word.count > width {
        lines.append(line)
        line = ""
      }
      line += line.isEmpty ? word : " " + word
    }
    if !line.isEmpty { lines.append(line) }
    return lines
  }

  /// A term on the left, its text on the right from `column` on. A term that reaches into that
  /// column has a line of its own.
  static func entry(_ term: String, _ text: String, column: Int, width: Int) -> [String] {
    var lines = lines(text, width: width - column).map { spaces(column) + $0 }
    let indented = "  " + term
    guard indented.count + 2 <= column, let first = lines.first else {
      return [indented] + lines
    }
    lines[0] = indented + spaces(column - indented.count) + first.dropFirst(column)
    return lines
  }

  static func spaces(_ count: Int) -> String {
    String(repeating: " ", count: max(count, 0))
  }
}
