import StackDrain

/// The answer of a Nagios or Icinga plugin about a pool: a line with the state and performance data,
/// then one for each thing to know.
enum PoolNagios {
  /// The text; the exit code is that of the state.
  static func text(_ judgement: PoolJudgement, _ pool: PoolDescription) -> String {
    let word =
      switch judgement.state {
      case .healthy: "OK"
      case .degraded: "WARNING"
      case .stale, .unmounted: "CRITICAL"
      case .unknown: "UNKNOWN"
      }
    let count = judgement.branches.count
    let drives = count == 0 ? "" : ", \(judgement.usableCount) of \(count) drives usable"
    var text = "POOL \(word) - \(pool.path) \(judgement.state.rawValue)\(drives)".withoutBars
    if count > 0 {
      let needed = min(max(pool.minimumBranches, 1), count)
      // Warns below all of them, is critical below as many as are needed.
      text += " | usable=\(judgement.usableCount);\(count):;\(needed):;0;\(count)"
    }
    text += "\n"
    for line in judgement.reasons + judgement.remarks { text += line.withoutBars + "\n" }
    return text
  }
}
