/// One line on a terminal that is written over as things go on; nothing elsewhere.
struct ProgressLine: Sendable {
  private let isShown: Bool
  private var shown = ""

  /// - Parameter isShown: Whether a person looks, at something that can write over a line.
  init(isShown: Bool) {
    self.isShown = isShown
  }

  /// The text that makes the line say this; `nil` where it does, or nobody looks. It is cut to
  /// `columns`: a line that wraps could not be written over.
  mutating func show(_ text: String, columns: Int) -> String? {
    guard isShown else { return nil }
    let fitting = String(text.onOneLine.prefix(max(columns - 1, 20)))
    guard fitting != shown else { return nil }
    shown = fitting
    // To the line's beginning, the text, and what is left of a longer one wiped out.
    return "\r" + fitting + "\u{1B}[K"
  }

  /// The text that takes the line away.
  mutating func clear() -> String? {
    guard !shown.isEmpty else { return nil }
    shown = ""
    return "\r\u{1B}[K"
  }
}
