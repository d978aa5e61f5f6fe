import K8sClient
import Pacing
import TimeText

extension UnlockMachine {
  /// Failures that nothing was done about yet.
  var trouble: [LockFailure] {
    let handled = Set(record?.record.handled ?? [])
    return (view?.failures ?? []).filter { !handled.contains($0.key) }
  }

  mutating func turn(at now: Tick, wall: Timestamp) {
    guard let view else { return }
    if settings.isDryRun { isGranted = false }
    guard settings.isEnabled else {
      state = .disabled
      plan = nil
      return
    }
    // What is under way is left alone, whoever began it.
    if let job = view.unlockJobs.first(where: { !$0.isFinished }) {
      let name = job.metadata.name?.description ?? ""
      guard let why = job.hangs(at: max(view.cluster.now, wall)) else {
        state = .acting(name)
        // By then it has to be at its end.
        return wake(at: now + .seconds(300))
      }
      // It may yet begin, so nothing else is begun; but others need not wait for its place.
      rest(.refused("the unlock Job \(name) \(why)"))
      return wake(at: now + .seconds(60))
    }
    if view.failures.isEmpty, record?.record.pending == nil, view.unlockJobs.isEmpty {
      rest(.idle)
      return
    }
    guard now >= calmUntil else { return wake(at: calmUntil) }
    guard let reading = record, now < reading.at + Self.recordLife else {
      return send(.readRecord, at: now)
    }
    if let pending = reading.record.pending {
      return follow(pending, reading, view, at: now, wall: wall)
    }
    next(reading, view, at: now, wall: wall)
  }

  /// Nothing is to be done.
  mutating func rest(_ state: State) {
    self.state = state
    isGranted = false
    if state == .idle { plan = nil }
  }

  /// A try that is claimed: its Job is to be made, or to be looked at.
  private mutating func follow(
    _ attempt: UnlockRecord.Attempt, _ reading: RecordReading, _ view: RepositoryView,
    at now: Tick, wall: Timestamp
  ) {
    state = .acting(attempt.job)
    let job = view.unlockJobs.first { $0.metadata.name?.description == attempt.job }
    if let job, job.isFinished {
      guard !read.contains(attempt.job), let namespace = job.metadata.namespace else {
        if settings.isDryRun { return next(reading, view, at: now, wall: wall) }
        return end(ends[attempt.job] ?? .lost, reading, at: now, wall: wall)
      }
      return send(.readReport(namespace: namespace.description, job: attempt.job), at: now)
    }
    if attempt.mode == "ask", let outcome = answer(to: attempt, in: view, wall: wall) {
      if settings.isDryRun { return next(reading, view, at: now, wall: wall) }
      return end(outcome, reading, at: now, wall: wall)
    }
    if settings.isDryRun {
      return wait(for: attempt, reading, view, at: now, wall: wall)
    }
    let isOurs = attempt.by == identity && claimed == attempt.job
    // Once it was asked for, it may still appear: nothing else is begun before it cannot.
    if isOurs, created != attempt.number {
      if let why = blindness(of: view, wall: wall) {
        state = .waiting(why)
        return wake(at: now + .seconds(10))
      }
      return make(attempt, reading, view, at: now, wall: wall)
    }
    wait(for: attempt, reading, view, at: now, wall: wall)
  }

  private mutating func wait(
    for attempt: UnlockRecord.Attempt, _ reading: RecordReading, _ view: RepositoryView,
    at now: Tick, wall: Timestamp
  ) {
    let patience = attempt.mode == "ask" ? Duration.seconds(45 * 60) : Self.settling
    guard wall >= attempt.at + patience else {
      return wake(at: now + max(.seconds(1), attempt.at + patience - wall))
    }
    if settings.isDryRun { return next(reading, view, at: now, wall: wall) }
    end(.lost, reading, at: now, wall: wall)
  }

  /// No try is under way.
  private mutating func next(
    _ reading: RecordReading, _ view: RepositoryView, at now: Tick, wall: Timestamp
  ) {
    if let why = blindness(of: view, wall: wall), !settings.isDryRun {
      rest(.waiting(why))
      return wake(at: now + .seconds(10))
    }
    guard let failure = trouble.first else {
      if remove(reading, view, at: now, wall: wall) { return }
      rest(.idle)
      return wake(at: reading.at + Self.recordLife)
    }
    decide(on: failure, reading, view, at: now, wall: wall)
  }

  /// Why nothing is begun by what is known of the cluster: who came since is not in it.
  private func blindness(of view: RepositoryView, wall: Timestamp) -> String? {
    let seen = view.cluster.now
    guard wall - seen > Self.viewLife else { return nil }
    return "the cluster has not been seen since \(seen.wholeSecondText)"
  }

  /// What came of asking VolSync; `nil` while that is open.
  private func answer(
    to attempt: UnlockRecord.Attempt, in view: RepositoryView, wall: Timestamp
  ) -> UnlockRecord.Outcome? {
    if view.sources.contains(where: { $0.lastUnlocked == attempt.job }) { return .healed }
    let isNew = view.failures.contains { failure in
      failure.seen > attempt.at && !(record?.record.handled.contains(failure.key) ?? false)
        && (failure.ended ?? .earliest) > attempt.at + .seconds(60)
    }
    return isNew ? .failed : nil
  }

