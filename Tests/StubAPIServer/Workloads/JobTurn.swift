import JSONValue
import TimeText

/// What the Job controller does next with one Job.
struct JobTurn {
  enum Step: Hashable {
    case makePod
    case deletePods
    case write(JSONValue)
    case tell(String, String, isWarning: Bool)
    case again(Timestamp)
  }

  let job: JSONValue
  let pods: [JSONValue]
  let count: JobCount
  let now: Timestamp
  private var status: JSONValue

  init(job: JSONValue, pods: [JSONValue], count: JobCount, now: Timestamp) {
    self.job = job
    self.pods = pods
    self.count = count
    self.now = now
    status = job["status"] ?? [:]
  }

  var isFinished: Bool { has("Complete") || has("Failed") }

  /// When it was finished.
  var end: Timestamp? {
    conditions.first { ["Complete", "Failed"].contains($0.text("type") ?? "") }?
      .text("lastTransitionTime").flatMap { try? Timestamp(rfc3339: $0) }
  }

  /// Pods that run or will.
  var active: [JSONValue] {
    pods.filter { !$0.isTerminating && !StubCluster.isFinished($0) }
  }

  mutating func steps() -> [Step] {
    if status.text("startTime") == nil { status["startTime"] = .string(now.rfc3339()) }
    if !uncounted.isEmpty { return settle() }
    if has("FailureTarget") || has("SuccessCriteriaMet") { return finish() }
    if let overdue = deadline() { return overdue }
    let (failed, succeeded) = newlyEnded
    if !failed.isEmpty || !succeeded.isEmpty { return note(failed, succeeded) }
    if job.at("spec", "suspend") == true { return [] }
    if job.integer("spec", "parallelism") == 0 { return rest() }
    if active.isEmpty { return start() }
    setCounts(active: active.count)
    return status == job["status"] ? [] : [.write(status)] + deadlineAlarm
  }

  private var conditions: [JSONValue] { status["conditions"]?.arrayValue ?? [] }

  private func has(_ type: String) -> Bool {
    conditions.contains { $0.text("type") == type && $0.text("status") == "True" }
  }

  private var failures: Int { status.integer("failed") ?? 0 }
  private var successes: Int { status.integer("succeeded") ?? 0 }

  private var uncounted: JSONObject {
    status["uncountedTerminatedPods"]?.objectValue ?? [:]
  }

  /// Uids of pods that ended and were never noted. One that is to go counts as failed, as it does
  /// once it is gone.
  private var newlyEnded: (failed: [String], succeeded: [String]) {
    func ended(_ known: Int, _ noted: Set<String>, _ isOne: (JSONValue) -> Bool) -> [String] {
      let all = pods.filter { isOne($0) && !noted.contains($0.uid) }
        .sorted { finish(of: $0) < finish(of: $1) }
      // What a test counted itself when it made the Job.
      return all.dropFirst(max(known - noted.count, 0)).map(\.uid)
    }
    func phase(_ pod: JSONValue) -> String? { pod.text("status", "phase") }
    let failed = ended(failures, count.failed) { pod in
      !count.ignored.contains(pod.uid)
        && (phase(pod) == "Failed" || pod.isTerminating && phase(pod) != "Succeeded")
    }
    return (
      failed + count.lost, ended(successes, count.succeeded) { phase($0) == "Succeeded" }
    )
  }

  private func finish(of pod: JSONValue) -> String {
    let statuses = pod.at("status", "containerStatuses")?.arrayValue ?? []
    return statuses.compactMap { $0.text("state", "terminated", "finishedAt") }.max() ?? ""
  }

  private mutating func setCounts(active count: Int) {
    status["active"] = count > 0 ? .int(count) : nil
    status["terminating"] = .int(pods.filter { $0.isTerminating }.count)
    if status["uncountedTerminatedPods"] == nil { status["uncountedTerminatedPods"] = [:] }
    status["ready"] = .int(active.filter(StubCluster.isReady).count)
  }

  private mutating func start() -> [Step] {
    let pause = failures > 0 ? Duration.seconds(min(10 << min(failures - 1, 6), 600)) : .zero
    let last = pods.map { finish(of: $0) }.max() ?? ""
    let since = (try? Timestamp(rfc3339: last)) ?? count.lastEnd ?? now
    let due = failures > 0 ? since.advanced(by: pause) : now
    guard due <= now else {
      setCounts(active: 0)
      return (status == job["status"] ? [] : [.write(status)]) + [.again(due)]
    }
    setCounts(active: 1)
    return [.makePod, .write(status)] + deadlineAlarm
  }

