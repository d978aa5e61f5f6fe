import MountHealthCore
import TimeText

/// The table that `mountmon check` shows people.
struct CheckTable {
  let isColored: Bool

  private static let titles = ["MOUNT", "VERDICT", "TIME", "TYPE", "PATH"]

  /// A line for each mount, and what is wrong below it.
  func text(_ statuses: [MountStatus]) -> String {
    let rows = statuses.map { status in
      [
        status.mount.label, status.verdict?.rawValue ?? "unknown",
        status.latency?.abbreviated ?? "-", status.mountType, status.mount.path.description,
      ].map(\.onOneLine)
    }
    let widths = Self.titles.indices.map { column in
      (rows + [Self.titles]).map { $0[column].count }.max() ?? 0
    }
    var text = line(Self.titles, widths, isColored ? "\u{1B}[1m" : "")
    for (status, row) in zip(statuses, rows) {
      text += line(row, widths, color(of: status.verdict))
      if let error = status.lastError { text += "  \(error.onOneLine)\n" }
    }
    return text
  }

  private func line(_ cells: [String], _ widths: [Int], _ color: String) -> String {
    var text = ""
    for (column, cell) in cells.enumerated() {
      let isLast = column == cells.count - 1
      let padding = isLast ? "" : String(repeating: " ", count: widths[column] - cell.count + 2)
      // Color goes around the word and not around the blanks behind it.
      let isMarked = !color.isEmpty && (column == 1 || color == "\u{1B}[1m")
      text += isMarked ? color + cell + "\u{1B}[0m" + padding : cell + padding
    }
    return text + "\n"
  }

  private func color(of verdict: Verdict?) -> String {
    guard isColored else { return "" }
    return switch verdict?.weight {
    case .good: "\u{1B}[32m"
    case .limited, nil: "\u{1B}[33m"
    case .bad: "\u{1B}[31m"
    }
  }
}

extension MountStatus {
  /// The type of what is mounted, or that nothing is.
  fileprivate var mountType: String {
    switch (isMountPoint, entry) {
    case (true?, let entry?): entry.fsType
    case (false?, let entry?): "on \(entry.fsType)"
    default: "-"
    }
  }
}
