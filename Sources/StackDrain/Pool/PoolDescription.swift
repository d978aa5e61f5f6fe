public import MountHealthCore

/// The pool that is watched: where it is, what it is made of, what is asked of it.
public struct PoolDescription: Hashable, Sendable {
  /// Where it is mounted.
  public var path: MountPath
  /// What has to be mounted there.
  public var requirement: MountRequirement
  /// The drives it is made of; none where only the pool as a whole is watched.
  public var branches: [BranchDescription]
  /// How many usable branches make it healthy. Fewer branches than this in all: as many as there
  /// are.
  public var minimumBranches: Int
  /// The free space that is asked for, in bytes; 0 asks for none.
  public var minimumFreeBytes: UInt64
  /// Whether a branch that is not mounted, and whose files then go to the disk below, is reported
  /// and no more. Otherwise it makes the pool degraded.
  public var toleratesMisdirection: Bool

  /// The least number of branches unless told otherwise.
  public static let defaultMinimumBranches = 3

  /// A pool.
  public init(
    path: MountPath, requirement: MountRequirement = .mountPoint,
    branches: [BranchDescription] = [], minimumBranches: Int = Self.defaultMinimumBranches,
    minimumFreeBytes: UInt64 = 0, toleratesMisdirection: Bool = false
  ) {
    self.path = path
    self.requirement = requirement
    self.branches = branches
    self.minimumBranches = minimumBranches
    self.minimumFreeBytes = minimumFreeBytes
    self.toleratesMisdirection = toleratesMisdirection
  }
}

/// One drive of the pool.
public struct BranchDescription: Hashable, Sendable {
  /// Its file system label, which is its name.
  public var label: String
  /// Where it is mounted.
  public var path: MountPath

  /// A branch.
  public init(label: String, path: MountPath) {
    self.label = label
    self.path = path
  }
}
