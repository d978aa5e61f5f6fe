import JSONValue
import MountHealthCore
import TimeText

/// What `mountmon pool status` and `mountmon pool check` show people: the status document, as lines
/// that fit a terminal.
struct PoolTable {
  let isColored: Bool
  var width = 80

  private static let column = 10
  /// How many events are shown.
  private static let events = 8

  /// The lines of one look.
  func check(_ document: JSONValue) -> String { pool(document) + remarks(document) }

  /// All lines.
  func status(_ document: JSONValue) -> String {
    pool(document) + remarks(document) + stack(document) + debts(document) + events(document)
  }

  private func pool(_ document: JSONValue) -> String {
    guard let pool = document["pool"] else { return "" }
    let now = document["timestamp"]?.instant
    let state = pool["state"]?.stringValue ?? "unknown"
    let path = (pool["path"]?.stringValue ?? "").onOneLine
    var text = title("POOL") + "\(path) is \(marked(state.onOneLine, as: state))\n"
    var times: [String] = []
    if let since = pool["since"]?.instant, let now { times.append("for \(Self.span(now - since))") }
    if let look = pool["lastLook"]?.instant, let now, document["source"]?.stringValue != "look" {
      times.append("looked at \(Self.span(now - look)) ago")
    }
    if !times.isEmpty { text += line("", times.joined(separator: ", ")) }
    for reason in pool["reasons"]?.arrayValue ?? [] {
      text += line("", reason.stringValue ?? "")
    }
    guard let branches = pool["branches"]?.arrayValue else { return text }
    let usable = pool["usable"]?.intValue ?? 0
    let needed = pool["needed"]?.intValue ?? 0
    text += line("DRIVES", "\(usable) of \(branches.count) usable, \(needed) needed")
    let labels = branches.map { ($0["label"]?.stringValue ?? "").onOneLine }
    let states = branches.map { $0["state"]?.stringValue ?? "" }
    let widest = min(labels.map(\.count).max() ?? 0, 32)
    let widestState = states.map(\.count).max() ?? 0
    for (index, branch) in branches.enumerated() {
      let path = branch["path"]?.stringValue ?? ""
      let mark = branch["misdirected"]?.boolValue == true ? "  writes go to the disk below" : ""
      text +=
        padded("", Self.column) + padded(labels[index], widest + 2)
        + marked(states[index].onOneLine, as: states[index])
        + padded("", widestState + 2 - states[index].count) + (path + mark).onOneLine + "\n"
    }
    return text
  }

  private func remarks(_ document: JSONValue) -> String {
    // A drive that is away has its line already.
    guard document["pool"]?["branches"] == nil else { return "" }
    return (document["pool"]?["remarks"]?.arrayValue ?? []).map {
      line("", $0.stringValue ?? "")
    }.joined()
  }

  private func stack(_ document: JSONValue) -> String {
    guard let stack = document["stack"] else { return "" }
    let now = document["timestamp"]?.instant
    let mode = stack["mode"]?.stringValue ?? "none"
    var words = "mode \(mode), chosen by \(stack["startMethod"]?.stringValue ?? "nobody")"
    if stack["drainedByHand"]?.boolValue == true { words += ", drained by hand" }
    var text = line("STACK", words)
    if let standing = stack["standing"]?.stringValue {
      var words = Self.meaning(of: standing)
      if let until = stack["until"]?.instant, let now, until > now {
        words += ", \(Self.span(until - now)) left"
      }
      text += line("", words)
    }
    if let held = stack["heldFor"]?.stringValue { text += line("HELD", "for \(held)") }
    if let run = document["run"] {
      let kind = run["kind"]?.stringValue ?? "run"
      let stage = run["stage"]?.stringValue ?? "ending"
      text += line(
        "NOW",
        "\(kind), stage \(stage), \(run["endedSteps"]?.intValue ?? 0) of "
          + "\(run["steps"]?.intValue ?? 0) steps: \(run["reason"]?.stringValue ?? "")")
    }
    for (key, title) in [("ledgerFault", "LEDGER"), ("complaint", "TROUBLE")] {
      if let words = document[key]?.stringValue { text += line(title, words) }
    }
    let last = [("lastDrain", "drained"), ("lastUpgrade", "brought back")].compactMap { key, word in
      stack[key]?.instant.map { "last \(word) \($0.forPeople)" }
    }
    if !last.isEmpty { text += line("LAST", last.joined(separator: ", ")) }
    return text
  }

  private static func meaning(of standing: String) -> String {
    switch standing {
    case "steady": "nothing is to be done"
    case "doubtful": "the pool has a fault, the stack is drained if it lasts"
    case "away": "the stack is to be off the pool"
    case "recovering": "the pool is healthy, the stack comes back if it stays so"
    case "returning": "the stack is being brought back"
    case "held": "nothing is done unasked"
    default: "nothing can be said of the pool, so nothing is done"
    }
  }

  private func debts(_ document: JSONValue) -> String {
    var text = ""
    for (index, debt) in (document["debts"]?.arrayValue ?? []).enumerated() {
      var parts: [String] = []
      if let count = debt["revives"]?.intValue {
        parts.append(count == 1 ? "to be brought back" : "\(count) units to be brought back")
      }
      if let count = debt["keepsIdle"]?.intValue { parts.append("\(count) stay paused") }
      if debt["retires"]?.boolValue == true { parts.append("to be stopped") }
      let target = debt["target"]?.stringValue ?? ""
      text += line(index == 0 ? "OWED" : "", "\(target): \(parts.joined(separator: ", "))")
    }
    return text
  }

  private func events(_ document: JSONValue) -> String {
    var text = ""
    for (index, event) in (document["events"]?.arrayValue ?? []).suffix(Self.events).enumerated() {
      let time = event["time"]?.instant?.forPeople ?? ""
      text += line(index == 0 ? "EVENTS" : "", "\(time)  \(event["text"]?.stringValue ?? "")")
    }
    return text
  }

  private var lines: TitledLines {
    TitledLines(isColored: isColored, width: width, column: Self.column)
  }

  private func line(_ title: String, _ words: String) -> String { lines.line(title, words) }

  private func title(_ text: String) -> String { lines.title(text) }

  private func marked(_ text: String, as state: String) -> String {
    guard isColored else { return text }
    let color =
      switch state {
      case "healthy", "usable": "\u{1B}[32m"
      case "stale", "unmounted", "dead", "hung", "lingering", "wrongDevice": "\u{1B}[31m"
      default: "\u{1B}[33m"
      }
    return color + text + "\u{1B}[0m"
  }

  private func padded(_ text: String, _ count: Int) -> String {
    text + WrappedText.spaces(count - text.count)
  }

  private static func span(_ duration: Duration) -> String {
    max(duration, .zero).rounded(to: .seconds(1)).abbreviated
  }
}

extension JSONValue {
  /// The instant that this text tells.
  fileprivate var instant: Timestamp? { stringValue.flatMap { try? Timestamp(rfc3339: $0) } }
}

extension Timestamp {
  /// `11-21 04:00:10Z`: short, and clear about its zone.
  fileprivate var forPeople: String {
    let text = rfc3339(fractionDigits: 0)
    return text.dropFirst(5).replacingT
  }
}

extension Substring {
  fileprivate var replacingT: String { String(map { $0 == "T" ? " " : $0 }) }
}
