import MountHealthCore

/// The answer of a Nagios or Icinga plugin: a line with the state, then one for each mount, with
/// performance data. Source: the Monitoring Plugins Development Guidelines.
enum NagiosText {
  /// The text; the exit code is that of `CheckVerdict`.
  static func text(_ statuses: [MountStatus]) -> String {
    let troubled = statuses.filter { $0.verdict != .ok }
    let state =
      switch CheckVerdict(statuses) {
      case .ok: "OK"
      case .degraded: "WARNING"
      case .bad: "CRITICAL"
      case .undecided: "UNKNOWN"
      }
    let summary =
      troubled.isEmpty
      ? "\(statuses.count) of \(statuses.count) mounts ok"
      : troubled.map { "\($0.mount.label) is \($0.verdict?.rawValue ?? "unknown")" }
        .joined(separator: ", ")
    let performance = performance(statuses)
    var text = "MOUNTS \(state) - \(summary.withoutBars)"
    text += performance.isEmpty ? "\n" : " | \(performance)\n"
    for status in statuses {
      let error = status.lastError.map { " - " + $0 } ?? ""
      let line = "\(status.mount.label): \(status.verdict?.rawValue ?? "unknown")" + error
      text += line.withoutBars + "\n"
    }
    return text
  }

  private static func performance(_ statuses: [MountStatus]) -> String {
    statuses.compactMap { status in
      guard let latency = status.latency else { return nil }
      let (seconds, attoseconds) = latency.components
      let micros = seconds * 1_000_000 + attoseconds / 1_000_000_000_000
      // A quote in a label is doubled; an equals sign cannot be written.
      let label = status.mount.label.onOneLine.map { character in
        character == "'" ? "''" : character == "=" ? "_" : String(character)
      }
      .joined()
      return "'\(label)'=\(micros)us"
    }
    .joined(separator: " ")
  }
}

extension String {
  /// A bar would begin performance data.
  var withoutBars: String {
    String(onOneLine.map { $0 == "|" ? "/" : $0 })
  }
}
