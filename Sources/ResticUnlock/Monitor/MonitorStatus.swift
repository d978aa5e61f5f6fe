import JSONValue
public import K8sClient
public import TimeText

/// The status of a `VolSyncMonitor`: what is written into the object, and only when it is another.
public struct MonitorStatus: Hashable, Sendable {
  /// The object, with the status as it is to be.
  public private(set) var monitor: VolSyncMonitor

  /// The most entries of each list.
  public static let limit = 50
  /// More unlocks of one repository than this within `recurrence` are told: something leaves locks
  /// behind again and again.
  public static let usualUnlocks = 5
  /// The time that they are counted in.
  public static let recurrence = Duration.seconds(7 * 86_400)
  /// The most unlock Jobs whose results are remembered, so that each is counted once.
  static let countedLimit = 200

  /// The phase by the settings, to which it returns after an error.
  private var usualPhase: VolSyncMonitor.Phase?
  /// What is wrong with the settings.
  private var settingsFault: String?

  /// Goes on from what stands in an object.
  public init(_ monitor: VolSyncMonitor) { self.monitor = monitor }

  /// Takes over an object that changed, with the status as it is to be.
  public mutating func take(_ newer: VolSyncMonitor) {
    let status = monitor[value: "status"]
    monitor = newer
    monitor[value: "status"] = status
  }

  /// Notes the settings, or why there are none.
  public mutating func note(
    _ settings: Result<MonitorSettings, SettingsError>, at now: Timestamp
  ) {
    monitor.observedGeneration = monitor.metadata.generation
    switch settings {
    case .success(let settings):
      usualPhase = settings.isEnabled ? .active : .paused
      settingsFault = nil
      monitor.phase = usualPhase
      let notes = settings.patterns.faults.map(\.description) + settings.warnings
      monitor.lastError = nil
      set(
        "SettingsAccepted", true, notes.isEmpty ? "Accepted" : "AcceptedInPart",
        notes.isEmpty ? "all settings are in use" : notes.joined(separator: "; "), at: now)
    case .failure(let error):
      usualPhase = .error
      settingsFault = error.description.inMessage(limit: 1000)
      monitor.phase = .error
      monitor.lastError = settingsFault
      set("SettingsAccepted", false, "Invalid", error.description.inMessage(limit: 1000), at: now)
    }
  }

  /// Notes that the monitor cannot do its work, or can again.
  public mutating func note(error: String?, at now: Timestamp) {
    if let error {
      monitor.phase = .error
      // Settings that are wrong have to be mended by a person; what cannot be read may pass.
      monitor.lastError = settingsFault ?? error.inMessage(limit: 1000)
    } else if monitor.phase == .error {
      let isBad = monitor.condition("SettingsAccepted")?.isTrue == false
      guard let usual = usualPhase ?? (isBad ? nil : .active) else { return }
      monitor.phase = usual
      monitor.lastError = settingsFault
    }
  }

  /// Notes what happened. What was noted before, be it by another life, is not counted again.
  ///
  /// - Parameters:
  ///   - notice: What happened.
  ///   - repository: The repository that it is about.
  ///   - now: The present.
  /// - Returns: Whether it is news. Each try begins and ends once, whatever it is to do.
  @discardableResult
  public mutating func note(
    _ notice: UnlockNotice, of repository: RepositoryIdentity, at now: Timestamp
  ) -> Bool {
    switch notice {
    case .detected(let failure):
      // The pods of one Job are one failure.
      let key = failure.jobUID.map { "job:\($0)" } ?? failure.key
      guard count(key, .lockErrorsDetected) else { return false }
      processed(failure, at: now)
      return true
    case .made(let job, let mode):
      return count("made:\(job)", mode == "inspect" ? nil : .unlocksCreated)
    case .began(let attempt, _):
      guard count("began:\(attempt.job)") else { return false }
      monitor.lastUnlockTime = attempt.at
      if attempt.mode != "inspect" { noteUnlock(attempt.job, of: repository) }
      return true
    case .ended(let attempt, _): return noteEnd(of: attempt)
    case .removed(_, _, let uid):
      guard count("removed:\(uid)", .failedJobsRemoved) else { return false }
      for index in monitor.processedJobs.indices
      where monitor.processedJobs[index][text: "jobUID"] == uid.description {
        monitor.processedJobs[index][flag: "removed"] = true
      }
      return true
    case .changed: return true
    }
  }

  private mutating func noteEnd(of attempt: UnlockRecord.Attempt) -> Bool {
    let key = "end:\(attempt.job)"
    guard attempt.mode != "inspect", attempt.mode != "ask" else { return count(key) }
    // What was never made did not fail either.
    guard isCounted("made:\(attempt.job)") else { return count("unmade:\(attempt.job)") }
    switch attempt.outcome {
    case .healed: return count(key, .unlocksSucceeded)
    case .failed, .informed, .lost: return count(key, .unlocksFailed)
    case .dropped, .pending: return count("unmade:\(attempt.job)")
    }
  }

