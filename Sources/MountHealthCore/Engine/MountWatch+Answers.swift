import Pacing
import TimeText

extension MountWatch {
  /// Takes the answer of a probe.
  ///
  /// An answer that came too late is not believed: it says how things were when it was asked. It
  /// shows that the mount answers again, so that the mount is looked at anew at once.
  mutating func answered(
    _ flight: Flight, _ report: ProbeReport, table: MountTable, at now: Tick
  ) -> [ProbeEngine.Effect] {
    guard let out = airborne, out.flight == flight else { return [] }
    airborne = nil
    defer {
      // What the answer says may be older than what made the look due.
      if out.isAskedAgain { schedule.wantsExtra(at: now) }
    }
    guard !out.isLate, !out.isObsolete else {
      // Once in a round: a mount that is always late is not probed without a pause.
      if out.counts || out.isObsolete { schedule.wantsExtra(at: now) }
      return []
    }
    if let sighting = report.sighting, out.isOlderThanTable, sighting.mountID != 0,
      table.mount(containing: sighting.path)?.id != sighting.mountID
    {
      // It was on a mount that is hidden now, or where one is mounted now.
      schedule.wantsExtra(at: now)
      return []
    }
    if let sighting = report.sighting {
      if place.update(from: sighting, in: table) {
        tablesWithout = nil
      } else if tablesWithout ?? 0 < Self.tablesWaitedFor {
        // A mount made a moment ago: look again when its line in mountinfo has been read.
        tablesWithout = tablesWithout ?? 0
        schedule.wantsExtra(at: now + .milliseconds(100))
        return [.readTable]
      } else {
        place.updateUnlisted(from: sighting)
      }
    }
    guard var outcome = Outcome(judging: report, of: mount) else {
      if case .unable(let reason) = report.finding { inability = reason }
      schedule.wantsExtra(at: now + Schedule.firstExtraDelay)
      return []
    }
    if report.sighting != nil {
      if let fault = place.fault(for: mount.requirement) {
        outcome = Outcome(
          .absent, "\(mount.path): \(fault.explanation)", latency: report.latency)
      }
      // A probe that saw no mount (EACCES at the door) does not vouch for the one in the table.
      if outcome.verdict.weight != .bad { place.remember() }
    }
    let effects = judged(outcome, counts: out.counts, at: now)
    last?.details = report.details
    return effects
  }

  /// Takes a new mount table.
  ///
  /// What has to be mounted and is not any more is known from the table alone, without a probe.
  mutating func tableChanged(_ table: MountTable, at now: Tick) -> [ProbeEngine.Effect] {
    let before = place
    place.update(from: table)
    tablesWithout = tablesWithout.map { min($0 + 1, Self.tablesWaitedFor) }
    guard place.realPath != nil else {
      airborne?.isOlderThanTable = true
      let guess = table.mount(at: mount.path.description)?.id
      // Of a probe that was sent before the first table nobody knows better.
      if guessedMountID == nil { airborne?.mountID = guess }
      guessedMountID = guess
      // Nobody knows yet where the path leads; what appears at its text is worth a look.
      if table.mount(at: mount.path.description) != nil, last != nil {
        schedule.wantsExtra(at: now)
      }
      return []
    }
    guard before.entry?.id != place.entry?.id || before.isMountPoint != place.isMountPoint else {
      return []
    }
    // What a probe saw before this is out of date: it may have been on a mount that is hidden now.
    airborne?.isObsolete = true
    // On or below an autofs mount, looking mounts: only the probe can tell.
    if place.entry?.fsType != "autofs", let fault = place.fault(for: mount.requirement),
      before.fault(for: mount.requirement) == nil
    {
      return judged(
        Outcome(.absent, "\(mount.path): \(fault.explanation)"), counts: true, at: now)
    }
    schedule.wantsExtra(at: now)
    return []
  }

  /// Makes a look due: now, or as soon as the probe that is out is back.
  mutating func wanted(at now: Tick) {
    guard airborne == nil else {
      airborne?.isAskedAgain = true
      return
    }
    schedule.wantsExtra(at: now)
  }

  /// Takes a new configuration of the same path.
  mutating func configured(_ mount: Mount, at now: Tick) {
    let asksAnew = mount.probe != self.mount.probe || mount.requirement != self.mount.requirement
    let hurries = mount.interval < self.mount.interval
    if let seen = last {
      // What was seen before has not grown stale by the change, and does not last longer for it.
      last?.freshUntil = min(seen.freshUntil, now + mount.interval + mount.timeout)
    }
    self.mount = mount
    health.policy = mount.policy
    if asksAnew { airborne?.isObsolete = true }
    if asksAnew || hurries { schedule.wantsExtra(at: now) }
    if hurries { schedule.wantsRound(by: now + mount.interval) }
  }

  /// All that is known at this moment.
  func status(at now: Tick, table: MountTable = .empty) -> MountStatus {
    // As long as no probe has followed the path, what is mounted at its very text is the best guess.
    let guess = place.realPath == nil ? table.mount(at: mount.path.description) : nil
    // Normally what was seen lapses by an event. Should there be no events, it is not told any longer.
    let isStalled = last.map { $0.freshUntil + Self.stallPatience <= now } ?? false
    let seen = isStalled ? nil : last?.outcome
    return MountStatus(
      mount: mount, health: isStalled ? .unknown : health.health, since: since,
      verdict: seen?.verdict, lastError: seen == nil ? inabilityNow(at: now) : seen?.explanation,
      lastCheck: last?.tick, latency: seen?.latency, failureCount: health.failureCount,
      isFlapping: health.isFlapping(at: now), entry: place.entry ?? guess,
      isMountPoint: place.isMountPoint ?? guess.map { _ in true },
      overdue: airborne.flatMap { $0.deadline <= now ? now - $0.launched : nil },
      fuseWaiting: fuseWaiting, details: isStalled ? nil : last?.details,
      seenOn: isStalled ? nil : last?.mountID, verdictCounts: verdictCounts,
      transitions: transitions,
      latencies: latencies)
  }

  /// Why nothing is known, as far as that can be said.
  private func inabilityNow(at now: Tick) -> String? {
    guard let airborne, now - airborne.launched >= .milliseconds(500) else { return inability }
    let wait = (now - airborne.launched).text(roundedTo: .milliseconds(100))
    return "\(mount.path): no answer for \(wait) yet"
  }
}
