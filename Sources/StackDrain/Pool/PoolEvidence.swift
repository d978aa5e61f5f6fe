public import MountHealthCore

/// Something that was looked at, or could not be: an absence that was seen is another thing than a
/// look that failed.
public enum Seen<Value: Hashable & Sendable>: Hashable, Sendable {
  /// Nobody has looked yet, or the look failed; why.
  case unseen(String)
  /// It was seen.
  case seen(Value)

  /// What was seen.
  public var value: Value? {
    guard case .seen(let value) = self else { return nil }
    return value
  }
}

/// All that is known of the pool at one moment, gathered without touching it from the process that
/// judges.
public struct PoolEvidence: Hashable, Sendable {
  /// What the mount table has at the pool's path; `.seen(nil)`: nothing.
  public var mount: Seen<MountEntry?>
  /// The freshest outcome of the pool's probe.
  public var probe: Seen<Outcome>
  /// What the union itself says it is made of (`user.mergerfs.branches`).
  public var listedBranches: Seen<[ListedBranch]>
  /// Free bytes, as the probe worker read them.
  public var freeBytes: Seen<UInt64>
  /// The branches, by label. One without evidence counts as not looked at.
  public var branches: [String: BranchEvidence]

  /// Evidence; what is left out was not looked at.
  public init(
    mount: Seen<MountEntry?> = .unseen("the mount table was not read"),
    probe: Seen<Outcome> = .unseen("no probe has come back"),
    listedBranches: Seen<[ListedBranch]> = .unseen("the union's own list was not read"),
    freeBytes: Seen<UInt64> = .unseen("free space was not read"),
    branches: [String: BranchEvidence] = [:]
  ) {
    self.mount = mount
    self.probe = probe
    self.listedBranches = listedBranches
    self.freeBytes = freeBytes
    self.branches = branches
  }
}

/// All that is known of one branch.
public struct BranchEvidence: Hashable, Sendable {
  /// The device that carries the label (`/dev/disk/by-label`); `.seen(nil)`: no device does.
  public var device: Seen<DeviceNumber?>
  /// What the mount table has at the branch's path; `.seen(nil)`: nothing.
  public var mount: Seen<MountEntry?>
  /// The freshest outcome of the branch's probe.
  public var probe: Seen<Outcome>
  /// Whether the directory below the mount point takes no files (`chattr +i`), so that nothing can
  /// be written to the disk below while the branch is away.
  public var isSealed: Bool

  /// Evidence; what is left out was not looked at.
  public init(
    device: Seen<DeviceNumber?> = .unseen("labels were not read"),
    mount: Seen<MountEntry?> = .unseen("the mount table was not read"),
    probe: Seen<Outcome> = .unseen("no probe has come back"), isSealed: Bool = false
  ) {
    self.device = device
    self.mount = mount
    self.probe = probe
    self.isSealed = isSealed
  }
}

/// The number of a block device.
public struct DeviceNumber: Hashable, Sendable, CustomStringConvertible {
  /// Major number.
  public var major: UInt32
  /// Minor number.
  public var minor: UInt32

  /// A device number.
  public init(major: UInt32, minor: UInt32) {
    self.major = major
    self.minor = minor
  }

  /// `8:17`.
  public var description: String { "\(major):\(minor)" }
}

extension MountEntry {
  /// The device of the files on it.
  var device: DeviceNumber { DeviceNumber(major: deviceMajor, minor: deviceMinor) }
}
