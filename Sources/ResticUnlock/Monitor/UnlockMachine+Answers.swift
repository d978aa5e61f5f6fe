import K8sClient
import Pacing
import TimeText

extension UnlockMachine {
  mutating func answered(
    _ answer: UnlockAnswer, to call: UnlockCall, at now: Tick, wall: Timestamp
  ) {
    switch answer {
    case .failed:
      // Whether a write took effect is seen by reading it back, whether a Job was made by its label.
      if case .writeRecord = call { record = nil }
      if case .ask = call { record = nil }
      return calm(at: now)
    case .refused(let why):
      return refused(why, call, at: now)
    case .record, .written, .report, .done, .conflict, .gone: failedCalls = 0
    }
    switch (call, answer) {
    case (.readRecord, .record(nil, let version?)):
      // What cannot be read may tell of a try whose Job is about to appear.
      var unreadable = UnlockRecord()
      unreadable.add(UnlockRecord.Attempt(number: 1, at: wall, mode: "unknown", job: "", by: ""))
      record = RecordReading(record: unreadable, version: version, at: now)
    case (.readRecord, .record(let found, let version)):
      record = RecordReading(record: found ?? UnlockRecord(), version: version, at: now)
      knowledge.take(found?.sightings ?? [])
    case (.readRecord, .gone):
      record = RecordReading(record: UnlockRecord(), version: nil, at: now)
    case (.writeRecord(let written, _), .written(let version)):
      record = RecordReading(record: written, version: version, at: now)
      if written.pending == nil { ends = [:] }
    case (.writeRecord, _):
      // Somebody else wrote: what they did is to be seen first.
      record = nil
      isGranted = false
    case (.readReport(_, let job), .report(let report)):
      read.insert(job)
      take(report, job, at: now, wall: wall)
    case (.readReport(_, let job), _):
      read.insert(job)
    case (.removeJob(let namespace, let name, let uid), .done):
      outbox.append(.tell(.removed(namespace: namespace, job: name, uid: uid)))
      removed.insert(uid.description)
    case (.removeJob(_, _, let uid), _):
      removed.insert(uid.description)
    case (.ask, .conflict), (.ask, .gone):
      // The object has changed; what is to be done about it is decided anew.
      if let reading = record { end(.dropped, reading, at: now, wall: wall) }
    case (.create, _), (.ask, _), (.readRecord, _): break
    }
  }

  private mutating func refused(_ why: String, _ call: UnlockCall, at now: Tick) {
    refusal = why
    calm(at: now)
    switch call {
    case .create, .ask:
      // It is certain that nothing was made.
      if let reading = record { end(.failed, reading, at: now, wall: reading.record.pending?.at) }
    case .readReport(_, let job): read.insert(job)
    case .removeJob(_, _, let uid): removed.insert(uid.description)
    case .readRecord, .writeRecord:
      state = .refused(why)
      isGranted = false
    }
  }

  /// The locks that are left are judged with the next plan; here only the try is.
  private mutating func take(
    _ report: UnlockReport, _ job: String, at now: Tick, wall: Timestamp
  ) {
    guard let reading = record, reading.record.pending?.job == job else { return }
    guard let remaining = report.remaining ?? report.before else {
      knowledge.forget()
      return end(.failed, reading, at: now, wall: wall)
    }
    knowledge.take(
      remaining, newcomers: report.after == nil ? [] : report.newcomers, seen: wall)
    // How it ended is written down by whoever makes tries.
    guard !settings.isDryRun else { return }
    if report.after?.isEmpty == true {
      return end(.healed, reading, at: now, wall: wall)
    }
    let wasLooking = report.unlockCode == nil && (report.code == 0 || !report.unexpected.isEmpty)
    end(wasLooking ? .informed : .failed, reading, at: now, wall: wall)
  }

