import MountHealthCore

/// One line on a terminal that is written over as things go on; nothing elsewhere.
struct ProgressLine: Sendable {
  private let isShown: Bool
  private var shown = ""

  /// - Parameter isShown: Whether a person looks, at something that can write over a line.
  init(isShown: Bool) {
    self.isShown = isShown
  }

  /// The text that makes the line say this; `nil` where it does, or nobody looks. It is cut to
  /// `columns`: a line that wraps could not be written over. What may take two columns is shown
  /// as `?`.
  mutating func show(_ text: String, columns: Int) -> String? {
    guard isShown else { return nil }
    // None before U+0300 takes more than one column.
    let narrow = text.onOneLine.unicodeScalars.map { $0.value < 0x300 ? $0 : "?" }
    let fitting = String(String.UnicodeScalarView(narrow.prefix(max(columns - 1, 1))))
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
