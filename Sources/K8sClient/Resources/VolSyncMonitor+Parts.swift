public import JSONValue
public import TimeText

/// What unlock Jobs are made of.
public struct UnlockJobTemplate: JSONBacked {
  /// All of it.
  public var json: JSONValue
  /// The template that some JSON is.
  public init(json: JSONValue) { self.json = json }

  /// The image, with restic in it.
  public var image: String? { self[text: "image"] }
  /// What it runs; none: the usual.
  public var command: [String] { self[texts: "command"] }
  /// What its command is given; none: the usual.
  public var arguments: [String] { self[texts: "args"] }
  /// The account of its pods; `nil`: that of the namespace.
  public var serviceAccount: String? { self[text: "serviceAccount"] }
  /// What it may use at most, by name: `cpu`, `memory`.
  public var limits: [String: String] { self[map: "resources", "limits"] }
  /// What is put by for it, by name.
  public var requests: [String: String] { self[map: "resources", "requests"] }
  /// The user that it runs as.
  public var runAsUser: Int? { self[integer: "securityContext", "runAsUser"] }
  /// The group that it runs as.
  public var runAsGroup: Int? { self[integer: "securityContext", "runAsGroup"] }
  /// The group of its volumes.
  public var fsGroup: Int? { self[integer: "securityContext", "fsGroup"] }
}

/// An unlock that is not at its end.
public struct ActiveUnlock: JSONBacked {
  /// All of it.
  public var json: JSONValue
  /// The unlock that some JSON is.
  public init(json: JSONValue) { self.json = json }

  /// An unlock; the type asks for all of it.
  public init(
    appName: String, namespace: Namespace, objectName: String, jobName: String,
    startTime: Timestamp, alertFingerprint: String = ""
  ) {
    json = [
      "appName": .string(appName), "namespace": .string(namespace.description),
      "objectName": .string(objectName), "jobName": .string(jobName),
      "startTime": .string(startTime.wholeSecondText),
      "alertFingerprint": .string(alertFingerprint),
    ]
  }

  /// What is backed up.
  public var appName: String { self[text: "appName"] ?? "" }
  /// Where.
  public var namespace: String { self[text: "namespace"] ?? "" }
  /// The backup.
  public var objectName: String { self[text: "objectName"] ?? "" }
  /// The unlock Job.
  public var jobName: String { self[text: "jobName"] ?? "" }
  /// Since when.
  public var startTime: Timestamp? { self[time: "startTime"] }
  /// What it is told from other alerts by.
  public var alertFingerprint: String { self[text: "alertFingerprint"] ?? "" }
}

/// A failed Job that was dealt with.
public struct ProcessedJob: JSONBacked {
  /// All of it.
  public var json: JSONValue
  /// The record that some JSON is.
  public init(json: JSONValue) { self.json = json }

  /// A record; the type asks for all of it.
  public init(
    jobName: String, namespace: Namespace, processedTime: Timestamp, unlockJobName: String,
    isRemoved: Bool, lockError: String
  ) {
    json = [
      "jobName": .string(jobName), "namespace": .string(namespace.description),
      "processedTime": .string(processedTime.wholeSecondText),
      "unlockJobName": .string(unlockJobName), "removed": .bool(isRemoved),
      "lockError": .string(lockError),
    ]
  }

  /// The Job.
  public var jobName: String { self[text: "jobName"] ?? "" }
  /// Where.
  public var namespace: String { self[text: "namespace"] ?? "" }
  /// When it was dealt with.
  public var processedTime: Timestamp? { self[time: "processedTime"] }
  /// The Job that was made for it.
  public var unlockJobName: String { self[text: "unlockJobName"] ?? "" }
  /// Whether it was removed.
  public var isRemoved: Bool { self[flag: "removed"] ?? false }
  /// The line of its log that told of the lock.
  public var lockError: String { self[text: "lockError"] ?? "" }
}
