public import Pacing
import TimeText

/// What was told to people, so that they are told once.
struct Telling: Hashable, Sendable {
  /// The state that was told last, by word and reason.
  var last: String?
  /// When each reason was told.
  var told: [String: Tick] = [:]

  /// A reason that comes and goes is told again after this time.
  static let memory = Duration.seconds(600)
}

extension RestartMachine {
  mutating func log(
    _ level: RestartLogLine.Level, _ message: String, _ fields: [RestartLogLine.Field]
  ) {
    outbox.append(.log(RestartLogLine(level, message, fields)))
  }

  private mutating func announce(
    _ reason: RestartNotice.Reason, isWarning: Bool, _ message: String
  ) {
    outbox.append(
      .announce(
        RestartNotice(reason, isWarning: isWarning, message, owner: pod?.facts?.owner)))
  }

  // MARK: The state

  /// Tells why nothing is done, when that is news.
  mutating func tellState(at now: Tick) {
    let reason = state.reason
    let word = reason?.word ?? state.word
    guard word != telling.last else { return }
    let former = telling.last
    telling.last = word
    guard let reason else { return tellPassage(from: former) }
    if case .starting = reason { return }
    if case .stopping = reason { return }
    statistics.holds[reason.word, default: 0] += 1
    if let told = telling.told[word], now - told < Telling.memory { return }
    telling.told[word] = now
    let isCalledFor = mounts.contains(where: \.wantsRemedy)
    var fields: [RestartLogLine.Field] = [
      .init("reason", .text(word)), .init("detail", .text(reason.text)),
    ]
    if let until = reason.until { fields.append(.init("until", .duration(until - now))) }
    if case .disabled = state { return log(.info, "watchdog disabled", fields) }
    if reason.isRefusal {
      log(.warn, "restart refused", fields)
      announce(.restartRefused, isWarning: true, "This pod cannot be replaced: \(reason.text)")
    } else {
      log(isCalledFor ? .warn : .info, "restart held", fields)
      guard isCalledFor else { return }
      announce(.restartHeld, isWarning: true, "A restart of this pod has to wait: \(reason.text)")
    }
  }

  private mutating func tellPassage(from former: String?) {
    switch state {
    case .armed:
      if mounts.allSatisfy({ !$0.wantsRemedy }) { telling.told = [:] }
      log(.info, former == "pending" ? "restart cancelled" : "watchdog armed", [])
    case .pending(let mounts, let since, let due):
      log(
        .warn, "restart pending",
        [
          .init("names", .text(mounts.joined(separator: ", "))),
          .init("delay", .duration(due - since)),
        ])
    case .acting(let step):
      log(.debug, "restart", [.init("step", .text(step.rawValue))])
    case .waitingForPodToGo:
      log(.info, "the pod is going", [])
    case .disabled, .holding, .spent:
      break
    }
  }

  // MARK: The restart

  /// Tells that the pod is about to be removed.
  mutating func tellRestart(for due: [MountNeed], as me: PodIdentity, at now: Tick) {
    statistics.restarts[.begun, default: 0] += 1
    for mount in due {
      log(
        .warn, "mount unhealthy, triggering pod restart",
        [
          .init("mount", .text("\(mount.path)")), .init("name", .text(mount.label)),
          .init("failureCount", .number(mount.failureCount)),
          .init("unhealthyDuration", .duration(now - (mount.unhealthySince ?? now))),
          .init("pod", .text(me.name)), .init("uid", .text(me.uid)),
          .init("strategy", .text(policy.strategy.rawValue)),
        ])
    }
    let mounts = due.map { mount in
      let error = mount.lastError.map { " (\($0))" } ?? ""
      return "\(mount.label) unhealthy after \(mount.failureCount) consecutive failures\(error)"
    }
    announce(
      .watchdogRestart, isWarning: true,
      "Mount \(mounts.joined(separator: "; mount ")), triggering pod restart")
  }

  /// Tells that a claim was taken back.
  mutating func tellWithdrawal() {
    if keepsHistory { return log(.info, "the restart of the containers is over", []) }
    statistics.restarts[.withdrawn, default: 0] += 1
    log(
      .info, "restart withdrawn",
      [
        .init(
          "reason",
          .text(claim?.isGivenUp == true ? pause?.reason.word ?? "held" : "no longer called for"))
      ])
  }

  /// Tells what events are not published for lack of a permission.
  mutating func tellAccess(_ refused: Set<RestartPermission>) {
    guard refused.contains(.createEvents) else { return }
    log(
      .warn, "events will not be published",
      [.init("missing", .text(RestartPermission.createEvents.text))])
  }

  // MARK: The mounts

  /// Tells what a repair led to.
  mutating func tellRepair(of mount: MountNeed, _ succeeded: Bool, _ detail: String) {
    let fields: [RestartLogLine.Field] = [
      .init("mount", .text("\(mount.path)")), .init("name", .text(mount.label)),
      .init("detail", .text(detail)),
    ]
    log(succeeded ? .info : .warn, succeeded ? "mount repaired" : "repair failed", fields)
    announce(
      .mountRepaired, isWarning: !succeeded,
      succeeded
        ? "Mount \(mount.label) was repaired: \(detail)"
        : "Repair of mount \(mount.label) failed: \(detail)")
  }

  /// Tells which mounts are in another health than before.
  mutating func tellMounts(from old: [MountNeed], to new: [MountNeed]) {
    let former = Dictionary(old.map { ($0.path, $0.health) }) { one, _ in one }
    for mount in new {
      let before = former[mount.path] ?? .unknown
      guard mount.health != before else { continue }
      let error = mount.lastError.map { ": \($0)" } ?? ""
      switch mount.health {
      case .degraded:
        announce(.mountDegraded, isWarning: true, "Mount \(mount.label) is degraded\(error)")
      case .unhealthy:
        announce(
          .mountUnhealthy, isWarning: true,
          "Mount \(mount.label) is unhealthy after \(mount.failureCount) consecutive failures"
            + error)
      case .healthy:
        if before != .unknown {
          announce(.mountRecovered, isWarning: false, "Mount \(mount.label) is healthy again")
        }
      case .unknown:
        break
      }
    }
  }
}

extension RestartState {
  /// Why nothing is done; `nil` where something is, or nothing is asked for.
  public var reason: RestartReason? {
    switch self {
    case .disabled(let reason), .holding(let reason): reason
    case .spent(let until): .budgetExhausted(until: until)
    case .armed, .pending, .acting, .waitingForPodToGo: nil
    }
  }
}

extension RestartReason {
  /// When it passes, where that is known.
  public var until: Tick? {
    switch self {
    case .spacing(let until), .budgetExhausted(let until), .upstreamSettling(let until),
      .recordUnreadable(_, let until):
      until
    case .notEnabled, .notInCluster, .starting, .identityUnknown, .accessRefused, .accessUnknown,
      .barePod, .unsupportedOwner, .podUnknown, .podMismatch, .blockedByDisruptionBudget,
      .evictionUnsupported, .concurrency, .upstreamDown, .apiUnavailable, .dryRun, .stopping:
      nil
    }
  }
}
