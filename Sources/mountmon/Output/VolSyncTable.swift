import JSONValue

/// What `mountmon volsync` shows people: the document, as lines that fit a terminal.
struct VolSyncTable {
  let isColored: Bool
  var width = 80

  private static let column = 12
  /// How many locks and movers of a repository are shown.
  private static let evidence = 12

  /// All lines.
  func text(_ document: JSONValue) -> String {
    let result = document["result"]?.stringValue ?? ""
    let isDryRun = document["dryRun"]?.boolValue == true
    var text = title("RESULT") + marked(Self.words(for: result, isDryRun: isDryRun), as: result)
    text += "\n"
    if let hint = document["hint"]?.stringValue { text += line("", hint) }
    for complaint in document["complaints"]?.arrayValue ?? [] {
      text += line("TROUBLE", complaint.stringValue ?? "")
    }
    for monitor in document["monitors"]?.arrayValue ?? [] {
      guard let error = monitor["lastError"]?.stringValue else { continue }
      text += line("SETTINGS", "\(monitor["name"]?.stringValue ?? ""): \(error)")
    }
    for repository in document["repositories"]?.arrayValue ?? [] {
      text += self.text(of: repository)
    }
    for rot in document["lockRot"]?.arrayValue ?? [] {
      text += line("LOCK ROT", rot["text"]?.stringValue ?? "")
    }
    // In a dry run nothing happened but what stands above.
    guard !isDryRun else { return text }
    for (index, event) in (document["events"]?.arrayValue ?? []).enumerated() {
      text += line(index == 0 ? "EVENTS" : "", event["text"]?.stringValue ?? "")
    }
    return text
  }

  /// The lines of one repository.
  func text(of repository: JSONValue) -> String {
    let state = repository["state"]?.stringValue ?? ""
    var text = line("REPOSITORY", repository["repository"]?.stringValue ?? "")
    var words = Self.meaning(of: state)
    // Why it waits, or is refused, its plan says.
    let hasReason = repository["plan"] != nil && ["waiting", "refused"].contains(state)
    if !hasReason, let detail = repository["detail"]?.stringValue { words += ": \(detail)" }
    text += line("  is", words)
    for (index, failure) in (repository["failures"]?.arrayValue ?? []).prefix(4).enumerated() {
      let name = failure["object"]?.stringValue ?? failure["job"]?.stringValue ?? ""
      let words = failure["line"]?.stringValue ?? ""
      text += line(
        index == 0 ? "  failed" : "",
        "\(failure["namespace"]?.stringValue ?? "")/\(name): "
          + (words.isEmpty ? failure["sign"]?.stringValue ?? "" : words))
    }
    if let plan = repository["plan"] {
      for (index, words) in (plan["evidence"]?.arrayValue ?? []).dropFirst().prefix(Self.evidence)
        .enumerated()
      {
        text += line(index == 0 ? "  known" : "", words.stringValue ?? "")
      }
      text += line("  plan", Self.words(for: plan))
    }
    let attempts = repository["attempts"]?.arrayValue ?? []
    for (index, attempt) in attempts.suffix(3).enumerated() {
      text += line(
        index == 0 ? "  tried" : "",
        "\(attempt["at"]?.stringValue ?? "") \(attempt["mode"]?.stringValue ?? ""): "
          + "\(attempt["outcome"]?.stringValue ?? "")")
    }
    return text
  }

  /// What a plan says, in a sentence.
  static func words(for plan: JSONValue) -> String {
    var reason = ": \(plan["reason"]?.stringValue ?? "")"
    // What is known stands above already.
    if plan["evidence"]?.arrayValue?.contains(plan["reason"] ?? .null) == true { reason = "" }
    switch plan["action"]?.stringValue {
    case "run":
      let name = plan["job"]?["metadata"]?["name"]?.stringValue ?? "a Job"
      let mode = plan["mode"]?.stringValue ?? ""
      return "make \(name) (\(Self.deed(of: mode)))\(reason)"
    case "ask": return "ask VolSync to unlock\(reason)"
    case "wait":
      let until = plan["until"]?.stringValue.map { " until \($0)" } ?? ""
      return "wait\(until)\(reason)"
    case "refuse": return "nothing, until somebody helps\(reason)"
    default: return "nothing\(reason)"
    }
  }

  private static func deed(of mode: String) -> String {
    switch mode {
    case "inspect": "lists the locks"
    case "unlock": "removes stale locks"
    case "as-host": "removes the locks of the dead pod"
    case "remove-all": "removes all locks"
    default: mode
    }
  }

  private static func meaning(of state: String) -> String {
    switch state {
    case "idle": "in order"
    case "waiting": "locked, and left so for now"
    case "queued": "locked, and waits for other unlocks"
    case "acting": "being unlocked"
    case "would-act": "locked, and would be unlocked"
    case "refused": "locked, and needs a person"
    case "given-up": "locked, and given up"
    case "disabled": "left alone, as the monitor is not enabled"
    default: state
    }
  }

  private static func words(for result: String, isDryRun: Bool) -> String {
    switch result {
    case "nothing": "no backup fails on a lock"
    case "healed": "all locks that were in the way are gone"
    case "locked":
      isDryRun ? "a lock is in the way; nothing was done" : "a lock is still in the way"
    case "unconfigured": "nothing was done: it is not said what is to be done"
    default: "not all of the cluster could be read"
    }
  }

  private var lines: TitledLines {
    TitledLines(isColored: isColored, width: width, column: Self.column)
  }

  private func line(_ title: String, _ words: String) -> String { lines.line(title, words) }

  private func title(_ text: String) -> String { lines.title(text) }

  private func marked(_ text: String, as result: String) -> String {
    guard isColored else { return text }
    let color =
      switch result {
      case "nothing", "healed": "\u{1B}[32m"
      case "locked": "\u{1B}[33m"
      default: "\u{1B}[31m"
      }
    return color + text + "\u{1B}[0m"
  }
}
