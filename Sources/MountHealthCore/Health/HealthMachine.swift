public import Pacing

/// Turns the outcomes of one mount into its health.
public struct HealthMachine: Hashable, Sendable {
  /// What can happen.
  public enum Event: Hashable, Sendable {
    /// A probe was judged. An outcome that does not count is an extra look between two rounds: a
    /// good one ends a run of failures, a bad one adds nothing to a run that has begun.
    case saw(Verdict, counts: Bool)
    /// No probe could be judged for so long that what was seen last says nothing any more.
    case lapsed
  }

  /// What follows from it.
  public enum Effect: Hashable, Sendable {
    /// The health has changed.
    case changed(from: Health, to: Health)
  }

  /// Where the mount stands.
  public enum State: Hashable, Sendable {
    /// Not known. Leads to `healthy` by good outcomes, to `degraded` by others once the start-up
    /// grace is over.
    case unknown
    /// Good. Leads to `degraded` (or `unhealthy`, with a threshold of 1) by any other outcome.
    case healthy
    /// A run of bad outcomes below the threshold. Leads to `unhealthy` when the run grows, to
    /// `recovering` or `healthy` by good ones.
    case failing
    /// It answers with a fault that is no reason to replace it. Leads anywhere by the next outcome.
    case limited
    /// Good again, not yet often enough or while flapping. Leads to `healthy`, or back.
    case recovering
    /// Confirmed bad. Leads to `recovering` or `healthy` by good outcomes, to `limited` by others
    /// than bad ones.
    case unhealthy
  }

  /// When outcomes become health.
  public var policy: HealthPolicy
  /// Where the mount stands.
  public private(set) var state: State = .unknown
  /// Outcomes other than good ones in a row, those that count; 0 after a good one.
  public private(set) var failureCount = 0
  private var badRun = 0
  private var goodRun = 0
  private var falls: [Tick] = []
  private var lastWasGood = false
  private var wasEverGood = false
  private let start: Tick

  /// A machine that has seen nothing.
  ///
  /// - Parameters:
  ///   - policy: When outcomes become health.
  ///   - start: When watching began; the start-up grace counts from here.
  public init(policy: HealthPolicy, start: Tick) {
    self.policy = policy
    self.start = start
  }

  /// What the state means.
  public var health: Health {
    switch state {
    case .unknown: .unknown
    case .healthy: .healthy
    case .failing, .limited, .recovering: .degraded
    case .unhealthy: .unhealthy
    }
  }

  /// Whether the mount fell so often lately that a good outcome is not believed yet.
  public func isFlapping(at now: Tick) -> Bool {
    falls.count { now - $0 < policy.flapWindow } >= HealthPolicy.flapCount
  }

  /// Takes an event.
  public mutating func handle(_ event: Event, at now: Tick) -> [Effect] {
    let before = health
    switch event {
    case .saw(let verdict, let counts):
      switch verdict.weight {
      case .good: sawGood(at: now, counts: counts)
      case .limited: sawLimited(at: now, counts: counts)
      case .bad: sawBad(at: now, counts: counts)
      }
    case .lapsed:
      goodRun = 0
      state = .unknown
    }
    return health == before ? [] : [.changed(from: before, to: health)]
  }

  private mutating func sawGood(at now: Tick, counts: Bool) {
    falls.removeAll { now - $0 >= policy.flapWindow }
    failureCount = 0
    badRun = 0
    if counts || policy.successThreshold == 1 {
      goodRun = min(goodRun + 1, policy.successThreshold)
    }
    lastWasGood = true
    wasEverGood = true
    switch state {
    case .healthy:
      break
    case .unknown where goodRun < policy.successThreshold:
      break
    case .unknown, .failing, .limited, .recovering, .unhealthy:
      let believed = goodRun >= policy.successThreshold && !isFlapping(at: now)
      state = believed ? .healthy : .recovering
    }
  }

  private mutating func sawLimited(at now: Tick, counts: Bool) {
    fell(at: now)
    guard !isInGrace(at: now) else { return }
    if counts || failureCount == 0 { failureCount += 1 }
    badRun = 0
    state = .limited
  }

  private mutating func sawBad(at now: Tick, counts: Bool) {
    fell(at: now)
    guard !isInGrace(at: now) else { return }
    if counts || failureCount == 0 { failureCount += 1 }
    if counts || badRun == 0 { badRun += 1 }
    state = badRun >= policy.failureThreshold ? .unhealthy : .failing
  }

  private mutating func fell(at now: Tick) {
    if lastWasGood, policy.flapWindow > .zero {
      falls.append(now)
      // More falls than these change nothing; the list stays short for ever.
      if falls.count > HealthPolicy.flapCount { falls.removeFirst() }
    }
    lastWasGood = false
    goodRun = 0
  }

  private func isInGrace(at now: Tick) -> Bool {
    !wasEverGood && now - start < policy.startupGrace
  }
}
