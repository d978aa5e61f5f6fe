import MountHealthCore
import TimeText

extension Log {
  /// Tells what a monitor notices: one line for each change, none for what stays as it is.
  func tell(_ notice: MonitorNotice) {
    switch notice {
    case .change(let change): tell(change)
    case .worker(let change): tell(change)
    case .tableUnreadable(let error):
      warn("mount table unreadable", ["error": .string("\(error)")])
    case .stopped:
      debug("monitor stopped")
    }
  }

  private func tell(_ change: Change) {
    var fields: LogFields = [
      "mount": .string(change.path.description), "name": .string(change.label),
      "status": .string(change.health.rawValue.uppercased()),
      "previousStatus": .string(change.previous.rawValue.uppercased()),
    ]
    if let verdict = change.verdict { fields.add("verdict", .string(verdict.rawValue)) }
    fields.add("failureCount", .int(change.failureCount))
    if let explanation = change.explanation { fields.add("error", .string(explanation)) }
    if let outage = change.outage, outage > .zero, change.health != .unknown {
      let rounded = LogValue.duration(
        outage.rounded(to: outage < .seconds(10) ? .milliseconds(1) : .seconds(1)))
      fields.add(change.health == .unhealthy ? "unhealthyDuration" : "outage", rounded)
    }
    let (level, message) = change.line
    log(level, message, fields)
  }

  private func tell(_ change: WorkerChange) {
    switch change {
    case .started(let pid):
      debug("probe worker started", ["pid": .int(Int(pid))])
    case .startFailed(let reason):
      error("probe worker could not be started, trying again", ["error": .string(reason)])
    case .replaced(let pid, let reason):
      warn("probe worker replaced", ["pid": .int(Int(pid)), "error": .string(reason)])
    case .unkillable(let pid):
      warn(
        "probe worker cannot be killed, another one serves the other mounts",
        ["pid": .int(Int(pid))])
    }
  }
}

extension Change {
  /// The level and the words of its line.
  fileprivate var line: (LogLevel, String) {
    if isRecovery { return (.info, "mount recovered") }
    switch (previous, health) {
    case (_, .healthy): return (.info, "mount healthy")
    case (.unhealthy, .degraded) where verdict == .ok:
      return (.info, "mount answers again, not yet trusted")
    case (_, .degraded) where verdict == .ok: return (.info, "mount answers, not yet trusted")
    case (.degraded, .degraded), (.unhealthy, .unhealthy): return (.warn, "mount fault changed")
    case (_, .degraded): return (.warn, "mount degraded")
    case (_, .unhealthy): return (.error, "mount unhealthy")
    case (.unknown, .unknown): return (.info, "mount not ready yet")
    case (_, .unknown): return (.warn, "mount not seen lately")
    }
  }
}
