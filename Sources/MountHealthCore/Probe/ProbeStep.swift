/// The steps of a probe, in the order in which they are taken.
public enum ProbeStep: UInt8, Hashable, Sendable, CaseIterable {
  /// The mount's path is resolved to a directory (open(2) with `O_PATH`).
  case resolve = 1
  /// The directory's attributes are asked for (statx(2) with `AT_STATX_FORCE_SYNC`).
  case attributes
  /// The directory is listed (readdir(3)).
  case list
  /// The canary is looked up, without leaving the mount (openat2(2) with `RESOLVE_BENEATH`).
  case lookup
  /// The canary's attributes are asked for.
  case canaryAttributes
  /// The canary is opened.
  case open
  /// The canary is read.
  case read
  /// Free space is asked for (fstatvfs(3)).
  case space
  /// A file of our own is made and written.
  case write
  /// It is brought to the medium (fsync(2)) and closed.
  case sync
  /// It is taken away again.
  case remove

  /// The verb that an error message begins with.
  public var verb: String {
    switch self {
    case .resolve, .lookup, .open: "open"
    case .attributes, .canaryAttributes: "stat"
    case .list: "list"
    case .read: "read"
    case .space: "statvfs"
    case .write: "write a file to"
    case .sync: "sync a file on"
    case .remove: "remove a file from"
    }
  }

  /// What the step works on, below the mount.
  func subject(of mount: Mount) -> String {
    switch self {
    case .resolve, .attributes, .list, .space, .write, .sync, .remove:
      return mount.path.description
    case .lookup, .canaryAttributes, .open, .read:
      guard case .canary(let canary) = mount.probe.target else { return mount.path.description }
      return mount.path.appending(canary.description)
    }
  }
}
