public import Pacing

/// What the decisions about a pool need to know of its stack.
public struct StackView: Hashable, Sendable {
  /// What is being done with it.
  public enum Activity: Hashable, Sendable {
    /// Nothing.
    case none
    /// It is being taken off the pool.
    case draining
    /// It is being brought back.
    case resuming
  }

  /// What is owed to it.
  public enum Debts: Hashable, Sendable {
    /// Nothing.
    case none
    /// Clients are to be resumed.
    case clients
    /// Containers are to be started, or projects stopped.
    case containers
  }

  /// What a person asked for.
  public enum Request: Hashable, Sendable {
    /// To drain.
    case drain
    /// To resume.
    case resume

    /// The request for a plan.
    init(_ kind: RunRecord.Kind) {
      switch kind {
      case .drain: self = .drain
      case .resume: self = .resume
      }
    }
  }

  /// What of it is meant to run.
  public var mode: StackMode = .none
  /// Who chose that.
  public var startMethod: StartMethod = .autostart
  /// Whether a person had it drained.
  public var isDrainedByHand = false
  /// What is owed to it.
  public var debts: Debts = .none
  /// What is being done with it.
  public var activity: Activity = .none
  /// What a person asked for.
  public var request: Request?
  /// Until when a person wants nothing to be done.
  public var heldUntil: Tick?
  /// When the latest upgrades began, oldest first.
  public var upgrades: [Tick] = []
  /// Before when bringing it back is not tried again.
  public var retryAt: Tick?
  /// Whether the pool was mounted anew since containers were looked at.
  public var needsLook = false

  /// The view of a stack of which nothing is known.
  public init() {}
}
