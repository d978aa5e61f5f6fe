/// What must be undone for one target before it is as it was.
public struct Debt: Hashable, Sendable {
  /// Units that ran and were halted by us.
  public var revives: Set<String>
  /// Units that a person had paused, of a target that forgets pauses.
  public var keepsIdle: Set<String>
  /// Whether it was started by us, and is to be stopped.
  public var retires: Bool
  /// Which life of the target that was.
  public var instance: String?

  /// A debt.
  public init(
    revives: Set<String> = [], keepsIdle: Set<String> = [], retires: Bool = false,
    instance: String? = nil
  ) {
    self.revives = revives
    self.keepsIdle = keepsIdle
    self.retires = retires
    self.instance = instance
  }

  /// Whether nothing is left to undo.
  var isPaid: Bool { revives.isEmpty && keepsIdle.isEmpty && !retires }
}
