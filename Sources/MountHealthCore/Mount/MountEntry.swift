/// One line of `/proc/self/mountinfo`: a mount as this process sees it.
///
/// Source of the fields: proc_pid_mountinfo(5).
public struct MountEntry: Hashable, Sendable {
  /// The mount's number, unique among the mounts that exist now; reused after an unmount.
  public var id: UInt64
  /// The number of the mount that this one sits on.
  public var parentID: UInt64
  /// Major device number of the files on it.
  public var deviceMajor: UInt32
  /// Minor device number; for FUSE, the number of its connection in `/sys/fs/fuse/connections`.
  public var deviceMinor: UInt32
  /// The directory of the file system that forms the root of this mount: `/`, or a folder for a
  /// bind mount.
  public var root: String
  /// Whether that directory has been deleted since (the kernel marks it `//deleted`).
  public var isRootDeleted: Bool
  /// Where it is mounted, as seen from the root of this process.
  public var mountPoint: String
  /// Per-mount options, such as `ro` and `noatime`.
  public var options: [String]
  /// Whether mounts made below it reach other namespaces, or reach it from them.
  public var propagation: Propagation
  /// The type, with its subtype: `fuse.rclone`, `nfs4`, `ext4`.
  public var fsType: String
  /// What is mounted: a device, a server's export, a name. Free text of the file system.
  public var source: String
  /// Per-superblock options.
  public var superOptions: [String]

  /// Whether it can only be read, by the mount's own options or the file system's.
  public var isReadOnly: Bool { options.contains("ro") || superOptions.contains("ro") }

  /// Whether a user-space daemon answers for it.
  public var isFUSE: Bool {
    fsType == "fuse" || fsType.hasPrefix("fuse.") || fsType == "fuseblk"
      || fsType.hasPrefix("fuseblk.")
  }

  /// What makes it the same mount again after an unmount and a mount.
  public var identity: MountIdentity {
    MountIdentity(fsType: fsType, source: source, root: root)
  }
}

/// Which file system is mounted, apart from when and where.
public struct MountIdentity: Hashable, Sendable, CustomStringConvertible {
  /// The type, with its subtype.
  public var fsType: String
  /// What is mounted.
  public var source: String
  /// The directory of the file system that is seen.
  public var root: String

  /// `fuse.rclone from debrid:`, with the folder if it is not the whole file system.
  public var description: String {
    "\(fsType) from \(source.isEmpty ? "nowhere" : source)" + (root == "/" ? "" : " (\(root))")
  }
}

/// How mount events travel between namespaces: mount_namespaces(7), "Shared subtrees".
public enum Propagation: String, Hashable, Sendable, CaseIterable {
  /// Neither sends nor receives: a remount on the host will not reach this container.
  case isolated = "private"
  /// Sends and receives.
  case shared
  /// Receives only (Kubernetes' `HostToContainer`).
  case receiving = "slave"
  /// Receives from its master and sends to its own peers.
  case receivingAndShared = "slave,shared"
  /// Private, and cannot be bind mounted.
  case unbindable

  /// Whether a mount made or replaced elsewhere can appear here.
  public var receives: Bool {
    switch self {
    case .shared, .receiving, .receivingAndShared: true
    case .isolated, .unbindable: false
    }
  }
}
