import JSONValue
import TimeText

/// What VolSync does next with one backup or restore.
struct SyncTurn {
  enum Step: Hashable {
    case make(JSONValue)
    /// `spec` of the Job as it is, but for what may change.
    case change(JSONValue)
    case delete(uid: String)
    case write(JSONValue)
    case again(Timestamp)
    /// After the usual time.
    case later
  }

  let object: JSONValue
  let type: StubResource
  let habits: VolSyncHabits
  /// The Job of its name, whoever owns it.
  let job: JSONValue?
  /// Jobs that are to go once the sync is over.
  let leftovers: [JSONValue]
  /// The end of the log of the Job's last failed or done pod.
  let log: String
  let now: Timestamp
  /// Makes a Job what the server would store under a uid.
  let completed: (JSONValue, _ uid: String) -> JSONValue

  private var status: JSONValue { object["status"] ?? [:] }
  private var restic: JSONValue { object.at("spec", "restic") ?? [:] }
  private var isSource: Bool { type.kind == "ReplicationSource" }

  func steps() -> [Step] {
    guard object.at("spec", "restic") != nil else { return [] }
    let isBusy = status.text("lastSyncStartTime") != nil
    return isBusy ? synchronize() : rest()
  }

  // MARK: Between syncs

  private func rest() -> [Step] {
    let deletions = leftovers.filter { !$0.isTerminating }.map { Step.delete(uid: $0.uid) }
    let due = nextSync
    if leftovers.isEmpty, let due, due <= now, object.at("spec", "paused") != true {
      var new = status
      new["lastSyncStartTime"] = .string(now.rfc3339())
      new["conditions"] = condition("SyncInProgress", isTrue: true)
      return [.write(cleared(new)), .again(now)]
    }
    var new = cleared(status)
    let isScheduled = object.text("spec", "trigger", "schedule") != nil
    new["nextSyncTime"] = isScheduled ? due.map { .string($0.rfc3339()) } : nil
    if leftovers.isEmpty {
      new["conditions"] = condition(
        isScheduled ? "WaitingForSchedule" : "WaitingForManual", isTrue: false)
    }
    return deletions + (new == status ? [] : [.write(new)])
      + [due.map { .again(max($0, now.advanced(by: .seconds(1)))) } ?? .later]
  }

  /// When the next sync is to begin; `nil` for not before something changes.
  private var nextSync: Timestamp? {
    guard let last = status.text("lastSyncTime").flatMap({ try? Timestamp(rfc3339: $0) }) else {
      return now
    }
    if let manual = object.text("spec", "trigger", "manual") {
      return manual == status.text("lastManualSync") ? nil : now
    }
    guard let text = object.text("spec", "trigger", "schedule") else {
      // Without a trigger VolSync goes on and on.
      return last.advanced(by: habits.period)
    }
    return SyncSchedule(text)?.next(after: last)
  }

  /// What is not wished any more is not remembered either.
  private func cleared(_ status: JSONValue) -> JSONValue {
    guard isSource, restic["unlock"] == nil, status.at("restic", "lastUnlocked") != nil else {
      return status
    }
    var status = status
    status.set(["restic", "lastUnlocked"], nil)
    return status
  }

  // MARK: In a sync

  private func synchronize() -> [Step] {
    let wished = MoverJob(owner: object, type: type, habits: habits, actions: actions).object
    guard let job else { return [.make(wished), .later] }
    guard !job.isTerminating, job.controller?.text("uid") == object.uid else {
      return [.later]
    }
    if (job.integer("status", "failed") ?? 0) >= habits.backoffLimit {
      var new = status
      new["latestMoverStatus"] = ["result": "Failed", "logs": .string(log)]
      return [.write(new), .delete(uid: job.uid), .later]
    }
    if (job.integer("status", "succeeded") ?? 0) > 0 { return complete(job) }
    let like = completed(wished, job.uid)
    guard JobRules.changeFaults(job, like).isEmpty else {
      // `field is immutable`: the Job goes, and with it the mover that runs.
      return [.delete(uid: job.uid), .later]
    }
    var steps: [Step] = []
    if job.at("spec", "parallelism") != like.at("spec", "parallelism") {
      var spec = job["spec"] ?? [:]
      spec["parallelism"] = like.at("spec", "parallelism")
      steps.append(.change(spec))
    }
    return steps + [.later]
  }

