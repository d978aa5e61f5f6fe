import MountHealthCore
import TimeText

/// What `--explain` adds: for each mount what was looked at, what came of it, and what to do.
enum Explanation {
  /// The text.
  static func text(_ statuses: [MountStatus]) -> String {
    statuses.map { "\n" + paragraph($0) }.joined()
  }

  private static func paragraph(_ status: MountStatus) -> String {
    var lines = ["\(status.mount.label): \(status.verdict?.rawValue ?? "unknown")"]
    lines.append("  looked at  " + status.mount.lookedAt)
    lines.append("  found      " + found(status))
    lines.append("  mounted    " + mounted(status))
    if let propagation = propagation(status) { lines.append("  remounts   " + propagation) }
    lines.append("  means      " + meaning(status.verdict))
    if let advice = advice(status) { lines.append("  to do      " + advice) }
    return lines.map { $0.onOneLine + "\n" }.joined()
  }

  private static func found(_ status: MountStatus) -> String {
    if let error = status.lastError {
      let queue = status.fuseWaiting.map { ", \($0) requests wait for its FUSE daemon" } ?? ""
      return error + queue
    }
    guard let latency = status.latency else { return "no answer yet" }
    return "all of it, in \(latency.abbreviated)"
  }

  private static func mounted(_ status: MountStatus) -> String {
    guard let entry = status.entry, let isMountPoint = status.isMountPoint else {
      return "not known: the path could not be followed"
    }
    return isMountPoint
      ? entry.identity.description + (entry.isReadOnly ? ", read-only" : "")
      : "nothing: an ordinary directory on \(entry.identity.description) at \(entry.mountPoint)"
  }

  private static func propagation(_ status: MountStatus) -> String? {
    guard let entry = status.entry else { return nil }
    return entry.propagation.receives
      ? "a remount outside reaches this place (\(entry.propagation.rawValue) propagation)"
      : "a remount on the host will not reach this container (\(entry.propagation.rawValue)"
        + " propagation)"
  }

  private static func meaning(_ verdict: Verdict?) -> String {
    switch verdict {
    case .ok: "everything asked for was seen in time"
    case .slow: "it works, later than it should"
    case .dead: "there is nothing behind the mount any more: its daemon or server is gone"
    case .hung: "whoever touches the mount waits, and may not be killable meanwhile"
    case .absent: "the path is not the mount that it should be"
    case .missing: "the mount answers, and what should be on it is not"
    case .inaccessible: "this user may not look; the mount itself may be well"
    case .readOnly: "it can be read and not written"
    case .full: "there is less free space than asked for"
    case nil: "nothing could be found out"
    }
  }

  private static func advice(_ status: MountStatus) -> String? {
    switch status.verdict {
    case .ok:
      status.isMountPoint == false && status.mount.requirement == .remembered
        ? "if something should be mounted here, set requireMount to true" : nil
    case .slow: "look at the server and the network; raise slowAfter if this is normal"
    case .dead: "unmount it (umount -l) and mount it again; look at its daemon's log"
    case .hung: "look at its daemon and server; as root, abort the connection if it is FUSE"
    case .absent: "mount it; in a container, look at mountPropagation"
    case .missing: "write the canary file on the server, or mend canaryFile"
    case .inaccessible: "run as a user who may read it, or mend its rights (FUSE: allow_other)"
    case .readOnly: "look at the kernel's log and the server's; mount it read-write"
    case .full: "make room"
    case nil: "run again; look at the limits of processes and descriptors"
    }
  }
}

extension Mount {
  /// What its probe looks at, in words.
  fileprivate var lookedAt: String {
    var parts: [String]
    switch probe.target {
    case .canary(let canary):
      parts = ["the content of \(path)/\(canary), past caches"]
      if probe.expectation != nil { parts.append("compared with what is expected") }
    case .directory:
      parts = ["the attributes of \(path), past caches"]
    }
    if probe.minimumEntries > 0 { parts.append("at least \(probe.minimumEntries) entries") }
    if probe.minimumFreeBytes > 0 || probe.minimumFreePercent > 0 { parts.append("free space") }
    if probe.writes { parts.append("a small file written and removed") }
    return parts.joined(separator: "; ")
  }
}
