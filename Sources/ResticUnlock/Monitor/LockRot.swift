public import K8sClient
public import TimeText

/// Backups are made, and what tidies up after them has failed for long: snapshots pile up, nothing is
/// ever removed, and nobody notices.
public struct LockRot: Hashable, Sendable {
  /// What has not been done.
  public enum Kind: String, Hashable, Sendable {
    /// Snapshots are saved, and old ones are not forgotten.
    case forget
    /// What is forgotten is not removed.
    case prune
  }

  /// What has not been done.
  public var kind: Kind
  /// The backup.
  public var owner: Mover.Owner
  /// When it was done last, as far as is known.
  public var since: Timestamp

  /// In words.
  public var description: String {
    let what = kind == .forget ? "old snapshots are not forgotten" : "the repository is not pruned"
    return "\(owner.namespace)/\(owner.name): backups are saved, but \(what) since "
      + since.wholeSecondText
  }

  /// Looks at a backup.
  ///
  /// - Parameters:
  ///   - source: The backup.
  ///   - failures: Its failures by locks.
  ///   - now: The present.
  ///   - patience: How long something may not have been done.
  /// - Returns: What has not been done for longer; `nil` where nothing of that is known.
  public static func found(
    in source: ReplicationSource, failures: [LockFailure], now: Timestamp,
    patience: Duration = .seconds(3 * 86_400)
  ) -> LockRot? {
    guard source.usesRestic, !source.isPaused,
      let namespace = source.metadata.namespace?.description,
      let name = source.metadata.name?.description
    else { return nil }
    let owner = Mover.Owner(
      kind: .source, namespace: namespace, name: name, uid: source.metadata.uid)
    let own = failures.contains { failure in
      failure.sign.didSave && failure.owner?.namespace == namespace && failure.owner?.name == name
    }
    // A run that does not come to its end does not count as one, although it saved.
    if own, let last = source.lastSyncTime ?? source.metadata.creationTimestamp,
      now - last > patience
    {
      return LockRot(kind: .forget, owner: owner, since: last)
    }
    let days = max(1, source[integer: "spec", "restic", "pruneIntervalDays"] ?? 7)
    let interval = Duration.seconds(86_400) * min(days, 3650)
    // The first time is due an interval after it was made.
    guard let pruned = source.lastPruned ?? source.metadata.creationTimestamp,
      let synced = source.lastSyncTime,
      now - synced < patience, now - pruned > interval + patience
    else { return nil }
    return LockRot(kind: .prune, owner: owner, since: pruned)
  }
}
