public import K8sClient
public import TimeText

/// A pod of a mover that failed; whether on a lock, its log has to tell.
public struct FailedMover: Hashable, Sendable {
  /// The mover.
  public var mover: Mover
  /// The pod, as it ran.
  public var pod: Pod
  /// The pod's uid.
  public var podUID: UID
  /// What its container ended with; `nil` where the node does not say.
  public var exitCode: Int?
  /// When it ended, by the clock of its node; `nil` where that is not known.
  public var finishedAt: Timestamp?

  /// The failed mover that a pod is.
  ///
  /// It is `nil` for other pods, for movers that run or did well, and for those that
  /// a person keeps for looking around in them.
  ///
  /// - Parameters:
  ///   - pod: The pod.
  ///   - job: Its Job; `nil` where that is gone.
  ///   - rules: Which Jobs are looked at.
  public init?(pod: Pod, job: Job?, rules: MoverRules) {
    // Most pods of a cluster run well, and to tell a mover takes longer than to see that.
    guard Self.mayBeOne(pod) else { return nil }
    guard let mover = Mover(pod: pod, job: job, rules: rules), let uid = pod.metadata.uid else {
      return nil
    }
    let debug = "volsync.backube/enable-debug-mover"
    guard pod.metadata.annotations[debug] == nil, job?.metadata.annotations[debug] == nil else {
      return nil
    }
    let status = pod.containerStatuses.first { $0.name == mover.container }
    let termination = status?.termination
    // A container beside it may run on: then the pod has not failed, and the mover has.
    let hasFailed =
      pod.phase == .failed || (termination?.exitCode.map { $0 != 0 } ?? false)
    guard hasFailed, termination?.exitCode != 0 else { return nil }
    self.mover = mover
    self.pod = pod
    podUID = uid
    exitCode = termination?.exitCode
    finishedAt = termination?.finishedAt
  }

  /// Whether anything in a pod has failed.
  static func mayBeOne(_ pod: Pod) -> Bool {
    pod.phase == .failed
      || pod.containerStatuses.contains { status in
        status.termination.map { $0.exitCode != 0 } ?? false
      }
  }

  /// The latest end comes first.
  static func isLater(_ one: FailedMover, _ other: FailedMover) -> Bool {
    (one.finishedAt ?? .earliest, one.podUID.description)
      > (other.finishedAt ?? .earliest, other.podUID.description)
  }

  /// Whether its log has to be read to know whether a lock was the trouble, or which.
  public var needsLog: Bool { exitCode.map { ![10, 12].contains($0) } ?? true }

  /// What of its log is to be asked for: lines enough for `LogTail.limit` bytes of what counts.
  public var logOptions: LogOptions {
    LogOptions(container: try? ContainerName(mover.container), tailLines: 2000)
  }

  /// The failed pods among many, the latest end first.
  ///
  /// - Parameters:
  ///   - pods: All pods.
  ///   - jobs: All Jobs.
  ///   - rules: Which Jobs are looked at.
  /// - Returns: Each failed pod of a mover.
  public static func all(pods: [Pod], jobs: [Job], rules: MoverRules) -> [FailedMover] {
    let jobs = JobIndex(jobs)
    return pods.compactMap { FailedMover(pod: $0, job: jobs.job(of: $0), rules: rules) }
      .sorted(by: isLater)
  }
}

/// Jobs by what pods say of them.
struct JobIndex {
  private var byUID: [UID: Job] = [:]

  init(_ jobs: [Job]) {
    for job in jobs { if let uid = job.metadata.uid { byUID[uid] = job } }
  }

  /// The Job that a pod belongs to: by uid, as the next Job of the same name is another one.
  func job(of pod: Pod) -> Job? {
    pod.metadata.ownerReferences.first { $0.kind == "Job" }?.uid.flatMap { byUID[$0] }
  }
}

/// What VolSync itself keeps of a mover that failed on a lock; late, and durable.
public struct FailedSync: Hashable, Sendable {
  /// The backup or restore.
  public var owner: Mover.Owner
  /// The repository.
  public var repository: RepositoryIdentity
  /// What speaks for a lock.
  public var sign: LockSign

  /// What a ReplicationSource or ReplicationDestination tells.
  ///
  /// It is `nil` where there is none, or not by a lock.
  ///
  /// - Parameters:
  ///   - object: The object.
  ///   - patterns: The user's.
  ///   - rules: Which namespaces are looked at.
  public init?(_ object: some Replication, patterns: LockPatterns, rules: MoverRules) {
    guard let namespace = object.metadata.namespace?.description,
      rules.cover(namespace: namespace), let name = object.metadata.name?.description,
      let status = object.latestMoverStatus, status.isFailed,
      let secret = object.repositorySecretName,
      let sign = LockSign.found(
        exitCode: nil, log: LogTail(status.logs, isCut: true), patterns: patterns)
    else { return nil }
    let isSource = type(of: object).type.kind == ReplicationSource.type.kind
    owner = Mover.Owner(
      kind: isSource ? .source : .destination, namespace: namespace, name: name,
      uid: object.metadata.uid)
    repository = .secret(namespace: namespace, name: secret, key: RepositoryIdentity.addressKey)
    self.sign = sign
  }
}
