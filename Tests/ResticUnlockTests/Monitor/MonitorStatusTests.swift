import JSONValue
import K8sClient
import Testing
import TimeText

@testable import ResticUnlock

@Suite struct `The status of repositories` {
  private let now = Objects.start
  private var lease = LeaseOfTale()
  private var status = MonitorStatus(
    VolSyncMonitor(json: ["metadata": ["name": "main", "generation": 3], "spec": [:]]))

  private mutating func note(_ tale: UnlockTale, rot: [LockRot] = []) {
    status.note([UnlockTale.repository: tale.machine], rot: rot, at: now)
  }

  private func condition(_ type: String) -> (Bool?, String?) {
    let found = status.monitor.condition(type)
    return (found?.isTrue, found?.reason)
  }

  @Test mutating func `is that of now: paused, active, or in error, and why`() {
    var settings = MonitorSettings()
    for (isEnabled, phase) in [(true, VolSyncMonitor.Phase.active), (false, .paused)] {
      settings.isEnabled = isEnabled
      status.note(.success(settings), at: now)
      #expect(status.monitor.phase == phase && status.monitor.observedGeneration == 3)
    }
    settings.isEnabled = true
    settings.patterns = LockPatterns(["a(b"])
    status.note(.success(settings), at: now)
    #expect(condition("SettingsAccepted") == (true, "AcceptedInPart"))
    status.note(error: "pods are forbidden", at: now)
    #expect(status.monitor.phase == .error && status.monitor.lastError == "pods are forbidden")
    status.note(error: nil, at: now)
    #expect(status.monitor.phase == .active && status.monitor.lastError == nil)
    status.note(
      .failure(SettingsError(faults: [.init(path: "spec.enabled", problem: "no")])), at: now)
    status.note(error: nil, at: now)
    #expect(status.monitor.phase == .error && condition("SettingsAccepted") == (false, "Invalid"))
  }

  @Test mutating func `says which locks are in the way, and why they stay`() {
    var tale = UnlockTale()
    tale.see()
    note(tale)
    #expect(condition("LocksClear") == (true, "NoLocks"))
    tale.meets(host: "desk")
    tale.serve(&lease)
    note(tale)
    #expect(condition("LocksClear") == (false, "Locked"))
    let message = status.monitor.condition("LocksClear")?.message ?? ""
    #expect(message.hasPrefix("secret media/app-volsync"), "\(message)")
    let since = status.monitor.condition("LocksClear")?.lastTransitionTime
    status.note([:], rot: [], at: now + .seconds(60))
    #expect(status.monitor.condition("LocksClear")?.lastTransitionTime != since)
  }

  @Test mutating func `says what is under way, and what was given up`() {
    var tale = UnlockTale()
    tale.meetsDead()
    tale.serve(&lease)
    tale.tell(.granted(true))
    tale.serve(&lease)
    note(tale)
    #expect(status.monitor.activeUnlocks.map(\.jobName) == [tale.jobName])
    #expect(condition("LocksClear").0 == false)
    var record = UnlockRecord()
    for number in 1...10 {
      record.add(
        .init(number: number, at: tale.wall, mode: "unlock", job: "j", by: "x", outcome: .failed))
    }
    var other = LeaseOfTale(record: record, version: 1)
    var spent = UnlockTale()
    spent.meetsDead()
    spent.serve(&other)
    note(spent)
    #expect(status.monitor.activeUnlocks.isEmpty)
    #expect(condition("LocksClear") == (false, "GivenUp"))
  }

  @Test mutating func `says that nothing tidies up`() {
    var tale = UnlockTale()
    tale.see()
    let owner = Mover.Owner(kind: .source, namespace: "media", name: "app")
    note(tale, rot: [LockRot(kind: .prune, owner: owner, since: now)])
    #expect(condition("Tidy") == (false, "LockRot"))
    note(tale)
    #expect(condition("Tidy") == (true, "Tidied"))
  }

  @Test mutating func `counts unlocks, and not looks`() {
    func attempt(_ number: Int, _ mode: String, _ outcome: UnlockRecord.Outcome)
      -> UnlockRecord.Attempt
    {
      .init(number: number, at: now, mode: mode, job: "j\(number)", by: "me", outcome: outcome)
    }
    status.note(.made(job: "j1", mode: "inspect"), of: UnlockTale.repository, at: now)
    status.note(
      .ended(attempt(1, "inspect", .healed), remaining: []), of: UnlockTale.repository, at: now)
    status.note(.made(job: "j2", mode: "unlock"), of: UnlockTale.repository, at: now)
    status.note(
      .ended(attempt(2, "unlock", .failed), remaining: []), of: UnlockTale.repository, at: now)
    // It came to nothing before there was a Job.
    status.note(
      .ended(attempt(3, "unlock", .lost), remaining: []), of: UnlockTale.repository, at: now)
    status.note(
      .ended(attempt(4, "unlock", .dropped), remaining: []), of: UnlockTale.repository, at: now)
    status.note(.made(job: "j5", mode: "as-host"), of: UnlockTale.repository, at: now)
    status.note(
      .ended(attempt(5, "as-host", .lost), remaining: []), of: UnlockTale.repository, at: now)
    #expect(status.monitor[.unlocksCreated] == 2 && status.monitor[.unlocksFailed] == 2)
    #expect(status.monitor[.unlocksSucceeded] == 0)
  }

