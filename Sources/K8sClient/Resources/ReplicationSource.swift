public import JSONValue
public import TimeText

/// A backup of VolSync: a volume that is copied away by a schedule.
public struct ReplicationSource: Resource {
  /// `volsync.backube/v1alpha1`, `replicationsources`.
  public static let type = ResourceType(
    group: "volsync.backube", version: "v1alpha1", plural: "replicationsources",
    kind: "ReplicationSource")

  /// What its fields have to be.
  public static let fields: [FieldRule] =
    FieldRule.ofReplication + [
      .text("spec", "sourcePVC"), .text("spec", "restic", "unlock"),
      .time("status", "nextSyncTime"), .text("status", "restic", "lastUnlocked"),
      .time("status", "restic", "lastPruned"),
    ]

  /// The whole object.
  public var json: JSONValue

  /// The ReplicationSource that some JSON is.
  public init(json: JSONValue) { self.json = json }

  /// The volume that is copied.
  public var sourcePVC: String? { self[text: "spec", "sourcePVC"] }
  /// Any text that differs from `lastUnlocked` has the next run remove stale locks first. A change
  /// while a mover runs ends that mover.
  public var unlock: String? {
    get { self[text: "spec", "restic", "unlock"] }
    set { self[text: "spec", "restic", "unlock"] = newValue }
  }
  /// The `unlock` that was carried out last.
  public var lastUnlocked: String? { self[text: "status", "restic", "lastUnlocked"] }
  /// When the repository was pruned last.
  public var lastPruned: Timestamp? { self[time: "status", "restic", "lastPruned"] }
  /// When the next run is due.
  public var nextSyncTime: Timestamp? { self[time: "status", "nextSyncTime"] }

  /// A change that asks for an unlock, or takes the request back.
  ///
  /// - Parameters:
  ///   - token: Any text that was not asked with before; `nil` takes the request back.
  ///   - version: Only if the object still has this version.
  /// - Returns: The patch.
  public static func unlockPatch(_ token: String?, onlyIf version: ResourceVersion? = nil) -> Patch
  {
    var json: JSONValue = ["spec": ["restic": ["unlock": token.map(JSONValue.string) ?? .null]]]
    if let version { json["metadata"] = ["resourceVersion": .string(version.description)] }
    return .merge(json)
  }
}

/// A restore of VolSync: a volume that is filled from a copy.
public struct ReplicationDestination: Resource {
  /// `volsync.backube/v1alpha1`, `replicationdestinations`.
  public static let type = ResourceType(
    group: "volsync.backube", version: "v1alpha1", plural: "replicationdestinations",
    kind: "ReplicationDestination")

  /// What its fields have to be.
  public static let fields: [FieldRule] =
    FieldRule.ofReplication + [.text("spec", "restic", "destinationPVC")]

  /// The whole object.
  public var json: JSONValue

  /// The ReplicationDestination that some JSON is.
  public init(json: JSONValue) { self.json = json }

  /// The volume that is filled; `nil` where VolSync makes one.
  public var destinationPVC: String? { self[text: "spec", "restic", "destinationPVC"] }
}

/// What backups and restores of VolSync have in common. No type besides those two conforms.
public protocol Replication: Resource {}

extension ReplicationSource: Replication {}
extension ReplicationDestination: Replication {}

extension Replication {
  /// The Secret that holds address and password of the repository; `nil` where restic is not the
  /// mover.
  public var repositorySecretName: String? { self[text: "spec", "restic", "repository"] }
  /// Whether restic is the mover.
  public var usesRestic: Bool { self[value: "spec", "restic"] != nil }
  /// Whether it is paused.
  public var isPaused: Bool { self[flag: "spec", "paused"] ?? false }
  /// When it runs, in the form of cron.
  public var schedule: String? { self[text: "spec", "trigger", "schedule"] }
  /// What it runs at when it changes, where there is no schedule.
  public var manualTrigger: String? { self[text: "spec", "trigger", "manual"] }

  /// When a run last succeeded.
  public var lastSyncTime: Timestamp? { self[time: "status", "lastSyncTime"] }
  /// When the present run began; `nil` while there is none.
  public var lastSyncStartTime: Timestamp? { self[time: "status", "lastSyncStartTime"] }
  /// How long the last run that succeeded took, as Go writes it: `12.5s`.
  public var lastSyncDurationText: String? { self[text: "status", "lastSyncDuration"] }
  /// The `manualTrigger` that was carried out last.
  public var lastManualSync: String? { self[text: "status", "lastManualSync"] }
  /// How the mover's last end was; it outlives the Job.
  public var latestMoverStatus: MoverStatus? { self[part: "status", "latestMoverStatus"] }
}

/// How a mover of VolSync ended.
public struct MoverStatus: JSONBacked {
  /// All of it.
  public var json: JSONValue
  /// The status that some JSON is.
  public init(json: JSONValue) { self.json = json }

  /// `Successful` or `Failed`.
  public var result: String? { self[text: "result"] }
  /// Whether it failed.
  public var isFailed: Bool { result == "Failed" }
  /// The end of its log, or the lines of it that matter.
  public var logs: String { self[text: "logs"] ?? "" }
}

extension FieldRule {
  fileprivate static let ofReplication: [FieldRule] = [
    .object("spec"), .flag("spec", "paused"), .object("spec", "trigger"),
    .text("spec", "trigger", "schedule"), .object("spec", "restic"),
    .text("spec", "restic", "repository"), .object("status"),
    .time("status", "lastSyncTime"), .time("status", "lastSyncStartTime"),
    .object("status", "latestMoverStatus"), .text("status", "latestMoverStatus", "result"),
    .text("status", "latestMoverStatus", "logs"), .list("status", "conditions"),
  ]
}
