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
    status.note(.made(job: "j1", mode: "inspect"), at: now)
    status.note(.ended(attempt(1, "inspect", .healed), remaining: []), at: now)
    status.note(.made(job: "j2", mode: "unlock"), at: now)
    status.note(.ended(attempt(2, "unlock", .failed), remaining: []), at: now)
    // It came to nothing before there was a Job.
    status.note(.ended(attempt(3, "unlock", .lost), remaining: []), at: now)
    status.note(.ended(attempt(4, "unlock", .dropped), remaining: []), at: now)
    status.note(.made(job: "j5", mode: "as-host"), at: now)
    status.note(.ended(attempt(5, "as-host", .lost), remaining: []), at: now)
    #expect(status.monitor[.unlocksCreated] == 2 && status.monitor[.unlocksFailed] == 2)
    #expect(status.monitor[.unlocksSucceeded] == 0)
  }
}
