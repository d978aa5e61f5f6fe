extension PoolEngine {
  /// What a person asked for and did not get yet; `nil` where nothing is asked for.
  public var pendingRequest: StackView.Request? { request }

  /// Whether the stack is being looked at, to plan.
  public var isLooking: Bool {
    guard case .looking = activity else { return false }
    return true
  }

  /// Takes over when the stack is drained and brought back, from the next turn on.
  ///
  /// - Parameter policy: The policy.
  public mutating func configure(_ policy: PoolPolicy) { pool.policy = policy }
}
