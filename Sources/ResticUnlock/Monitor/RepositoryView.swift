public import K8sClient
public import TimeText

/// A failure of a mover that was caused by a lock.
public struct LockFailure: Hashable, Sendable {
  /// What tells it from others: `pod:UID`, `sync:HASH`.
  public var key: String
  /// The repository.
  public var repository: RepositoryIdentity
  /// The namespace.
  public var namespace: String
  /// The Job; for what VolSync remembers, the name that it has as a rule.
  public var jobName: String
  /// The Job's uid, where that is known.
  public var jobUID: UID?
  /// The backup or restore, where that is known.
  public var owner: Mover.Owner?
  /// The pod, where it is still there.
  public var pod: Pod?
  /// When the mover ended, by the clock of its node.
  public var ended: Timestamp?
  /// When its log was read, by the clock of the API server.
  public var seen: Timestamp
  /// What its log says.
  public var sign: LockSign

  /// The failure of a pod.
  public init(_ mover: FailedMover, sign: LockSign, seen: Timestamp) {
    key = "pod:\(mover.podUID)"
    repository = mover.mover.repository
    namespace = mover.mover.namespace
    jobName = mover.mover.jobName
    jobUID = mover.mover.jobUID
    owner = mover.mover.owner
    pod = mover.pod
    ended = mover.finishedAt
    self.seen = seen
    self.sign = sign
  }

  /// The failure that VolSync remembers.
  public init(_ sync: FailedSync, seen: Timestamp) {
    let lock = sync.sign.lock?.storageID ?? ""
    key =
      "sync:"
      + Hash64.text(of: "\(sync.owner.namespace)/\(sync.owner.name) \(lock) \(sync.sign.line)")
    repository = sync.repository
    namespace = sync.owner.namespace
    jobName = (sync.owner.kind == .source ? "volsync-src-" : "volsync-dst-") + sync.owner.name
    owner = sync.owner
    self.seen = seen
    sign = sync.sign
  }
}

/// All that there is in the cluster about one repository, at one time.
public struct RepositoryView: Hashable, Sendable {
  /// The repository.
  public var repository: RepositoryIdentity
  /// Failures by locks, the latest first.
  public var failures: [LockFailure]
  /// Pods, Jobs and nodes.
  public var cluster: ClusterView
  /// Unlock Jobs of this repository.
  public var unlockJobs: [Job]
  /// The backups of this repository.
  public var sources: [ReplicationSource]

  /// A view.
  public init(
    repository: RepositoryIdentity, failures: [LockFailure], cluster: ClusterView,
    unlockJobs: [Job] = [], sources: [ReplicationSource] = []
  ) {
    self.repository = repository
    self.failures = failures
    self.cluster = cluster
    self.unlockJobs = unlockJobs
    self.sources = sources
  }
}
