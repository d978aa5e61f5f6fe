import JSONValue
import TimeText

extension StubCluster {
  /// One turn of the Job controller: at most one change of the status, as the real one makes them.
  mutating func syncJob(_ job: JSONValue, _ type: StubResource) {
    let count = jobCounts[job.uid] ?? JobCount()
    var turn = JobTurn(job: job, pods: pods(of: job), count: count, now: now)
    if turn.isFinished {
      if let seconds = job.integer("spec", "ttlSecondsAfterFinished"), let end = turn.end {
        alarms.add(.outlive(job.uid), at: end.advanced(by: .seconds(seconds)))
      }
      return
    }
    let name = ObjectName(job.namespace, job.name)
    for step in turn.steps() {
      switch step {
      case .makePod:
        let pod = makePod(of: job, type)
        recordEvent(
          on: job, type, "SuccessfulCreate", "Created pod: \(pod.name)", isWarning: false)
      case .deletePods:
        jobCounts[job.uid, default: count].ignored.formUnion(turn.active.map(\.uid))
        for pod in turn.active { deleteGracefully(pod) }
      case .write(let status):
        jobCounts[job.uid, default: count].note(status, at: now)
        write(status, to: job, type)
      case .tell(let reason, let message, let isWarning):
        recordEvent(on: job, type, reason, message, isWarning: isWarning)
      case .again(let time): alarms.add(.sync(kind: "Job", name), at: max(time, now))
      }
    }
  }

  /// An Event of core/v1 by a controller.
  private mutating func recordEvent(
    on object: JSONValue, _ type: StubResource, _ reason: String, _ message: String,
    isWarning: Bool
  ) {
    let number = String(
      UInt64(now.seconds) &* 1_000_000_000 &+ generator.next() % 1_000_000_000, radix: 16)
    create([
      "apiVersion": "v1", "kind": "Event",
      "metadata": [
        "name": .string("\(object.name).\(number)"),
        "namespace": .string(object.namespace ?? "default"),
      ],
      "involvedObject": [
        "kind": .string(type.kind), "namespace": .string(object.namespace ?? ""),
        "name": .string(object.name), "uid": .string(object.uid),
        "apiVersion": .string(type.groupVersion),
        "resourceVersion": object.at("metadata", "resourceVersion") ?? "",
      ],
      "reason": .string(reason), "message": .string(message),
      "source": ["component": "job-controller"], "firstTimestamp": time, "lastTimestamp": time,
      "count": 1, "type": isWarning ? "Warning" : "Normal",
      "reportingComponent": "job-controller",
    ])
  }

  /// Removes a Job whose time after its end is over.
  mutating func outlive(_ uid: String) {
    guard let (type, job) = find(uid), !job.isTerminating,
      let options = try? DeleteOptions(["propagationPolicy": "Foreground"])
    else { return }
    _ = delete(job, type, options)
  }
}
