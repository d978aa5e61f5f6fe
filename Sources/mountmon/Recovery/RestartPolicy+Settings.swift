import MountHealthCore

extension RestartPolicy {
  /// What the configuration asks of the restart machine.
  init(_ settings: WatchdogSettings) {
    self.init(
      isEnabled: settings.isEnabled, restartDelay: settings.restartDelay,
      maxRetries: settings.maxRetries, retryBackoffInitial: settings.retryBackoffInitial,
      retryBackoffMax: settings.retryBackoffMax, strategy: RestartStrategy(settings.strategy),
      budget: RestartBudget(
        restarts: settings.budget.restarts, window: settings.budget.window,
        spacing: settings.budget.spacing),
      concurrency: settings.concurrency, upstream: settings.upstream.map { UpstreamGuard($0) },
      dryRun: settings.isDryRun, claimDuration: settings.replacementDeadline)
  }
}

extension RestartStrategy {
  fileprivate init(_ strategy: WatchdogSettings.Strategy) {
    self =
      switch strategy {
      case .evict: .evict
      case .delete: .delete
      case .exit: .exit
      }
  }
}

extension UpstreamGuard {
  fileprivate init(_ upstream: WatchdogSettings.Upstream) {
    self.init(
      endpoint: upstream.url.description, interval: upstream.interval, deadline: upstream.timeout)
  }
}

extension RepairPlan {
  /// What the machine is told of a repair; the shell carries out what the settings say.
  init(_ repair: WatchdogSettings.Repair, of mount: Mount) {
    let action: Action =
      switch repair.action {
      case .http(let call):
        .call(method: call.method, url: call.url.description, body: call.body)
      case .command(let words):
        .run(command: words.first ?? "", arguments: Array(words.dropFirst()))
      }
    // The next look may be a whole interval away, and has to come back.
    let look = mount.interval * 1.1 + mount.timeout
    self.init(
      action, deadline: repair.timeout, attempts: repair.attempts,
      settle: max(repair.settle, look))
  }
}

extension MountNeed {
  /// What a mount asks for, with the repair that is configured for it.
  init(_ status: MountStatus, _ settings: WatchdogSettings) {
    let repair = status.mount.repair ?? settings.repair
    self.init(status, repair: repair.map { RepairPlan($0, of: status.mount) })
  }
}