  /// A Job that is to have no pod.
  private mutating func rest() -> [Step] {
    let isBusy = !active.isEmpty
    setCounts(active: 0)
    return (isBusy ? [.deletePods] : []) + (status == job["status"] ? [] : [.write(status)])
  }

  private mutating func note(_ failed: [String], _ succeeded: [String]) -> [Step] {
    var steps: [Step] = []
    setCounts(active: active.count)
    var uncounted: JSONValue = [:]
    if !succeeded.isEmpty { uncounted["succeeded"] = .array(succeeded.map(JSONValue.string)) }
    if !failed.isEmpty { uncounted["failed"] = .array(failed.map(JSONValue.string)) }
    status["uncountedTerminatedPods"] = uncounted
    let limit = job.integer("spec", "backoffLimit") ?? 6
    let wished = job.integer("spec", "completions") ?? 1
    if successes + succeeded.count >= wished {
      add("SuccessCriteriaMet", "CompletionsReached", "Reached expected number of succeeded pods")
    } else if failures + failed.count > limit {
      add("FailureTarget", "BackoffLimitExceeded", "Job has reached the specified backoff limit")
      steps.append(.deletePods)
    }
    return steps + [.write(status), .again(now.advanced(by: .milliseconds(10)))]
  }

  /// Counts what was noted; with nothing left to wait for, the Job is done.
  private mutating func settle() -> [Step] {
    let failed = failures + (uncounted["failed"]?.arrayValue?.count ?? 0)
    let succeeded = successes + (uncounted["succeeded"]?.arrayValue?.count ?? 0)
    status["failed"] = failed > 0 ? .int(failed) : nil
    status["succeeded"] = succeeded > 0 ? .int(succeeded) : nil
    status["uncountedTerminatedPods"] = [:]
    if has("FailureTarget") || has("SuccessCriteriaMet") { return finish() }
    setCounts(active: active.count)
    return [.write(status), .again(now)]
  }

  private mutating func finish() -> [Step] {
    setCounts(active: active.count)
    let isIdle = active.isEmpty && !pods.contains { $0.isTerminating }
    guard isIdle else {
      return (status == job["status"] ? [] : [.write(status)])
        + [.again(now.advanced(by: .seconds(1)))]
    }
    // What is counted last is shown before the Job is called done.
    if status.at("terminating") != job.at("status", "terminating"),
      failures == job.integer("status", "failed") ?? 0,
      has("FailureTarget")
    {
      return [.write(status), .again(now.advanced(by: .milliseconds(5)))]
    }
    let cause = conditions.last
    let reason = cause?.text("reason") ?? ""
    let message = cause?.text("message") ?? ""
    let isSuccess = has("SuccessCriteriaMet")
    add(isSuccess ? "Complete" : "Failed", reason, message)
    if isSuccess { status["completionTime"] = .string(now.rfc3339()) }
    return [
      .write(status),
      isSuccess
        ? .tell("Completed", "Job completed", isWarning: false)
        : .tell(reason, message, isWarning: true),
    ]
  }

  private mutating func deadline() -> [Step]? {
    guard let due = deadlineTime, now >= due else { return nil }
    let victims = active
    setCounts(active: 0)
    status["terminating"] = .int(victims.count)
    status["ready"] = 0
    status["uncountedTerminatedPods"] =
      victims.isEmpty ? [:] : ["failed": .array(victims.map { .string($0.uid) })]
    add(
      "FailureTarget", "DeadlineExceeded", "Job was active longer than specified deadline")
    return [.deletePods, .write(status), .again(now.advanced(by: .milliseconds(15)))]
  }

  private var deadlineTime: Timestamp? {
    guard let seconds = job.integer("spec", "activeDeadlineSeconds"),
      let start = status.text("startTime").flatMap({ try? Timestamp(rfc3339: $0) })
    else { return nil }
    return start.advanced(by: .seconds(seconds))
  }

  private var deadlineAlarm: [Step] { deadlineTime.map { [.again($0)] } ?? [] }

  private mutating func add(_ type: String, _ reason: String, _ message: String) {
    let time = JSONValue.string(now.rfc3339())
    status["conditions"] = .array(
      conditions + [
        [
          "type": .string(type), "status": "True", "lastProbeTime": time,
          "lastTransitionTime": time, "reason": .string(reason), "message": .string(message),
        ]
      ])
  }
}
