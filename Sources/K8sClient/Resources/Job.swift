public import JSONValue
public import TimeText

/// A Job: pods that run until they have done their work.
public struct Job: Resource {
  /// `batch/v1`, `jobs`.
  public static let type = ResourceType(
    group: "batch", version: "v1", plural: "jobs", kind: "Job")

  /// What its fields have to be.
  public static let fields: [FieldRule] = [
    .object("spec"), .integer("spec", "backoffLimit"), .integer("spec", "parallelism"),
    .flag("spec", "suspend"), .object("spec", "template"), .object("status"),
    .integer("status", "active"), .integer("status", "failed"), .integer("status", "succeeded"),
    .list("status", "conditions"), .time("status", "startTime"),
    .time("status", "completionTime"),
  ]

  /// The whole object.
  public var json: JSONValue

  /// The Job that some JSON is.
  public init(json: JSONValue) { self.json = json }

  /// How many pods may fail before it is given up; with this many failures it goes on, with one
  /// more it has failed.
  public var backoffLimit: Int? {
    get { self[integer: "spec", "backoffLimit"] }
    set { self[integer: "spec", "backoffLimit"] = newValue }
  }
  /// How many pods run at a time; zero is a Job that is paused.
  public var parallelism: Int? {
    get { self[integer: "spec", "parallelism"] }
    set { self[integer: "spec", "parallelism"] = newValue }
  }
  /// Whether it is paused.
  public var isSuspended: Bool { self[flag: "spec", "suspend"] ?? false }
  /// How long it may take in all.
  public var activeDeadline: Duration? {
    get { self[integer: "spec", "activeDeadlineSeconds"].map { .seconds($0) } }
    set {
      let seconds = newValue.map { Int(clamping: $0.wholeSecondsRoundedUp) }
      self[integer: "spec", "activeDeadlineSeconds"] = seconds
    }
  }
  /// How long it stays after its end; `nil`: until somebody deletes it.
  public var timeToLive: Duration? {
    get { self[integer: "spec", "ttlSecondsAfterFinished"].map { .seconds($0) } }
    set {
      let seconds = newValue.map { Int(clamping: $0.wholeSecondsRoundedUp) }
      self[integer: "spec", "ttlSecondsAfterFinished"] = seconds
    }
  }
  /// What its pods are made of: metadata and specification. Not to be changed once the Job is there.
  public var template: Pod {
    get { Pod(json: self[value: "spec", "template"] ?? [:]) }
    set { self[value: "spec", "template"] = newValue.json }
  }

  /// How many of its pods run or wait to.
  public var active: Int { self[integer: "status", "active"] ?? 0 }
  /// How many of its pods failed.
  public var failed: Int { self[integer: "status", "failed"] ?? 0 }
  /// How many of its pods succeeded.
  public var succeeded: Int { self[integer: "status", "succeeded"] ?? 0 }
  /// When it began.
  public var startTime: Timestamp? { self[time: "status", "startTime"] }
  /// When it was done; `nil` where it failed.
  public var completionTime: Timestamp? { self[time: "status", "completionTime"] }

  /// Whether it is done, and its pods have ended.
  public var isComplete: Bool { condition("Complete")?.isTrue ?? false }
  /// Whether it is given up, and its pods have ended.
  public var isFailed: Bool { condition("Failed")?.isTrue ?? false }
  /// Whether it is at its end, one way or the other.
  public var isFinished: Bool { isComplete || isFailed }
  /// Whether it is about to be given up; its pods may still run.
  public var isFailing: Bool { !isFailed && condition("FailureTarget")?.isTrue ?? false }
  /// Why it was given up, or is about to be: `BackoffLimitExceeded`, `DeadlineExceeded`.
  public var failure: Condition? {
    [condition("Failed"), condition("FailureTarget")].compactMap { $0 }
      .first { $0.isTrue == true }
  }
}
