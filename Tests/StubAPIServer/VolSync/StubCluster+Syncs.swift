import JSONValue
import TimeText

extension StubCluster {
  /// One turn of VolSync with one backup or restore.
  mutating func syncReplication(_ object: JSONValue, _ type: StubResource) {
    guard let habits = volSync, habits.isRunning, let jobs = catalog["batch", "jobs"] else {
      return
    }
    let isSource = type.kind == "ReplicationSource"
    let jobName = MoverJob.name(for: object, isSource: isSource)
    let job = self.object("Job", jobName, in: object.namespace)
    let turn = SyncTurn(
      object: object, type: type, habits: habits, job: job,
      leftovers: all("Job", in: object.namespace)
        .filter { $0.labels["volsync.backube/cleanup"] == object.uid },
      log: job.map { moverLog($0, limit: habits.logBytes) } ?? "", now: now,
      completed: { job, uid in
        var job = job
        job.set(["metadata", "uid"], .string(uid))
        PodDefaults.completeJob(&job)
        return job
      })
    let name = ObjectName(object.namespace, object.name)
    for step in turn.steps() {
      switch step {
      case .make(let job):
        // What VolSync deleted a moment ago it makes again a while later.
        if let due = nextMover[object.uid], due > now {
          alarms.add(.sync(kind: type.kind, name), at: due)
        } else {
          create(job)
        }
      case .change(let spec):
        change("Job", jobName, in: object.namespace) { $0["spec"] = spec }
      case .delete(let uid):
        guard let (_, job) = find(uid),
          let options = try? DeleteOptions(["propagationPolicy": "Background"])
        else { continue }
        _ = delete(job, jobs, options)
        guard object.at("status", "lastSyncStartTime") != nil else { continue }
        nextMover[object.uid] = now.advanced(by: habits.recreationDelay)
      case .write(let status): write(status, to: object, type)
      case .later:
        // One such look at a time is enough.
        guard nextLook[object.uid].map({ $0 <= now }) ?? true else { continue }
        let time = now.advanced(by: habits.period)
        nextLook[object.uid] = time
        alarms.add(.sync(kind: type.kind, name), at: time)
      case .again(let time): alarms.add(.sync(kind: type.kind, name), at: max(time, now))
      }
    }
  }

  /// The last bytes that the newest ended pod of a mover wrote.
  private func moverLog(_ job: JSONValue, limit: Int) -> String {
    func end(_ pod: JSONValue) -> String {
      (pod.at("status", "containerStatuses")?.arrayValue ?? [])
        .compactMap { $0.text("state", "terminated", "finishedAt") }.max() ?? ""
    }
    let ended = pods(of: job).filter(Self.isFinished)
    guard let last = ended.max(by: { end($0) < end($1) }) else { return "" }
    return String(decoding: logText(last, "restic").utf8.suffix(limit), as: UTF8.self)
  }
}
