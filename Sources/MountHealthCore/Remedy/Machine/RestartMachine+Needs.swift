import Pacing

extension RestartMachine {
  /// Mounts that have asked for a remedy long enough, and whose repair, if there is one, did not
  /// help.
  func dueMounts(at now: Tick) -> [MountNeed] {
    guard policy.isEnabled else { return [] }
    return mounts.filter { isDue($0, at: now) && isRepairOver($0, at: now) }
  }

  /// Whether a mount has asked for a remedy long enough.
  func isDue(_ mount: MountNeed, at now: Tick) -> Bool {
    guard mount.wantsRemedy, let since = mount.unhealthySince else { return false }
    return since + policy.restartDelay <= now
  }

  /// Whether all mounts are as they should be.
  var isWell: Bool { !mounts.isEmpty && mounts.allSatisfy { $0.health == .healthy } }

  /// How much of the budget a restart for these mounts takes.
  func weight(of mounts: [MountNeed]) -> Int {
    min(mounts.allSatisfy(\.wasEverHealthy) ? 1 : 2, policy.budget.restarts)
  }

  /// When a mount or its repair needs a turn next.
  func nextMountTick(after now: Tick) -> Tick? {
    guard policy.isEnabled else { return nil }
    var next: Tick?
    for mount in mounts {
      guard mount.wantsRemedy, let since = mount.unhealthySince else { continue }
      var ticks = [since + policy.restartDelay]
      switch repairs[mount.path]?.phase {
      case .due(let tick), .settling(let tick): ticks.append(tick)
      case .running, .over, nil: break
      }
      for tick in ticks where tick > now { next = min(next ?? tick, tick) }
    }
    return next
  }

  // MARK: Repairs

  /// Whether a repair of this mount is no longer, or not at all, a reason to wait.
  private func isRepairOver(_ mount: MountNeed, at now: Tick) -> Bool {
    guard mount.repair != nil, !policy.dryRun else { return true }
    return repairs[mount.path]?.phase == .over
  }

  /// Begins the repair that is due, if none is out.
  mutating func turnRepairs(at now: Tick) {
    let healthy = Set(mounts.lazy.filter { $0.health == .healthy }.map(\.path))
    let known = Set(mounts.lazy.map(\.path))
    repairs = repairs.filter { known.contains($0.key) && !healthy.contains($0.key) }
    guard policy.isEnabled, !policy.dryRun else { return }
    for mount in mounts where isDue(mount, at: now) {
      guard let plan = mount.repair else { continue }
      var progress = repairs[mount.path] ?? RepairProgress(phase: .due(now))
      switch progress.phase {
      case .settling(let until) where until <= now:
        progress.phase = progress.attempts < plan.attempts ? .due(now) : .over
      case .due, .running, .settling, .over: break
      }
      if case .due(let tick) = progress.phase, tick <= now, let later = upstreamIsDown(until: now) {
        progress.phase = .due(later)
      }
      if case .due(let tick) = progress.phase, tick <= now, repairFlight == nil, !isStopping {
        let request = send(.repair(path: mount.path, plan), at: now)
        repairFlight = RequestFlight(request: request, sent: now)
        progress.attempts += 1
        progress.phase = .running(request.id)
        log(
          .info, "repairing mount",
          [.init("mount", .text("\(mount.path)")), .init("name", .text(mount.label))])
      }
      repairs[mount.path] = progress
    }
  }

  /// A repair came to its end.
  mutating func repaired(_ path: MountPath, _ succeeded: Bool, _ detail: String, at now: Tick) {
    statistics.repairs[succeeded ? .succeeded : .failed, default: 0] += 1
    guard let mount = mounts.first(where: { $0.path == path }) else { return }
    tellRepair(of: mount, succeeded, detail)
    guard var progress = repairs[path], let plan = mount.repair else { return }
    // One that failed may have done its work all the same: the mount gets its time in any case.
    progress.phase = .settling(until: now + plan.settle)
    repairs[path] = progress
  }

  /// Until when a repair is of no use, because the provider of the mounts was seen not to answer.
  private func upstreamIsDown(until now: Tick) -> Tick? {
    guard let guarded = policy.upstream, let upstream, !upstream.isUp else { return nil }
    let end = upstream.at + guarded.interval * 2
    return end > now ? end : nil
  }
}