  /// Failures of a repository that had no unlock yet have this one.
  private mutating func noteUnlock(_ job: String, of repository: RepositoryIdentity) {
    for index in monitor.processedJobs.indices {
      let entry = monitor.processedJobs[index]
      guard entry[text: "repository"] == repository.description,
        (entry[text: "unlockJobName"] ?? "").isEmpty
      else { continue }
      monitor.processedJobs[index][text: "unlockJobName"] = job
    }
  }

  /// Notes which unlocks are under way, and how repositories stand.
  public mutating func note(
    _ machines: [RepositoryIdentity: UnlockMachine], rot: [LockRot], at now: Timestamp
  ) {
    var active: [ActiveUnlock] = []
    var stuck: [String] = []
    var isGivenUp = false
    for (name, machine) in machines.sorted(by: { $0.key.description < $1.key.description }) {
      switch machine.state {
      case .acting(let job):
        let failure = machine.view?.failures.first
        guard let namespace = failure.flatMap({ try? Namespace($0.namespace) }) else { continue }
        let object = failure?.owner?.name ?? failure?.jobName ?? ""
        let began = machine.record?.record.pending?.at ?? now
        active.append(
          ActiveUnlock(
            appName: SecretNames.app(of: object), namespace: namespace, objectName: object,
            jobName: job, startTime: began, alertFingerprint: name.hash))
      case .waiting(let why), .refused(let why), .wouldAct(let why): stuck.append("\(name): \(why)")
      case .givenUp(let until):
        isGivenUp = true
        stuck.append("\(name): given up until \(until.wholeSecondText)")
      case .queued: stuck.append("\(name): waits for other unlocks")
      case .idle, .disabled: break
      }
    }
    if active.map(\.jobName) != monitor.activeUnlocks.map(\.jobName) {
      monitor.activeUnlocks = Array(active.prefix(Self.limit))
    }
    let isClear = stuck.isEmpty && active.isEmpty
    let again = recurring(at: now)
    if isClear {
      set(
        "LocksClear", true, again.isEmpty ? "NoLocks" : "Recurring",
        (["no backup fails on a lock"] + again).joined(separator: "; ").inMessage(limit: 1000),
        at: now)
    } else {
      set(
        "LocksClear", false, isGivenUp ? "GivenUp" : "Locked",
        stuck.joined(separator: "; ").inMessage(limit: 1000), at: now)
    }
    set(
      "Tidy", rot.isEmpty, rot.isEmpty ? "Tidied" : "LockRot",
      rot.isEmpty
        ? "forget and prune run"
        : rot.map(\.description).joined(separator: "; ").inMessage(limit: 1000),
      at: now)
  }

  /// Repositories that had to be unlocked more often than usual, a line each.
  private func recurring(at now: Timestamp) -> [String] {
    var unlocks: [String: Set<String>] = [:]
    for job in monitor.processedJobs {
      guard let time = job[time: "processedTime"], now - time < Self.recurrence,
        let repository = job[text: "repository"], let name = job[text: "unlockJobName"],
        !name.isEmpty
      else { continue }
      unlocks[repository, default: []].insert(name)
    }
    return unlocks.filter { $0.value.count > Self.usualUnlocks }
      .map { "\($0.key) had \($0.value.count) unlocks within 7 days" }.sorted()
  }

  private mutating func processed(_ failure: LockFailure, at now: Timestamp) {
    guard let namespace = try? Namespace(failure.namespace) else { return }
    var entry = ProcessedJob(
      jobName: failure.jobName, namespace: namespace, processedTime: now, unlockJobName: "",
      isRemoved: false, lockError: failure.sign.line)
    entry[text: "jobUID"] = failure.jobUID?.description
    entry[text: "repository"] = failure.repository.description
    monitor.processedJobs = Array((monitor.processedJobs + [entry]).suffix(Self.limit))
  }

  private func isCounted(_ key: String) -> Bool {
    monitor[texts: "status", "counted"].contains(Hash64.text(of: key))
  }

  /// Counts something, once.
  private mutating func count(_ key: String, _ counter: VolSyncMonitor.Counter? = nil) -> Bool {
    guard !isCounted(key) else { return false }
    let counted = monitor[texts: "status", "counted"] + [Hash64.text(of: key)]
    monitor[texts: "status", "counted"] = Array(counted.suffix(Self.countedLimit))
    guard let counter else { return true }
    monitor[counter] = min(monitor[counter], Int(Int32.max) - 1) + 1
    return true
  }

  /// A condition keeps its time while its status stays.
  private mutating func set(
    _ type: String, _ status: Bool, _ reason: String, _ message: String, at now: Timestamp
  ) {
    var conditions = monitor.conditions.map(\.json)
    let index = conditions.firstIndex { $0["type"]?.stringValue == type }
    let old = index.map { conditions[$0] }
    let word = status ? "True" : "False"
    let time = old?["status"]?.stringValue == word ? old?["lastTransitionTime"] : nil
    let new: JSONValue = [
      "type": .string(type), "status": .string(word), "reason": .string(reason),
      "message": .string(message),
      "lastTransitionTime": time ?? .string(now.wholeSecondText),
    ]
    if let index { conditions[index] = new } else { conditions.append(new) }
    monitor[value: "status", "conditions"] = .array(conditions)
  }
}
