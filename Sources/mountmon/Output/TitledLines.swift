import MountHealthCore

/// Lines with a title in a column of its own, wrapped to the width of a terminal.
struct TitledLines {
  let isColored: Bool
  let width: Int
  /// How wide the column of titles is.
  let column: Int

  /// A text with its title; what does not fit goes on below it.
  func line(_ title: String, _ words: String) -> String {
    let lines = WrappedText.lines(words.onOneLine, width: max(width, 40) - column)
    return lines.enumerated().map { index, line in
      self.title(index == 0 ? title : "") + line + "\n"
    }.joined()
  }

  /// The title alone, with the blanks behind it.
  func title(_ text: String) -> String {
    let blanks = WrappedText.spaces(column - text.count)
    return isColored && !text.isEmpty ? "\u{1B}[1m\(text)\u{1B}[0m\(blanks)" : text + blanks
  }
}
