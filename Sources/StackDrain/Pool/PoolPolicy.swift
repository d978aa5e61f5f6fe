/// When the stack is drained and when it is brought back.
public struct PoolPolicy: Hashable, Sendable {
  /// How long a fault must last before the stack is drained; `nil` never drains for it.
  public var drainAfter: DrainDelays
  /// How long the pool must have been healthy without a break before the stack is brought back.
  public var upgradeAfter: Duration
  /// The least time between the beginnings of two upgrades.
  public var coolDown: Duration
  /// The most upgrades within an hour; at least 1.
  public var upgradesPerHour: Int
  /// Whether the stack is brought back without being told (`AUTO_UPGRADE_ON_RECOVERY`).
  public var upgradesByItself: Bool
  /// How often a drained stack is looked at again, for what has started behind our back.
  public var lookAgainAfter: Duration
  /// How much longer the wait grows where a look or a plan failed.
  public var lookAgainAtMost: Duration

  /// A policy.
  public init(
    drainAfter: DrainDelays = DrainDelays(), upgradeAfter: Duration = .seconds(15),
    coolDown: Duration = .seconds(60), upgradesPerHour: Int = 6, upgradesByItself: Bool = true,
    lookAgainAfter: Duration = .seconds(10), lookAgainAtMost: Duration = .seconds(300)
  ) {
    self.drainAfter = drainAfter
    self.upgradeAfter = upgradeAfter
    self.coolDown = coolDown
    self.upgradesPerHour = max(upgradesPerHour, 1)
    self.upgradesByItself = upgradesByItself
    self.lookAgainAfter = lookAgainAfter
    self.lookAgainAtMost = lookAgainAtMost
  }
}

/// How long each kind of fault must last before a drain; `nil` never drains for it.
public struct DrainDelays: Hashable, Sendable {
  /// Nothing behind the path: unmounted, dead, a union of nothing.
  public var lost: Duration
  /// No answer, or not its content. A settle time, as drives need seconds to spin up.
  public var unresponsive: Duration?
  /// Too few branches, or nothing can be written.
  public var scarce: Duration?
  /// Late answers.
  public var slow: Duration?
  /// One branch of many, little space.
  public var limited: Duration?

  /// Delays.
  public init(
    lost: Duration = .zero, unresponsive: Duration? = .seconds(30),
    scarce: Duration? = .seconds(60), slow: Duration? = .seconds(300), limited: Duration? = nil
  ) {
    self.lost = lost
    self.unresponsive = unresponsive
    self.scarce = scarce
    self.slow = slow
    self.limited = limited
  }

  /// The delay for faults of this kind.
  public func delay(for peril: Peril) -> Duration? {
    switch peril {
    case .none: nil
    case .limited: limited
    case .slow: slow
    case .scarce: scarce
    case .unresponsive: unresponsive
    case .lost: lost
    }
  }
}
