import Pacing

@testable import MountHealthCore

// What must always hold, and what must hold in the end.
extension EngineWorld {
  /// One wake, at the end, later than now, not later than what is due.
  func checkShape(of effects: [ProbeEngine.Effect]) {
    let wakes = effects.filter { if case .wake = $0 { true } else { false } }
    guard wakes.count == 1, case .wake(let tick)? = effects.last else {
      return fail("the last of \(effects) is not the only wake")
    }
    if tick <= now { fail("the engine wants to be called again at once") }
    for known in flights.values where !known.isLate && tick > known.deadline {
      guard records[truths[known.mount].path] != nil else { continue }
      fail("\(known.flight) is late at \(known.deadline), the engine sleeps until \(tick)")
    }
    if flights.count > truths.count { fail("\(flights.count) probes are out") }
    if engine.watches.count != configured.count { fail("\(engine.watches.count) watches") }
    if engine.retired.count > out.count { fail("\(engine.retired.count) watches are retired") }
    for (path, record) in records where record.announced == .healthy {
      guard let mount = watched[path] else { continue }
      guard let good = record.lastGood else { return fail("\(path) is healthy, never good") }
      // The rule in force: an outcome is judged by that of its time, and by a new one from then on.
      let since = max(good.delivered, record.shortened ?? good.delivered)
      if now - since >= mount.interval + mount.timeout,
        !effects.contains(where: { isAnnouncement($0, of: path) })
      {
        fail("\(path) is healthy, last seen good \(now - good.delivered) ago")
      }
    }
  }

  private func isAnnouncement(_ effect: ProbeEngine.Effect, of path: MountPath) -> Bool {
    if case .announce(let change) = effect { change.path == path } else { false }
  }

  /// An answer that the engine may believe or not: what it says by the world's own reckoning.
  func note(_ report: ProbeReport, of known: FakeFlight, for mount: Mount) {
    guard var record = records[mount.path] else { return }
    defer { records[mount.path] = record }
    record.offered = nil
    guard !known.isLate, !known.isObsolete else {
      // One look at once for each round, not one after the other for ever.
      if now - (record.lateLook ?? .zero) >= MountRecord.shortestRound(of: mount) {
        record.reasons += 1
        record.lateLook = now
      }
      if known.isObsolete { record.reasons += 1 }
      return
    }
    if let sighting = report.sighting {
      guard table.entry(id: sighting.mountID) != nil else {
        record.reasons += 1
        return
      }
      record.placeIsKnown = true
      guard meets(mount, known.identity) else { return record.sawTrouble(at: now) }
      record.offered = known.identity
    }
    guard case .seen = report.finding else { return record.sawTrouble(at: now) }
    if report.latency <= mount.slowAfter ?? mount.timeout {
      record.sawGood(delivered: now, launched: known.launched)
    } else {
      record.sawTrouble(at: now)
    }
  }

  /// A probe that is out too long is a sign of trouble when it becomes late, and in each round.
  func countHungRounds() {
    for known in flights.values where known.isLate {
      let path = truths[known.mount].path
      guard let mount = watched[path] else { continue }
      let round = MountRecord.shortestRound(of: mount)
      if known.hungCounted == nil {
        records[path]?.sawTrouble(at: now)
        // An extra look may go out just before a round, and the first round is short.
        flights[known.flight]?.hungCounted =
          known.isExtra ? known.launched + (.zero - round) : known.launched
      }
      guard let counted = flights[known.flight]?.hungCounted, now - counted >= round else {
        continue
      }
      records[path]?.sawTrouble(at: now)
      flights[known.flight]?.hungCounted = max(counted + round, now + (.zero - round))
    }
  }

  func check(_ change: Change) {
    guard var record = records[change.path],
      let mount = watched[change.path]
    else { return fail("\(change.path) is not watched and announced") }
    if change.previous != record.announced {
      fail("\(change.path) was \(record.announced), announced as \(change.previous)")
    }
    record.announced = change.health
    records[change.path] = record
    guard change.health != change.previous else { return }
    let age = now - record.watchStart
    if change.health == .degraded || change.health == .unhealthy, record.lastGood == nil,
      age < mount.policy.startupGrace
    {
      fail("\(change.path) is \(change.health) at the age of \(age), in its grace")
    }
    guard change.health == .unhealthy, !record.isReconfigured else { return }
    let needed = mount.policy.failureThreshold
    if record.badSigns < needed {
      fail("\(change.path) is unhealthy after \(record.badSigns) signs of \(needed)")
    }
    let rounds = needed - 2 - record.tableSigns
    if rounds > 0, let first = record.firstBadSign,
      now - first < MountRecord.shortestRound(of: mount) * rounds - mount.timeout
    {
      fail("\(change.path) is unhealthy within \(now - first), threshold \(needed)")
    }
  }

