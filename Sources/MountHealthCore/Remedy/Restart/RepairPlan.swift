/// How a mount can be repaired without replacing the pod.
public struct RepairPlan: Hashable, Sendable {
  /// What is done; the shell knows how.
  public enum Action: Hashable, Sendable {
    /// An HTTP call; an answer of 200 to 299 is a success.
    case call(method: String, url: String, body: String?)
    /// A program and its arguments; the exit code 0 is a success.
    case run(command: String, arguments: [String])
  }

  /// What is done.
  public var action: Action
  /// How long it may take.
  public var deadline: Duration
  /// How often it is tried in one outage of the mount: 1 or more.
  public var attempts: Int
  /// How long the mount has after a repair to become healthy before anything else is done.
  public var settle: Duration

  /// A plan.
  public init(
    _ action: Action, deadline: Duration = .seconds(30), attempts: Int = 1,
    settle: Duration = .seconds(30)
  ) {
    self.action = action
    self.deadline = max(deadline, .milliseconds(1))
    self.attempts = max(attempts, 1)
    self.settle = max(settle, .zero)
  }
}
