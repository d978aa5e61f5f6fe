import MountHealthCore
import TimeText

/// The line that shows a person how waiting goes on.
struct WaitProgress {
  private let isShown: Bool
  private var shown = ""

  init(isShown: Bool) {
    self.isShown = isShown
  }

  /// The text that brings the line up to date; `nil` where it is, or nobody looks.
  mutating func line(
    for statuses: [MountStatus], after elapsed: Duration, of patience: Duration?
  ) -> String? {
    guard isShown, let patience else { return nil }
    let waiting = statuses.filter { $0.verdict != .ok }
    guard let first = waiting.first else { return nil }
    let verdict = first.verdict?.rawValue ?? "not seen yet"
    let others = waiting.count > 1 ? " and \(waiting.count - 1) more" : ""
    let seconds = elapsed.rounded(to: .seconds(1))
    let text =
      "waiting \(seconds.text) of \(patience.text): \(first.mount.label) is \(verdict)"
      + others
    guard text != shown else { return nil }
    shown = text
    // To the line's beginning, the text, and what is left of a longer one wiped out.
    return "\r" + text + "\u{1B}[K"
  }

  /// The text that takes the line away.
  mutating func end() -> String? {
    guard !shown.isEmpty else { return nil }
    shown = ""
    return "\r\u{1B}[K"
  }
}
