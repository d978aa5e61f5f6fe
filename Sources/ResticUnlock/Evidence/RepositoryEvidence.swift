import K8sClient
public import TimeText

/// A mover of a repository that works, or may be about to.
public struct ActiveMover: Hashable, Sendable {
  /// Its namespace.
  public var namespace: String
  /// Its pod or, where there is none yet, its Job.
  public var name: String
  /// What it is at.
  public var activity: String

  /// All that use a repository, or one that nothing is known of in the same namespace.
  ///
  /// - Parameters:
  ///   - repository: The repository.
  ///   - namespace: Where the failed mover is.
  ///   - view: What is known of the cluster.
  /// - Returns: Each that has not ended, by name; unlock Jobs are none.
  public static func all(
    of repository: RepositoryIdentity, near namespace: String, in view: ClusterView
  ) -> [ActiveMover] {
    var found: [ActiveMover] = []
    func uses(_ pod: Pod, in place: String) -> Bool {
      guard let container = ResticContainer.find(in: pod) else { return false }
      let used = RepositoryIdentity(of: container, in: pod, namespace: place)
      return used == repository || (!used.isKnown && place == namespace)
    }
    var withPods: Set<String> = []
    for pod in view.pods where !pod.isFinished {
      guard let place = pod.metadata.namespace?.description,
        uses(pod, in: place), !OwnJob.isOne(pod.metadata), pod.runningContainer != nil
      else { continue }
      pod.metadata.controller.flatMap(\.uid).map { _ = withPods.insert($0.description) }
      found.append(
        ActiveMover(
          namespace: place, name: pod.metadata.name?.description ?? "",
          activity: pod.phase?.rawValue ?? "Unknown"))
    }
    for job in view.jobs where !OwnJob.isOne(job.metadata) && job.isAtWork {
      guard let place = job.metadata.namespace?.description, uses(job.template, in: place),
        !withPods.contains(job.metadata.uid?.description ?? "")
      else { continue }
      found.append(
        ActiveMover(
          namespace: place, name: job.metadata.name?.description ?? "", activity: "starting"))
    }
    return found.sorted { ($0.namespace, $0.name) < ($1.namespace, $1.name) }
  }
}

extension Job {
  /// Whether it has pods, or is about to make its first one.
  fileprivate var isAtWork: Bool {
    guard !isFinished else { return false }
    let isNew = failed == 0 && succeeded == 0 && parallelism != 0 && !isSuspended
    return active > 0 || (isNew && !metadata.isTerminating)
  }
}

/// All that is known of the locks of a repository, at one time.
public struct RepositoryEvidence: Hashable, Sendable {
  /// The repository.
  public var repository: RepositoryIdentity
  /// Its locks, judged.
  public var locks: [LockJudgement]
  /// Whether these are all of its locks, by a list; otherwise a mover met the one that is here.
  public var isListed: Bool
  /// Movers of it that work.
  public var active: [ActiveMover]
  /// The present.
  public var now: Timestamp

  /// Evidence.
  ///
  /// - Parameters:
  ///   - repository: The repository.
  ///   - namespace: Where the failed mover is.
  ///   - locks: Its locks, as far as known.
  ///   - isListed: Whether these are all.
  ///   - view: What is known of the cluster.
  ///   - policy: When a lock counts as left behind.
  public init(
    of repository: RepositoryIdentity, near namespace: String, locks: [KnownLock],
    isListed: Bool, in view: ClusterView, by policy: LockPolicy
  ) {
    self.repository = repository
    self.locks = locks.map { LockJudgement($0, in: view, by: policy) }
    self.isListed = isListed
    active = ActiveMover.all(of: repository, near: namespace, in: view)
    now = view.now
  }

  /// Evidence that was put together elsewhere.
  public init(
    of repository: RepositoryIdentity, locks: [LockJudgement], isListed: Bool,
    active: [ActiveMover], now: Timestamp
  ) {
    self.repository = repository
    self.locks = locks
    self.isListed = isListed
    self.active = active
    self.now = now
  }

  /// In words, a line each.
  public var lines: [String] {
    var lines = ["repository: \(repository)"]
    if isListed, locks.isEmpty { lines.append("no lock is left") }
    if !isListed, locks.isEmpty { lines.append("which locks there are is not known") }
    lines += locks.map(\.description)
    lines += active.map { "in use: \($0.namespace)/\($0.name) (\($0.activity))" }
    return lines
  }
}
