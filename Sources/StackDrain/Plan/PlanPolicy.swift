/// How long steps may take.
public struct PlanPolicy: Hashable, Sendable {
  /// For a client to be paused or resumed.
  public var clientDeadline: Duration
  /// The same when the pool is gone: a client that does not answer keeps its container running.
  public var fenceDeadline: Duration
  /// For a client to answer after its container was started.
  public var returnDeadline: Duration
  /// For what is being written, before containers are stopped.
  public var settleDeadline: Duration
  /// For one look at a target.
  public var lookDeadline: Duration
  /// For a container to end by itself.
  public var stopGrace: Duration
  /// The same when the pool is gone.
  public var fenceGrace: Duration
  /// What the engine needs beyond the grace to say that a container has ended.
  public var engineMargin: Duration
  /// For a container to be killed.
  public var killDeadline: Duration
  /// For a container to be started.
  public var startDeadline: Duration
  /// For a project to be started or stopped.
  public var projectDeadline: Duration

  /// A policy.
  public init(
    clientDeadline: Duration = .seconds(5), fenceDeadline: Duration = .seconds(2),
    returnDeadline: Duration = .seconds(60), settleDeadline: Duration = .seconds(10),
    lookDeadline: Duration = .seconds(5), stopGrace: Duration = .seconds(30),
    fenceGrace: Duration = .seconds(10), engineMargin: Duration = .seconds(20),
    killDeadline: Duration = .seconds(15), startDeadline: Duration = .seconds(60),
    projectDeadline: Duration = .seconds(120)
  ) {
    self.clientDeadline = clientDeadline
    self.fenceDeadline = fenceDeadline
    self.returnDeadline = returnDeadline
    self.settleDeadline = settleDeadline
    self.lookDeadline = lookDeadline
    self.stopGrace = stopGrace
    self.fenceGrace = fenceGrace
    self.engineMargin = engineMargin
    self.killDeadline = killDeadline
    self.startDeadline = startDeadline
    self.projectDeadline = projectDeadline
  }
}
