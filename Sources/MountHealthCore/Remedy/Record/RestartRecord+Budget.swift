import TimeText

/// Whether the budget of a workload has room for one more restart.
enum BudgetVerdict: Hashable, Sendable {
  /// It has.
  case allowed
  /// It has, but not so soon after the last restart.
  case spacing(until: Timestamp)
  /// It has not, until then.
  case exhausted(until: Timestamp)
}

extension RestartBudget {
  /// Judges one more restart.
  ///
  /// - Parameters:
  ///   - weight: How much of the budget it takes; what is more than all of it counts as all of it.
  ///   - history: The restarts there were.
  ///   - now: The present, by the same clock. Restarts in its future count as restarts of now.
  /// - Returns: Whether it may be, or when it is to be asked again.
  func verdict(
    on weight: Int, after history: [RestartRecord.Entry], at now: Timestamp
  ) -> BudgetVerdict {
    let recent = recent(history, at: now)
    var used = recent.reduce(0) { $0 + $1.weight }
    let room = restarts - min(weight, restarts)
    if used > room {
      for entry in recent {
        used -= entry.weight
        if used <= room { return .exhausted(until: entry.at + window) }
      }
    }
    guard let last = recent.last, spacing > .zero else { return .allowed }
    var pause = spacing
    for _ in recent.dropFirst() where pause < window { pause = pause * 2 }
    let until = last.at + min(pause, window)
    return until > now ? .spacing(until: until) : .allowed
  }

  /// How many restarts fit in yet.
  func left(after history: [RestartRecord.Entry], at now: Timestamp) -> Int {
    max(restarts - recent(history, at: now).reduce(0) { $0 + $1.weight }, 0)
  }

  /// The restarts inside the window, oldest first, none of them in the future.
  private func recent(
    _ history: [RestartRecord.Entry], at now: Timestamp
  ) -> [RestartRecord.Entry] {
    history.map { entry in
      var entry = entry
      entry.at = min(entry.at, now)
      return entry
    }
    .filter { now - $0.at < window }
    .sorted { $0.at < $1.at }
  }
}
