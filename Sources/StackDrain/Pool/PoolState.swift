/// What the drive pool is good for now.
public enum PoolState: String, Hashable, Sendable, CaseIterable {
  /// It is mounted, answers with its content, and enough branches stand behind it.
  case healthy
  /// It answers, and something is wrong with it: too few branches, a lingering one, no space, slow.
  case degraded
  /// It is mounted, and its content does not come: dead, hung, or a union of nothing.
  case stale
  /// It is not mounted, or something else is mounted in its place.
  case unmounted
  /// Nothing can be said. Nobody acts on it.
  case unknown

  /// What `mountmon pool check` exits with.
  public var exitCode: Int32 {
    switch self {
    case .healthy: 0
    case .degraded: 1
    case .stale, .unmounted: 2
    case .unknown: 3
    }
  }
}

/// How pressing a fault of the pool is. It decides how long the fault must last before a drain.
public enum Peril: Int, Hashable, Sendable, CaseIterable, Comparable {
  /// No fault, or none that is known.
  case none
  /// A fault that costs nobody data: one branch of many, little space.
  case limited
  /// It answers, late.
  case slow
  /// Too few branches, or nothing can be written.
  case scarce
  /// It does not answer, or not with its content.
  case unresponsive
  /// There is nothing behind the path: what is written now goes to the root disk or nowhere.
  case lost

  /// Less pressing ones come first.
  public static func < (left: Peril, right: Peril) -> Bool { left.rawValue < right.rawValue }
}
