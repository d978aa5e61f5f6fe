/// When and how a pod with an unhealthy mount is replaced: the `watchdog` section of the configuration.
public struct RestartPolicy: Hashable, Sendable {
  /// Whether anything is done at all.
  public var isEnabled: Bool
  /// How long a mount stays unhealthy before anything is done about it.
  public var restartDelay: Duration
  /// How often a call to the API server is tried in one burst: 1 or more.
  public var maxRetries: Int
  /// The pause after the first failed try of a burst.
  public var retryBackoffInitial: Duration
  /// The longest pause between two tries of a burst.
  public var retryBackoffMax: Duration
  /// By what means the pod is replaced.
  public var strategy: RestartStrategy
  /// How often a workload's pods are replaced at the most.
  public var budget: RestartBudget
  /// How many pods of a workload may be down for a restart at a time: 1 to 32.
  public var concurrency: Int
  /// What is asked before a pod is replaced; `nil`: nothing.
  public var upstream: UpstreamGuard?
  /// Whether it is only said what would be done.
  public var dryRun: Bool
  /// How long the claim of a pod that is gone counts while nothing came in its place that is well, so
  /// that one broken replacement does not keep all others from recovery.
  public var claimDuration: Duration

  /// The exit code of the process where the strategy is `exit`.
  public static let exitCode: Int32 = 86

  /// A policy; what is less than the least is taken for the least.
  public init(
    isEnabled: Bool = false, restartDelay: Duration = .zero, maxRetries: Int = 3,
    retryBackoffInitial: Duration = .milliseconds(100),
    retryBackoffMax: Duration = .seconds(10), strategy: RestartStrategy = .evict,
    budget: RestartBudget = RestartBudget(), concurrency: Int = 1, upstream: UpstreamGuard? = nil,
    dryRun: Bool = false, claimDuration: Duration = .seconds(15 * 60)
  ) {
    self.isEnabled = isEnabled
    self.restartDelay = max(restartDelay, .zero)
    self.maxRetries = max(maxRetries, 1)
    self.retryBackoffInitial = max(retryBackoffInitial, .milliseconds(1))
    self.retryBackoffMax = max(retryBackoffMax, retryBackoffInitial)
    self.strategy = strategy
    self.budget = budget
    self.concurrency = min(max(concurrency, 1), 32)
    self.upstream = upstream
    self.dryRun = dryRun
    self.claimDuration = max(claimDuration, .seconds(60))
  }
}

/// By what means a pod is replaced.
public enum RestartStrategy: String, Hashable, Sendable, CaseIterable {
  /// It is evicted, which respects disruption budgets. Nothing else.
  case evict
  /// It is evicted; where that is refused, deleted.
  case delete
  /// The process ends with `RestartPolicy.exitCode`: for clusters that restart all containers of a
  /// pod by a rule for that code.
  case exit
}

/// How often a workload's pods are replaced at the most.
public struct RestartBudget: Hashable, Sendable {
  /// How many restarts fit into the window: 1 or more. A restart for a mount that was never healthy
  /// takes the room of two.
  public var restarts: Int
  /// The window.
  public var window: Duration
  /// The least time between two restarts; it doubles with each restart inside the window.
  public var spacing: Duration

  /// A budget.
  public init(
    restarts: Int = 3, window: Duration = .seconds(3600), spacing: Duration = .seconds(300)
  ) {
    self.restarts = max(restarts, 1)
    self.window = max(window, .seconds(1))
    self.spacing = max(spacing, .zero)
  }
}

/// The endpoint of the mount's provider. While it does not answer, a new pod would be no better.
public struct UpstreamGuard: Hashable, Sendable {
  /// What to ask, for the shell: `tcp://host:port`, `https://…`.
  public var endpoint: String
  /// How often it is asked while a restart waits for it; an answer holds for as long.
  public var interval: Duration
  /// How long an answer may take.
  public var deadline: Duration
  /// How long it has to answer again, after it did not, before a pod is replaced: the mount may come
  /// back by itself.
  public var settle: Duration

  /// A guard.
  public init(
    endpoint: String, interval: Duration = .seconds(30), deadline: Duration = .seconds(5),
    settle: Duration = .seconds(30)
  ) {
    self.endpoint = endpoint
    self.interval = max(interval, .seconds(1))
    self.deadline = max(deadline, .milliseconds(1))
    self.settle = max(settle, .zero)
  }
}
