public import JSONValue

/// How one pod lives.
///
/// Annotations of a pod come before this: `fake-kubelet/stop-after`, `exit-after` (seconds),
/// `exit-code`, `message`, `log`, and `hold` (stays as it is created).
public struct PodHabit: Hashable, Sendable {
  /// From creation to a node.
  public var schedulingDelay: Duration = .milliseconds(3)
  /// From the node to a status by the kubelet.
  public var creationDelay: Duration = .milliseconds(10)
  /// From then on to running.
  public var startDelay: Duration = .milliseconds(200)
  /// From running to ready.
  public var readinessDelay: Duration = .zero
  /// From the wish to end to the end, at most the grace; `nil` for until it is told by
  /// ``StubCluster/stop(_:in:)`` or the grace is over.
  public var stopDelay: Duration? = .seconds(1)
  /// Whether it never gets past `ContainerCreating`.
  public var isBroken = false
  /// Whether no node is found for it.
  public var isUnschedulable = false
  /// From running to the end of its container; `nil` for never.
  public var exitDelay: Duration?
  /// What its container ends with.
  public var exitCode = 0
  /// The node it gets; `nil` for one that is ready.
  public var node: String?

  /// A pod that is ready at once and never ends by itself.
  public init() {}
}

/// How pods live, and how fast controllers are.
public struct PodHabits: Hashable, Sendable {
  /// Of pods that are not told otherwise.
  public var standard = PodHabit()
  /// Of single pods or of workloads, by name: a pod's own, its owner's, or that owner's owner's.
  public var named: [String: PodHabit] = [:]
  /// How long controllers take to see a change.
  public var controllerDelay: Duration = .milliseconds(5)
  /// How long the Job controller takes to see its pods end.
  public var jobDelay: Duration = .seconds(1)
  /// Whether the statuses of PodDisruptionBudgets are kept up.
  public var keepsBudgets = true
  /// Whether workloads and Jobs make pods.
  public var runsControllers = true

  /// Pods that are ready at once and never end by themselves.
  public init() {}
}

/// Something about a pod that a real kubelet would act on.
public struct StubPodNotice: Hashable, Sendable {
  /// What it is.
  public enum Kind: Hashable, Sendable {
    /// It runs from now on, for a runner outside.
    case started(JSONValue)
    /// It runs, and is to end within so many seconds.
    case terminating(grace: Int)
    /// Its time to end is over, or its node lost its power: a runner kills it.
    case killed
    /// It is gone.
    case removed
  }

  /// What it is.
  public var kind: Kind
  /// The pod's namespace.
  public var namespace: String
  /// The pod's name.
  public var name: String
  /// The pod's uid.
  public var uid: String
}
