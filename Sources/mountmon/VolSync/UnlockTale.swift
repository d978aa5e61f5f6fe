import K8sClient
import ResticUnlock
import TimeText

/// Something worth telling: a line of the log and, where it concerns a backup or restore, an event on
/// it.
struct UnlockTale: Sendable {
  /// What it is about.
  enum Subject: Sendable {
    case notice(UnlockNotice, RepositoryIdentity)
    case rot(LockRot)
  }

  /// Why an event is written, in one word.
  enum Reason: String, CaseIterable, Sendable {
    case lockDetected = "LockDetected"
    case unlockStarted = "UnlockStarted"
    case unlockSucceeded = "UnlockSucceeded"
    case unlockFailed = "UnlockFailed"
    case unlockHeld = "UnlockHeld"
    case unlockRefused = "UnlockRefused"
    case unlockGivenUp = "UnlockGivenUp"
    case failedJobRemoved = "FailedJobRemoved"
    case lockRot = "LockRot"

    /// What is done, in one word.
    var action: String {
      switch self {
      case .lockDetected, .lockRot: "Watch"
      case .unlockStarted, .unlockSucceeded, .unlockFailed, .unlockGivenUp: "Unlock"
      case .unlockHeld: "Hold"
      case .unlockRefused: "Refuse"
      case .failedJobRemoved: "Remove"
      }
    }
  }

  var level: LogLevel
  var message: String
  var fields: LogFields
  /// In one sentence, for events and people.
  var text: String
  /// Why an event is written; `nil`: none is.
  var reason: Reason?
  /// Whom the event is about.
  var regarding: [Mover.Owner] = []

  /// A line of the log, and nothing else.
  init(_ level: LogLevel, _ message: String, _ fields: LogFields) {
    self.level = level
    self.message = message
    self.fields = fields
    text = message
  }

  private init(
    _ level: LogLevel, _ message: String, _ text: String, _ reason: Reason?, _ fields: LogFields
  ) {
    self.init(level, message, fields)
    self.text = text
    self.reason = reason
  }

  /// What there is to tell of something; `nil`: nothing.
  ///
  /// - Parameters:
  ///   - subject: What it is about.
  ///   - monitor: Whose it is.
  ///   - owners: Who is concerned.
  init?(_ subject: Subject, monitor: MonitorKey, regarding owners: [Mover.Owner]) {
    switch subject {
    case .rot(let rot):
      self.init(
        .warn, "lock rot", rot.description, .lockRot,
        [
          "source": .string("\(rot.owner.namespace)/\(rot.owner.name)"),
          "kind": .string(rot.kind.rawValue), "since": .string(rot.since.rfc3339()),
        ])
    case .notice(let notice, let repository):
      guard let tale = Self.tale(of: notice, repository) else { return nil }
      self = tale
      fields.add("repository", .string(repository.description))
    }
    fields.add("monitor", .string(monitor.description))
    regarding = owners
  }

  private static func tale(
    of notice: UnlockNotice, _ repository: RepositoryIdentity
  ) -> UnlockTale? {
    switch notice {
    case .detected(let failure):
      return UnlockTale(
        .warn, "mover failed on a lock",
        "\(failure.namespace)/\(failure.jobName) failed on a lock of its repository: "
          + (failure.sign.line.isEmpty ? failure.sign.source.label : failure.sign.line),
        .lockDetected,
        [
          "namespace": .string(failure.namespace), "job": .string(failure.jobName),
          "lockError": .string(failure.sign.line), "sign": .string(failure.sign.source.label),
        ])
    case .made(let job, let mode):
      return UnlockTale(
        .debug, "unlock job is there", "unlock Job \(job) (\(mode)) is there", nil,
        ["job": .string(job), "mode": .string(mode)])
    case .began(let attempt, let plan):
      return UnlockTale(
        .info, "unlock begun",
        "try \(attempt.number), \(attempt.mode) by \(attempt.job): \(plan.reason)", .unlockStarted,
        [
          "attempt": .int(attempt.number), "mode": .string(attempt.mode),
          "job": .string(attempt.job), "reason": .string(plan.reason),
        ])
    case .ended(let attempt, let remaining): return tale(ofEnd: attempt, remaining)
    case .removed(let namespace, let job, _):
      return UnlockTale(
        .info, "failed job removed",
        "the failed Job \(namespace)/\(job) was removed, so that the next run begins at once",
        .failedJobRemoved, ["namespace": .string(namespace), "job": .string(job)])
    case .changed(let state): return tale(of: state, repository)
    }
  }

  private static func tale(
    ofEnd attempt: UnlockRecord.Attempt, _ remaining: [LockJudgement]
  ) -> UnlockTale? {
    var fields: LogFields = [
      "attempt": .int(attempt.number), "mode": .string(attempt.mode),
      "job": .string(attempt.job), "outcome": .string(attempt.outcome.rawValue),
    ]
    if !remaining.isEmpty {
      fields.add("remaining", .array(remaining.prefix(8).map { .string($0.description) }))
    }
    let left = remaining.first.map { "; \($0)" } ?? ""
    switch attempt.outcome {
    case .healed:
      return UnlockTale(
        .info, "lock removed", "no lock is left after try \(attempt.number) (\(attempt.job))",
        .unlockSucceeded, fields)
    case .failed:
      return UnlockTale(
        .warn, "unlock failed", "try \(attempt.number) (\(attempt.job)) left a lock\(left)",
        .unlockFailed, fields)
    case .lost:
      return UnlockTale(
        .warn, "unlock lost",
        "what came of try \(attempt.number) (\(attempt.job)) is not known", .unlockFailed, fields)
    case .informed:
      return UnlockTale(
        .info, "locks listed", "try \(attempt.number) (\(attempt.job)) listed the locks\(left)",
        nil, fields)
    case .dropped:
      return UnlockTale(
        .info, "try dropped",
        "try \(attempt.number) was not made: by then something else was to be done", nil, fields)
    case .pending: return nil
    }
  }

  private static func tale(
    of state: UnlockMachine.State, _ repository: RepositoryIdentity
  ) -> UnlockTale? {
    switch state {
    case .waiting(let why):
      UnlockTale(
        .info, "lock stays for now", "the lock stays for now: \(why)", .unlockHeld,
        ["reason": .string(why)])
    case .refused(let why):
      UnlockTale(
        .warn, "lock not removed", "the lock is not removed: \(why)", .unlockRefused,
        ["reason": .string(why)])
    case .givenUp(let until):
      UnlockTale(
        .error, "given up",
        "too many tries did not help; none is made until \(until.rfc3339(fractionDigits: 0))",
        .unlockGivenUp, ["until": .string(until.rfc3339())])
    case .idle:
      UnlockTale(.debug, "repository at rest", "no backup fails on a lock", nil, [:])
    case .queued, .acting, .wouldAct, .disabled: nil
    }
  }
}

extension LockSign.Source {
  /// What a failure was taken for one by a lock by, as metrics have it.
  var label: String {
    switch self {
    case .exitCode: "exit code 11"
    case .words(let words): words.rawValue
    case .pattern(let pattern): pattern
    }
  }
}