  private var wantsUnlock: Bool {
    guard isSource, let unlock = restic.text("unlock"), !unlock.isEmpty else { return false }
    return unlock != status.text("restic", "lastUnlocked")
  }

  private var wantsPrune: Bool {
    guard isSource else { return false }
    let days = restic.integer("pruneIntervalDays") ?? 7
    let since = status.text("restic", "lastPruned") ?? object.text("metadata", "creationTimestamp")
    guard let since = since.flatMap({ try? Timestamp(rfc3339: $0) }) else { return false }
    return since.advanced(by: .seconds(days * 86_400)) <= now
  }

  private var actions: [String] {
    guard isSource else { return ["restore"] }
    return (wantsUnlock ? ["unlock"] : []) + ["backup"] + (wantsPrune ? ["prune"] : [])
  }

  private func complete(_ job: JSONValue) -> [Step] {
    let container = job.at("spec", "template", "spec", "containers")?[0]
    let done = (container?["args"]?.arrayValue ?? []).compactMap(\.stringValue)
    var new = status
    new["latestMoverStatus"] = ["result": "Successful", "logs": .string(log)]
    new["lastSyncTime"] = .string(now.rfc3339())
    if let start = status.text("lastSyncStartTime").flatMap({ try? Timestamp(rfc3339: $0) }) {
      new["lastSyncDuration"] = .string("\(start.duration(to: now).components.seconds)s")
    }
    new["lastSyncStartTime"] = nil
    new["lastManualSync"] = object.at("spec", "trigger", "manual")
    if done.contains("prune") { new.set(["restic", "lastPruned"], .string(now.rfc3339())) }
    if done.contains("unlock") { new.set(["restic", "lastUnlocked"], restic["unlock"]) }
    new["conditions"] = condition("CleaningUp", isTrue: false)
    return [.write(new), .again(now)]
  }

  private func condition(_ reason: String, isTrue: Bool) -> JSONValue {
    let old = status["conditions"]?[0]
    let value: JSONValue = isTrue ? "True" : "False"
    return [
      [
        "type": "Synchronizing", "status": value, "reason": .string(reason),
        "message": isTrue ? "Synchronization in-progress" : "Waiting for the next trigger",
        "lastTransitionTime": old?["status"] == value
          ? old?["lastTransitionTime"] ?? .string(now.rfc3339()) : .string(now.rfc3339()),
      ]
    ]
  }
}

/// Minute and hour of a cron line; the rest is taken for `*`.
struct SyncSchedule: Hashable {
  private let minutes: Set<Int>
  private let hours: Set<Int>

  init?(_ text: String) {
    let fields = text.split(separator: " ").map(String.init)
    guard fields.count == 5, let minutes = Self.values(fields[0], 60),
      let hours = Self.values(fields[1], 24)
    else { return nil }
    self.minutes = minutes
    self.hours = hours
  }

  private static func values(_ field: String, _ count: Int) -> Set<Int>? {
    if field == "*" { return Set(0..<count) }
    if field.hasPrefix("*/"), let step = Int(field.dropFirst(2)), step > 0 {
      return Set(stride(from: 0, to: count, by: step))
    }
    let numbers = field.split(separator: ",").map { Int($0) ?? count }
    return numbers.allSatisfy { (0..<count).contains($0) } ? Set(numbers) : nil
  }

  func next(after time: Timestamp) -> Timestamp? {
    var minute = time.seconds / 60 + 1
    for _ in 0...(2 * 24 * 60) {
      if minutes.contains(Int(minute % 60)), hours.contains(Int(minute / 60 % 24)) {
        return Timestamp(seconds: minute * 60)
      }
      minute += 1
    }
    return nil
  }
}