  @Test mutating func `tells the beginning and the end of each try once, also of one that looks`() {
    for mode in ["inspect", "ask", "unlock"] {
      var attempt = UnlockRecord.Attempt(
        number: 1, at: now, mode: mode, job: "job-\(mode)", by: "me")
      let plan = UnlockPlan(repository: UnlockTale.repository, action: .nothing, reason: "")
      for isNews in [true, false] {
        let began = status.note(.began(attempt, plan), of: UnlockTale.repository, at: now)
        #expect(began == isNews, "\(mode)")
      }
      for isNews in [true, false] where mode != "ask" {
        let made = status.note(
          .made(job: attempt.job, mode: mode), of: UnlockTale.repository, at: now)
        #expect(made == isNews, "\(mode)")
      }
      attempt.outcome = .informed
      for isNews in [true, false] {
        let ended = status.note(.ended(attempt, remaining: []), of: UnlockTale.repository, at: now)
        #expect(ended == isNews, "\(mode)")
      }
    }
    // One that was to remove a lock and only told of it has failed.
    #expect(status.monitor[.unlocksFailed] == 1 && status.monitor[.unlocksCreated] == 1)
  }

  @Test mutating func `names the unlock of each failure that had none yet`() {
    var tale = UnlockTale()
    tale.meetsDead()
    guard let failure = tale.view.failures.first else { return #expect(Bool(false)) }
    status.note(.detected(failure), of: UnlockTale.repository, at: now)
    let plan = UnlockPlan(repository: UnlockTale.repository, action: .nothing, reason: "")
    for (number, mode) in ["inspect", "as-host", "unlock"].enumerated() {
      let attempt = UnlockRecord.Attempt(
        number: number + 1, at: now, mode: mode, job: "job-\(mode)", by: "me")
      let other = RepositoryIdentity.secret(namespace: "media", name: "other", key: "k")
      status.note(.began(attempt, plan), of: number == 2 ? other : UnlockTale.repository, at: now)
    }
    #expect(status.monitor.processedJobs.map(\.json["unlockJobName"]) == ["job-as-host"])
  }

  @Test mutating func `is after an error as the settings have it`() {
    var settings = MonitorSettings()
    status.note(.success(settings), at: now)
    status.note(error: "pods are forbidden", at: now)
    #expect(status.monitor.phase == .error && status.monitor.lastError == "pods are forbidden")
    status.note(error: nil, at: now)
    #expect(status.monitor.phase == .paused && status.monitor.lastError == nil)
    settings.isEnabled = true
    status.note(error: "pods are forbidden", at: now)
    status.note(.success(settings), at: now)
    #expect(status.monitor.phase == .active)
    let fault = SettingsError(faults: [.init(path: "spec.enabled", problem: "no")])
    status.note(.failure(fault), at: now)
    for error in ["pods are forbidden", nil] {
      status.note(error: error, at: now)
      #expect(status.monitor.phase == .error && status.monitor.lastError == "spec.enabled: no")
    }
  }

  @Test mutating func `says that locks come again and again, though each was removed`() {
    var tale = UnlockTale()
    tale.meetsDead()
    guard var failure = tale.view.failures.first else { return #expect(Bool(false)) }
    let plan = UnlockPlan(repository: UnlockTale.repository, action: .nothing, reason: "")
    for night in 1...6 {
      let then = now + .seconds(night * 86_400)
      // Two backups of the repository fail on it, and one unlock helps both.
      for mover in ["one", "two"] {
        failure.jobUID = try? UID("\(mover)-\(night)")
        status.note(.detected(failure), of: UnlockTale.repository, at: then)
      }
      let attempt = UnlockRecord.Attempt(
        number: night, at: then, mode: "unlock", job: "job-\(night)", by: "me")
      status.note(.began(attempt, plan), of: UnlockTale.repository, at: then)
      status.note([:], rot: [], at: then)
      #expect(condition("LocksClear") == (true, night == 6 ? "Recurring" : "NoLocks"))
    }
    #expect(
      status.monitor.condition("LocksClear")?.message?.hasSuffix("6 unlocks within 7 days") == true)
    status.note([:], rot: [], at: now + .seconds(14 * 86_400))
    #expect(condition("LocksClear") == (true, "NoLocks"))
  }
}
