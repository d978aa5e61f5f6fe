import JSONValue
import K8sClient
import Testing
import TimeText

@testable import ResticUnlock

@Suite struct `Settings of a monitor` {
  private func read(_ spec: JSONValue) throws -> MonitorSettings {
    try MonitorSettings(reading: ["spec": spec])
  }

  @Test func `are those of the document`() throws {
    let settings = try read([
      "enabled": true, "maxConcurrentUnlocks": 2, "ttlSecondsAfterFinished": 600,
      "lockErrorPatterns": ["repository locked", "a(b", "mine"], "removeFailedJobs": true,
      "jobSelector": ["namePrefix": "x-", "labelSelector": ["a": "b"], "namespaces": ["media"]],
      "unlockJobTemplate": [
        "image": "restic:1", "command": ["restic"], "args": ["unlock", "--remove-all"],
        "serviceAccount": "sa",
        "resources": ["limits": ["cpu": "500m", "memory": "512Mi"]],
        "securityContext": ["runAsUser": 1000, "runAsGroup": 1000, "fsGroup": 1000],
      ],
    ])
    #expect(settings.isEnabled && settings.removesFailedJobs && settings.unlock.allowsRemoveAll)
    #expect(settings.maxConcurrentUnlocks == 2 && settings.unlock.timeToLive == .seconds(600))
    #expect(settings.patterns.patterns.map(\.description) == ["mine"])
    #expect(settings.patterns.faults.count == 1 && settings.warnings.isEmpty)
    #expect(settings.rules.namespaces == ["media"] && settings.rules.namePrefix == "x-")
    #expect(settings.unlock.resources?["limits"]?["cpu"] == "500m")
  }

  @Test func `are refused with all that is wrong`() {
    #expect {
      try read([
        "enabled": "yes", "maxConcurrentUnlocks": -1, "lockErrorPatterns": [1], "nope": 1,
        "jobSelector": ["namespaces": ["A b"]],
        "unlockJobTemplate": ["resources": ["limits": ["cpu": "much"]], "env": []],
      ])
    } throws: { error in
      let paths = (error as? SettingsError)?.faults.map(\.path) ?? []
      return paths == [
        "spec.enabled", "spec.maxConcurrentUnlocks", "spec.lockErrorPatterns[0]",
        "spec.jobSelector.namespaces[0]", "spec.unlockJobTemplate.resources.limits.cpu",
        "spec.unlockJobTemplate.env", "spec.nope",
      ]
    }
    #expect(throws: SettingsError.self) { try MonitorSettings(reading: 5) }
  }

  @Test func `may be few`() throws {
    let settings = try read([:])
    #expect(!settings.isEnabled && settings.maxConcurrentUnlocks == 3)
    let odd = try read([
      "maxConcurrentUnlocks": 0, "unlockJobTemplate": ["args": ["-c", "echo x"]],
    ])
    #expect(odd.maxConcurrentUnlocks == 3 && odd.warnings.count == 1)
  }

  @Test func `know quantities`() {
    for text in ["1", "500m", "0.5", "128Mi", "1e3", ".5Gi", "1E"] { #expect(Quantity.isOne(text)) }
    for text in ["", "m", "1x", "-1", "1e", "1.2.3", "much"] { #expect(!Quantity.isOne(text)) }
  }
}

@Suite struct `The status of a monitor` {
  private let now = Objects.start

  @Test func `counts each thing once, also after a restart`() throws {
    var status = MonitorStatus(VolSyncMonitor(json: ["metadata": ["name": "main"], "spec": [:]]))
    let mover = try #require(
      FailedMover(pod: Objects.pod(exit: 11), job: Objects.job(), rules: MoverRules()))
    let failure = LockFailure(mover, sign: LockSign(source: .exitCode), seen: now)
    let attempt = UnlockRecord.Attempt(
      number: 1, at: now, mode: "unlock", job: "j", by: "me", outcome: .healed)
    for _ in 0..<3 {
      status.note(.detected(failure), of: failure.repository, at: now)
      status.note(.made(job: "j", mode: "unlock"), of: failure.repository, at: now)
      status.note(.ended(attempt, remaining: []), of: failure.repository, at: now)
      status.note(
        .removed(namespace: "media", job: "x", uid: try UID("uid-job")), of: UnlockTale.repository,
        at: now)
      status = MonitorStatus(status.monitor)
    }
    let monitor = status.monitor
    for counter in VolSyncMonitor.Counter.allCases where counter != .unlocksFailed {
      #expect(monitor[counter] == 1, "\(counter)")
    }
    #expect(monitor.processedJobs.count == 1 && monitor.processedJobs[0].isRemoved)
  }

  @Test func `changes only when something changed`() throws {
    var status = MonitorStatus(VolSyncMonitor(json: ["metadata": ["name": "main"], "spec": [:]]))
    status.note(.success(MonitorSettings()), at: now)
    status.note([:], rot: [], at: now)
    let before = status
    status.note(.success(MonitorSettings()), at: now + .seconds(60))
    status.note([:], rot: [], at: now + .seconds(60))
    #expect(status == before && status.monitor.phase == .paused)
    let error = SettingsError(faults: [.init(path: "spec", problem: "it is not there")])
    status.note(.failure(error), at: now)
    #expect(status.monitor.phase == .error && status.monitor.lastError == "spec: it is not there")
  }
}

@Suite struct `The record of tries` {
  @Test func `counts the looks since the last try that did more`() {
    var record = UnlockRecord()
    #expect(record.looksInARow == 0)
    let outcomes: [UnlockRecord.Outcome] = [.informed, .failed, .informed, .informed, .pending]
    let expected = [1, 0, 1, 2, 2]
    for (index, outcome) in outcomes.enumerated() {
      record.add(
        .init(
          number: index + 1, at: Timestamp(seconds: Int64(index)), mode: "inspect",
          job: "mountmon-unlock-\(index)", by: "me", outcome: outcome))
      #expect(record.looksInARow == expected[index])
    }
  }

  @Test func `reads as it was written, and is limited`() {
    var record = UnlockRecord()
    for number in 1...80 {
      record.add(
        UnlockRecord.Attempt(number: number, at: Objects.start, mode: "unlock", job: "j", by: "me"))
    }
    record.sightings = [.init(id: "1a12470f", first: Objects.start, last: Objects.start)]
    record.handled = ["pod:x"]
    #expect(record.attempts.count == UnlockRecord.limit && record.nextNumber == 81)
    #expect(UnlockRecord(record.json) == record)
    #expect(UnlockRecord([:]) == nil && UnlockRecord(.null) == nil)
    record.end(.healed)
    #expect(record.pending == nil && record.tries(since: .earliest) == 0)
  }
}
