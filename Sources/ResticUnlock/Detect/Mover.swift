import JSONValue
public import K8sClient

/// A Job that runs restic, as far as its own fields and its pods tell.
public struct Mover: Hashable, Sendable {
  /// What it works for.
  public struct Owner: Hashable, Sendable, Comparable {
    /// Whether it is a backup or a restore.
    public enum Kind: String, Hashable, Sendable {
      /// A backup of VolSync.
      case source = "ReplicationSource"
      /// A restore of VolSync.
      case destination = "ReplicationDestination"
    }

    /// Which of the two.
    public var kind: Kind
    /// Its namespace.
    public var namespace: String
    /// Its name.
    public var name: String
    /// Its uid; `nil` where only its name is known.
    public var uid: UID?

    /// An owner.
    public init(kind: Kind, namespace: String, name: String, uid: UID? = nil) {
      self.kind = kind
      self.namespace = namespace
      self.name = name
      self.uid = uid
    }

    /// By namespace, name, kind.
    public static func < (one: Owner, other: Owner) -> Bool {
      (one.namespace, one.name, one.kind.rawValue)
        < (other.namespace, other.name, other.kind.rawValue)
    }
  }

  /// What it is taken for a mover by, the surest first.
  public enum Recognition: Hashable, Sendable {
    /// It belongs to an object of VolSync.
    case owner
    /// It has VolSync's label.
    case label
    /// Its name begins as the rules say.
    case name
  }

  /// The Job's namespace.
  public var namespace: String
  /// The Job's name; every sync has the same.
  public var jobName: String
  /// The Job's uid: which sync it is.
  public var jobUID: UID?
  /// What it works for; `nil` for a Job of somebody else.
  public var owner: Owner?
  /// What it was recognised by.
  public var recognition: Recognition
  /// The container that runs restic.
  public var container: String
  /// The repository.
  public var repository: RepositoryIdentity

  /// The mover that a Job is.
  ///
  /// It is `nil` for a Job that runs no restic, for one that the rules leave out, and
  /// for unlock Jobs.
  ///
  /// - Parameters:
  ///   - job: The Job.
  ///   - rules: Which Jobs are looked at.
  public init?(job: Job, rules: MoverRules) {
    self.init(
      job.metadata, pod: job.template, jobName: job.metadata.json["name"]?.stringValue,
      jobUID: job.metadata.uid, owner: Self.owner(of: job.metadata), rules: rules)
  }

  /// The mover that a pod is of, as it really runs.
  ///
  /// It is `nil` as for a Job.
  ///
  /// - Parameters:
  ///   - pod: The pod.
  ///   - job: Its Job; `nil` where that is gone.
  ///   - rules: Which Jobs are looked at.
  public init?(pod: Pod, job: Job?, rules: MoverRules) {
    guard !OwnJob.isOne(pod.metadata), job.map({ !OwnJob.isOne($0.metadata) }) ?? true else {
      return nil
    }
    let reference = pod.metadata.controller.flatMap { $0.kind == "Job" ? $0 : nil }
    let name = reference?.name?.description ?? pod.metadata.labels["job-name"]
    self.init(
      job?.metadata ?? pod.metadata, pod: pod, jobName: name,
      jobUID: reference?.uid ?? job?.metadata.uid,
      owner: job.flatMap { Self.owner(of: $0.metadata) },
      rules: rules)
  }

  private init?(
    _ metadata: ObjectMetadata, pod: Pod, jobName: String?, jobUID: UID?, owner: Owner?,
    rules: MoverRules
  ) {
    guard let namespace = metadata.namespace?.description, let jobName,
      rules.cover(namespace: namespace), rules.cover(labels: metadata.labels),
      !OwnJob.isOne(metadata), let container = ResticContainer.find(in: pod)
    else { return nil }
    if owner != nil {
      recognition = .owner
    } else if metadata.labels["app.kubernetes.io/created-by"] == "volsync" {
      recognition = .label
    } else if jobName.hasPrefix(rules.namePrefix) {
      recognition = .name
    } else {
      return nil
    }
    self.namespace = namespace
    self.jobName = jobName
    self.jobUID = jobUID
    self.owner = owner ?? Self.owner(namedBy: jobName, in: namespace)
    self.container = container.name
    repository = RepositoryIdentity(of: container, in: pod, namespace: namespace)
  }

  static func owner(of metadata: ObjectMetadata) -> Owner? {
    guard let namespace = metadata.namespace?.description else { return nil }
    for reference in metadata.ownerReferences {
      guard let name = reference.name?.description else { continue }
      if reference.isOf(ReplicationSource.type) {
        return Owner(kind: .source, namespace: namespace, name: name, uid: reference.uid)
      }
      if reference.isOf(ReplicationDestination.type) {
        return Owner(kind: .destination, namespace: namespace, name: name, uid: reference.uid)
      }
    }
    return nil
  }

  /// Where the Job is gone, its name still tells, unless it was too long and became a hash.
  private static func owner(namedBy jobName: String, in namespace: String) -> Owner? {
    for (prefix, kind) in [("volsync-src-", Owner.Kind.source), ("volsync-dst-", .destination)]
    where jobName.hasPrefix(prefix) {
      return Owner(
        kind: kind, namespace: namespace, name: String(jobName.dropFirst(prefix.utf8.count)))
    }
    return nil
  }
}

/// Which container of a mover runs restic. Others may have been added by admission.
enum ResticContainer {
  static func find(in pod: Pod) -> Container? {
    let containers = pod.containers
    if let own = containers.first(where: { $0.name == "restic" }) { return own }
    let candidates = containers.filter { container in
      container.command.contains("/mover-restic/entry.sh")
        || container.variable("RESTIC_REPOSITORY") != nil
        || container.variable("RESTIC_REPOSITORY_FILE") != nil
        || container.command.first.map { $0 == "restic" || $0.hasSuffix("/restic") } ?? false
    }
    if let first = candidates.first { return candidates.count == 1 ? first : nil }
    // All variables come from one Secret, and the name of the image is all that tells.
    guard containers.count == 1, let only = containers.first,
      only.environmentSources.contains(where: { $0.secretName != nil }),
      only.image.map({ Array($0.utf8)[...].first("restic") != nil }) ?? false
    else { return nil }
    return only
  }
}