  /// Notes how a try ended, and gives its place back.
  mutating func end(
    _ outcome: UnlockRecord.Outcome, _ reading: RecordReading, at now: Tick, wall: Timestamp?
  ) {
    var record = reading.record
    guard !settings.isDryRun, var attempt = record.pending else { return }
    record.end(outcome)
    attempt.outcome = outcome
    if outcome == .healed {
      noteHandled(&record)
      refusal = nil
    }
    if outcome == .lost { knowledge.forget() }
    record.sightings = knowledge.remembered
    isGranted = false
    created = nil
    var judged: [LockJudgement] = []
    if let view, outcome != .healed {
      judged = knowledge.locks.map { LockJudgement($0, in: view.cluster, by: policy) }
    }
    if ends[attempt.job] != outcome {
      outbox.append(.tell(.ended(attempt, remaining: judged)))
    }
    ends[attempt.job] = outcome
    guard flight == nil else { return }
    write(record, reading, at: now)
  }

  /// There is no lock: what failed before has no cause any more.
  mutating func handle(_ plan: UnlockPlan, _ reading: RecordReading, at now: Tick) {
    var record = reading.record
    noteHandled(&record)
    record.sightings = []
    knowledge.forget()
    isGranted = false
    write(record, reading, at: now)
  }

  private func noteHandled(_ record: inout UnlockRecord) {
    let present = (view?.failures ?? []).map(\.key)
    let kept = record.handled.filter { key in !present.contains(key) }
    record.handled = Array((kept + present.reversed()).suffix(UnlockRecord.handledLimit))
  }

  /// Writes down when locks were seen, where another life could not know it.
  mutating func remember(_ reading: RecordReading, at now: Tick) {
    guard !settings.isDryRun else { return }
    let seen = knowledge.remembered
    let known = reading.record.sightings
    let isKnown = seen.allSatisfy { one in
      known.contains {
        $0.id == one.id && $0.first <= one.first && one.last - $0.last < .seconds(300)
      }
    }
    guard !isKnown else { return }
    var record = reading.record
    record.sightings = seen
    write(record, reading, at: now)
  }

  mutating func write(_ record: UnlockRecord, _ reading: RecordReading, at now: Tick) {
    send(.writeRecord(record, over: reading.version), at: now)
  }

  /// Removes the failed Job whose locks are gone, so that VolSync tries again at once: only if none of
  /// its pods runs, or is about to.
  mutating func remove(
    _ reading: RecordReading, _ view: RepositoryView, at now: Tick, wall: Timestamp
  ) -> Bool {
    guard settings.removesFailedJobs,
      let last = reading.record.attempts.last, last.outcome == .healed
    else { return false }
    for job in view.cluster.jobs {
      guard let uid = job.metadata.uid, let name = job.metadata.name?.description,
        let namespace = job.metadata.namespace?.description, job.failed > 0, job.active == 0,
        !job.isFinished, !job.metadata.isTerminating, !removed.contains(uid.description),
        let mover = Mover(job: job, rules: settings.rules), mover.repository == view.repository,
        mover.owner?.uid != nil, view.failures.contains(where: { $0.jobUID == uid })
      else { continue }
      let pods = view.cluster.pods.filter { pod in
        pod.metadata.controller?.uid == uid
      }
      let ends = pods.compactMap {
        FailedMover(pod: $0, job: job, rules: settings.rules)?.finishedAt
      }
      guard pods.allSatisfy(\.isFinished), ends.count == pods.count, let end = ends.max(),
        end < last.at + .seconds(600)
      else { continue }
      // Near the next try of its own, a pod might be there by the time that it is deleted.
      let pause = Backoff(initial: .seconds(10), maximum: .seconds(600)).limit(after: job.failed)
      guard end + pause > wall + .seconds(30) else { continue }
      guard !settings.isDryRun else {
        plan = nil
        rest(.wouldAct("would remove the failed Job \(namespace)/\(name)"))
        wake(at: reading.at + Self.recordLife)
        return true
      }
      send(.removeJob(namespace: namespace, name: name, uid: uid), at: now)
      return true
    }
    return false
  }
}

extension RepositoryIdentity {
  /// Namespace and name of the Secret, where it is known by that.
  var secretReference: (String, String)? { reference.map { ($0.namespace, $0.name) } }
}