  /// The plan of now decides, not that of when the try was claimed.
  private mutating func make(
    _ attempt: UnlockRecord.Attempt, _ reading: RecordReading, _ view: RepositoryView,
    at now: Tick, wall: Timestamp
  ) {
    let failure = trouble.first
    let fresh = failure.map { made(for: $0, view, attempt.number, attempt.at, wall: wall) }
    let isLate = wall >= attempt.at + Self.claimLife
    switch fresh?.action {
    case .run(let unlock)?
    where unlock.mode.word == attempt.mode && unlock.name == attempt.job && !isLate:
      began(attempt, fresh)
      created = attempt.number
      send(.create(unlock), at: now)
    case .ask(let owner, let token)? where attempt.mode == "ask" && token == attempt.job && !isLate:
      began(attempt, fresh)
      created = attempt.number
      let source = view.sources.first { $0.metadata.uid == owner.uid }
      send(.ask(owner, token: token, onlyIf: source?.metadata.resourceVersion), at: now)
    default: end(.dropped, reading, at: now, wall: wall)
    }
  }

  private mutating func began(_ attempt: UnlockRecord.Attempt, _ plan: UnlockPlan?) {
    self.plan = plan
    guard let plan else { return }
    outbox.append(.tell(.began(attempt, plan)))
  }

  private mutating func decide(
    on failure: LockFailure, _ reading: RecordReading, _ view: RepositoryView, at now: Tick,
    wall: Timestamp
  ) {
    let number = reading.record.nextNumber
    let plan = made(for: failure, view, number, wall, wall: wall)
    self.plan = plan
    switch plan.action {
    case .nothing:
      guard !settings.isDryRun else {
        rest(.idle)
        return wake(at: reading.at + Self.recordLife)
      }
      handle(plan, reading, at: now)
    case .wait(let until):
      rest(.waiting(plan.reason))
      wake(at: now + min(.seconds(300), max(.seconds(1), (until ?? .latest) - wall)))
      remember(reading, at: now)
    case .refuse:
      rest(.refused(plan.reason))
      wake(at: now + .seconds(300))
      remember(reading, at: now)
    case .run(let unlock):
      claim(plan, unlock.mode.word, unlock.name, reading, at: now, wall: wall)
    case .ask(_, let token):
      claim(plan, "ask", token, reading, at: now, wall: wall)
    }
  }

  private mutating func claim(
    _ plan: UnlockPlan, _ mode: String, _ job: String, _ reading: RecordReading, at now: Tick,
    wall: Timestamp
  ) {
    switch budget.standing(of: reading.record, at: wall) {
    case .spent(let until):
      rest(.givenUp(until: until))
      return wake(at: now + min(.seconds(3600), max(.seconds(1), until - wall)))
    case .paused(let until):
      let why = refusal ?? plan.reason
      rest(.waiting("the next try is at \(until.wholeSecondText); \(why)"))
      return wake(at: now + max(.seconds(1), until - wall))
    case .free: break
    }
    guard !settings.isDryRun else {
      let deed = mode == "ask" ? "ask VolSync to unlock" : "make the Job \(job) (\(mode))"
      rest(.wouldAct("would \(deed): \(plan.reason)"))
      return wake(at: reading.at + Self.recordLife)
    }
    guard isGranted else {
      state = .queued
      return
    }
    var record = reading.record
    let attempt = UnlockRecord.Attempt(
      number: record.nextNumber, at: wall, mode: mode, job: job, by: identity)
    record.add(attempt)
    record.sightings = knowledge.remembered
    claimed = job
    state = .acting(job)
    write(record, reading, at: now)
  }

  /// What is planned now.
  func made(
    for failure: LockFailure, _ view: RepositoryView, _ number: Int, _ claimed: Timestamp,
    wall: Timestamp
  ) -> UnlockPlan {
    var cluster = view.cluster
    cluster.now = max(cluster.now, wall)
    let evidence = RepositoryEvidence(
      of: view.repository, near: failure.namespace, locks: knowledge.locks,
      isListed: knowledge.isListed, in: cluster, by: policy)
    var policy = policy
    // After each look that helped nothing the next one comes later.
    let looks = record?.record.looksInARow ?? 0
    policy.relook = policy.relook * (1 << min(max(looks - 1, 0), 3))
    let purpose = UnlockPurpose(
      monitor: monitor, repository: view.repository, namespace: failure.namespace,
      owner: failure.owner, failedJob: failure.jobName, lockError: failure.sign.line,
      attempt: number, claim: String(claimed.seconds))
    let source = view.sources.first { source in
      failure.owner?.kind == .source && source.metadata.name?.description == failure.owner?.name
    }
    let pod = view.failures.compactMap(\.pod).first
    let template = view.cluster.jobs.first { job in
      job.metadata.uid != nil && job.metadata.uid == failure.jobUID
    }?.template
    let access = RepositoryAccess(
      pod: pod ?? template, source: source,
      secretNames: secretNames(of: view.repository, in: failure.namespace))
    return UnlockPlan(
      evidence, for: purpose, by: access, settings: settings.unlock, policy: policy)
  }

  /// The Secret that is known by its reference. Without a pod and without a name of it nothing tells
  /// that there was a failure, so no name ever has to be guessed.
  private func secretNames(
    of repository: RepositoryIdentity, in namespace: String
  ) -> [String] {
    guard let (place, name) = repository.secretReference, place == namespace else { return [] }
    return [name]
  }
}

extension Job {
  /// Why an unlock Job does not come to its end; `nil` while it may.
  func hangs(at now: Timestamp) -> String? {
    if isSuspended { return "is suspended" }
    guard let began = startTime ?? metadata.creationTimestamp else { return nil }
    let end = began + (activeDeadline ?? .seconds(600)) + .seconds(300)
    return now > end ? "does not end: it should have by \(end.wholeSecondText)" : nil
  }
}