  /// Looks at the mounts that something happened to; now and then at all.
  func check(_ paths: Set<MountPath>) {
    let looksAtAll = steps % 32 == 0
    for (index, mount) in configured.enumerated() {
      guard looksAtAll || paths.contains(mount.path), index < engine.watches.count else { continue }
      check(engine.watches[index].status(at: now), of: mount)
    }
  }

  private func check(_ status: MountStatus, of mount: Mount) {
    guard var record = records[mount.path], status.mount == mount else {
      return fail("\(status.mount.path) stands in the place of \(mount.path)")
    }
    record.countRounds(of: mount, until: now)
    let seen = { (verdict: Verdict) in
      status.verdictCounts[verdict] ?? 0 > record.verdicts[verdict] ?? 0
    }
    let sawGood = seen(.ok)
    let sawLimited = seen(.slow) || seen(.full) || seen(.inaccessible)
    if sawGood || sawLimited {
      if let identity = record.offered { record.remembered = identity }
      record.endRun(isGood: sawGood)
    }
    record.offered = nil
    record.verdicts = status.verdictCounts
    records[mount.path] = record

    if status.health != record.announced { fail("\(mount.path): \(status.health) unannounced") }
    if let check = status.lastCheck,
      now - max(check, record.shortened ?? check) >= mount.interval + mount.timeout
    {
      fail("\(mount.path): \(status.verdict?.rawValue ?? "?") is \(now - check) old")
    }
    if status.health != .unknown, status.lastCheck == nil {
      fail("\(mount.path) is \(status.health) though nothing is known")
    }
    checkFailureCount(status, record)
    if status.wantsRemedy, status.health != .unhealthy || status.verdict?.weight != .bad {
      fail("\(mount.path) wants a remedy: \(status.health), \(String(describing: status.verdict))")
    }
    if Double(record.probes) > record.rounds + Double(record.reasons) + 1 {
      fail("\(mount.path): \(record.probes) probes, \(record.rounds) + \(record.reasons) due")
    }
    if let flight = out[mount.path], let known = flights[flight], known.isLate, !known.wasHung {
      flights[flight]?.wasHung = true
      if !known.isObsolete, status.verdict != .hung { fail("\(mount.path) is not called hung") }
    }
    checkPlace(status, record)
  }

  private func checkFailureCount(_ status: MountStatus, _ record: MountRecord) {
    guard let verdict = status.verdict, let check = status.lastCheck else { return }
    if verdict == .ok, status.failureCount != 0 {
      fail("\(status.mount.path): \(status.failureCount) failures after a good outcome")
    }
    let counts =
      record.lastGood != nil || check - record.watchStart >= status.mount.policy.startupGrace
    if verdict != .ok, counts, !record.isReconfigured, status.failureCount == 0 {
      fail("\(status.mount.path): no failures after \(verdict)")
    }
  }

  /// A healthy mount is the mount that it should be, as far as the table tells.
  private func checkPlace(_ status: MountStatus, _ record: MountRecord) {
    guard status.health == .healthy, record.placeIsKnown, let good = record.lastGood,
      good.launched < tableRead, record.asked < good.launched,
      let number = numbers[status.mount.path]
    else { return }
    let entry = table.mount(at: truths[number].realPath)
    if !meets(status.mount, entry?.identity) {
      let found = entry.map { "\($0.identity)" } ?? "nothing"
      fail("\(status.mount.path) is healthy; the table knows of \(found)")
    }
  }

  /// Every mount has come to what its condition leads to.
  func checkThatConditionsShow() {
    for (mount, watch) in zip(configured, engine.watches) {
      guard let number = numbers[mount.path], let record = records[mount.path] else { continue }
      // A good mount that flapped has to wait for its window to pass.
      if watch.health.isFlapping(at: now) || watch.health.state == .recovering { continue }
      let condition = truths[number].condition
      let expected: Health =
        switch condition.weight {
        case .good: .healthy
        case .limited: .degraded
        case .bad: .unhealthy
        }
      if record.announced != expected {
        fail("\(mount.path) stays \(condition) and is \(record.announced)")
      }
    }
  }

  /// Every mount is healthy again.
  func checkThatAllIsWell() {
    for (mount, status) in zip(configured, engine.statuses(at: now)) {
      guard status.health == .healthy, status.mount == mount else {
        fail("\(mount.path) is \(status.health), \(status.lastError ?? "no error"), in the end")
        continue
      }
    }
  }
}
