public import K8sClient

/// A Job that looks at the locks of a repository, or removes some.
public struct UnlockJob: Hashable, Sendable {
  /// What it does.
  public enum Mode: Hashable, Sendable {
    /// It lists them.
    case inspect
    /// It removes those that restic takes for stale.
    case unlock
    /// It does so under the name of a host that is dead, in a PID namespace of its own: restic takes
    /// the locks of that host for stale, too, and no others.
    case unlockAs(host: String)
    /// It removes all.
    case removeAll

    /// What its script is told.
    var word: String {
      switch self {
      case .inspect: "inspect"
      case .unlock: "unlock"
      case .unlockAs: "as-host"
      case .removeAll: "remove-all"
      }
    }
  }

  /// What it does.
  public var mode: Mode
  /// The beginnings of the names of the locks that may be there; with any other there, it removes
  /// nothing.
  public var expected: [String]
  /// The Job, as it is to be made.
  public var job: Job

  /// A Job.
  public init(mode: Mode, expected: [String], job: Job) {
    self.mode = mode
    self.expected = expected
    self.job = job
  }

  /// Its name. The same plan always has the same, so that making it twice makes one.
  public var name: String { job.metadata.name?.description ?? "" }
  /// What its script's own lines begin with.
  public var token: String { name }
}

/// What an unlock Job is made for.
public struct UnlockPurpose: Hashable, Sendable {
  /// The monitor.
  public var monitor: String
  /// The repository.
  public var repository: RepositoryIdentity
  /// The namespace of the failed mover.
  public var namespace: String
  /// What is backed up or restored, where that is known.
  public var owner: Mover.Owner?
  /// The failed Job.
  public var failedJob: String
  /// The line of its log that tells of the lock.
  public var lockError: String
  /// The number of this try of this repository.
  public var attempt: Int
  /// What tells this try from one of the same number, had the record of tries been lost in between.
  public var claim: String

  /// A purpose.
  public init(
    monitor: String, repository: RepositoryIdentity, namespace: String, owner: Mover.Owner?,
    failedJob: String, lockError: String, attempt: Int, claim: String = ""
  ) {
    self.monitor = monitor
    self.repository = repository
    self.namespace = namespace
    self.owner = owner
    self.failedJob = failedJob
    self.lockError = lockError
    self.attempt = attempt
    self.claim = claim
  }

  /// The name of the object that is backed up; that of the Job, without VolSync's prefix, where it is
  /// not known.
  public var objectName: String {
    if let owner { return owner.name }
    for prefix in ["volsync-src-", "volsync-dst-", "volsync-"] where failedJob.hasPrefix(prefix) {
      return String(failedJob.dropFirst(prefix.utf8.count))
    }
    return failedJob
  }

  /// The name of the Job, of at most 63 characters, that no other try has.
  var jobName: String {
    let hash = Hash64.text(of: "\(repository)\n\(monitor)\n\(attempt)\n\(claim)").suffix(10)
    var name = OwnJob.namePrefix
    for byte in objectName.utf8.prefix(36) {
      let isPlain = byte.isDigit || (byte.isLetter && byte.lowercased == byte)
      name.append(isPlain ? Character(Unicode.Scalar(byte)) : "-")
    }
    return "\(name)-\(hash)"
  }

  var labels: [String: String] {
    [
      "app.kubernetes.io/name": "mountmon", OwnJob.componentLabel: OwnJob.component,
      "app.kubernetes.io/managed-by": "mountmon",
      "app.kubernetes.io/created-by": "volsync-monitor",
      OwnJob.monitorLabel: Self.labelValue(monitor),
      OwnJob.failedJobLabel: Self.labelValue(failedJob),
      OwnJob.repositoryLabel: repository.hash,
    ]
  }

  /// A text that a label can have; one that is too long ends with a hash of it.
  static func labelValue(_ text: String) -> String {
    if (try? LabelValue(text)) != nil { return text }
    let plain = text.utf8.prefix(46).map { byte in
      byte.isDigit || byte.isLetter || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
        ? byte : UInt8(ascii: "-")
    }
    return "x" + String(decoding: plain, as: UTF8.self) + Hash64.text(of: text)
  }
}
