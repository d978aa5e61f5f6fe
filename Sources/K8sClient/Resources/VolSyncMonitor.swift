public import JSONValue
public import TimeText

/// What is to be done about backups that fail on a stale lock.
public struct VolSyncMonitor: Resource {
  /// `homelab.rafaribe.com/v1alpha1`, `volsyncmonitors`.
  public static let type = ResourceType(
    group: "homelab.rafaribe.com", version: "v1alpha1", plural: "volsyncmonitors",
    kind: "VolSyncMonitor")

  /// What its fields have to be.
  public static let fields: [FieldRule] = [
    .object("spec"), .flag("spec", "enabled"), .object("spec", "unlockJobTemplate"),
    .text("spec", "unlockJobTemplate", "image"), .texts("spec", "unlockJobTemplate", "command"),
    .texts("spec", "unlockJobTemplate", "args"),
    .text("spec", "unlockJobTemplate", "serviceAccount"),
    .object("spec", "unlockJobTemplate", "resources"),
    .object("spec", "unlockJobTemplate", "securityContext"),
    .integer("spec", "ttlSecondsAfterFinished"), .integer("spec", "maxConcurrentUnlocks"),
    .texts("spec", "lockErrorPatterns"), .flag("spec", "removeFailedJobs"),
    .object("spec", "jobSelector"), .text("spec", "jobSelector", "namePrefix"),
    .map("spec", "jobSelector", "labelSelector"), .texts("spec", "jobSelector", "namespaces"),
    .object("status"), .text("status", "phase"), .list("status", "activeUnlocks"),
    .list("status", "processedJobs"), .list("status", "conditions"),
  ]

  /// What it does, on the whole.
  public enum Phase: String, CaseIterable, Hashable, Sendable {
    /// It watches.
    case active = "Active"
    /// It was told not to.
    case paused = "Paused"
    /// It cannot.
    case error = "Error"
  }

  /// The numbers of its status.
  public enum Counter: String, CaseIterable, Hashable, Sendable {
    /// Unlock Jobs that were made.
    case unlocksCreated = "totalUnlocksCreated"
    /// Unlock Jobs that did their work.
    case unlocksSucceeded = "totalUnlocksSucceeded"
    /// Unlock Jobs that did not.
    case unlocksFailed = "totalUnlocksFailed"
    /// Failed backups that were caused by a lock.
    case lockErrorsDetected = "totalLockErrorsDetected"
    /// Failed Jobs that were removed.
    case failedJobsRemoved = "totalFailedJobsRemoved"
  }

  /// The whole object.
  public var json: JSONValue

  /// The VolSyncMonitor that some JSON is.
  public init(json: JSONValue) { self.json = json }

  /// Whether it is to do anything; not, where nothing is said.
  public var isEnabled: Bool { self[flag: "spec", "enabled"] ?? false }
  /// What unlock Jobs are made of.
  public var unlockJobTemplate: UnlockJobTemplate? { self[part: "spec", "unlockJobTemplate"] }
  /// How long unlock Jobs stay after their end; `nil`: until somebody deletes them.
  public var timeToLive: Duration? {
    self[integer: "spec", "ttlSecondsAfterFinished"].map { .seconds($0) }
  }
  /// How many unlock Jobs may run at a time.
  public var maxConcurrentUnlocks: Int? { self[integer: "spec", "maxConcurrentUnlocks"] }
  /// What the log of a mover says when a lock is the trouble: regular expressions; none: the usual.
  public var lockErrorPatterns: [String] { self[texts: "spec", "lockErrorPatterns"] }
  /// Whether failed Jobs are removed once their locks are.
  public var removesFailedJobs: Bool { self[flag: "spec", "removeFailedJobs"] ?? false }
  /// How the names of Jobs begin that it looks at.
  public var jobNamePrefix: String? { self[text: "spec", "jobSelector", "namePrefix"] }
  /// Labels that Jobs have that it looks at.
  public var jobLabels: [String: String] { self[map: "spec", "jobSelector", "labelSelector"] }
  /// The namespaces that it looks at; none: all.
  public var jobNamespaces: [String] { self[texts: "spec", "jobSelector", "namespaces"] }

  /// What it does, on the whole.
  public var phase: Phase? {
    get { self[text: "status", "phase"].flatMap(Phase.init(rawValue:)) }
    set { self[text: "status", "phase"] = newValue?.rawValue }
  }
  /// Up to which generation it has been seen.
  public var observedGeneration: Int? {
    get { self[integer: "status", "observedGeneration"] }
    set { self[integer: "status", "observedGeneration"] = newValue }
  }
  /// What went wrong last.
  public var lastError: String? {
    get { self[text: "status", "lastError"] }
    set { self[text: "status", "lastError"] = newValue }
  }
  /// When the last unlock was begun.
  public var lastUnlockTime: Timestamp? {
    get { self[time: "status", "lastUnlockTime"] }
    set { self[time: "status", "lastUnlockTime"] = newValue }
  }
  /// One of its numbers; zero where nothing is said.
  public subscript(counter: Counter) -> Int {
    get { self[integer: "status", counter.rawValue] ?? 0 }
    set { self[integer: "status", counter.rawValue] = newValue }
  }
  /// Unlocks that are not at their end.
  public var activeUnlocks: [ActiveUnlock] {
    get { self[parts: "status", "activeUnlocks"] }
    set { self[parts: "status", "activeUnlocks"] = newValue }
  }
  /// Failed Jobs that were dealt with.
  public var processedJobs: [ProcessedJob] {
    get { self[parts: "status", "processedJobs"] }
    set { self[parts: "status", "processedJobs"] = newValue }
  }
}
