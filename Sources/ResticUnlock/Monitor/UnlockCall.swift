public import K8sClient

/// A call that a machine wants made for one repository.
public enum UnlockCall: Hashable, Sendable {
  /// Read the record of its tries.
  case readRecord
  /// Write it, over the version that was read; `nil`: make it.
  case writeRecord(UnlockRecord, over: String?)
  /// Make a Job.
  case create(UnlockJob)
  /// Set `spec.restic.unlock`, if the object still has this version.
  case ask(Mover.Owner, token: String, onlyIf: ResourceVersion?)
  /// Read the log of an unlock Job that has ended.
  case readReport(namespace: String, job: String)
  /// Delete a failed Job of a mover, if it is still that one, with its pods after it.
  case removeJob(namespace: String, name: String, uid: UID)

  /// Whether it changes nothing.
  public var isRead: Bool {
    switch self {
    case .readRecord, .readReport: true
    case .writeRecord, .create, .ask, .removeJob: false
    }
  }
}

/// What came of it.
public enum UnlockAnswer: Hashable, Sendable {
  /// The record and its version; both `nil` where there is none.
  case record(UnlockRecord?, version: String?)
  /// The record is written, and has this version now.
  case written(version: String)
  /// What an unlock Job wrote.
  case report(UnlockReport)
  /// It is done; for a Job that was to be made, also where it was there already.
  case done
  /// Somebody else was first, or it is another object by now.
  case conflict
  /// It is not there.
  case gone
  /// The server does not do it, and will not until somebody changes something.
  case refused(String)
  /// It failed; where it was to change something, it may have, or may yet.
  case failed(String)
}

/// What a machine tells.
public enum UnlockNotice: Hashable, Sendable {
  /// A mover failed on a lock.
  case detected(LockFailure)
  /// An unlock Job is there.
  case made(job: String, mode: String)
  /// A try was begun.
  case began(UnlockRecord.Attempt, UnlockPlan)
  /// A try ended.
  case ended(UnlockRecord.Attempt, remaining: [LockJudgement])
  /// The failed Job was removed.
  case removed(namespace: String, job: String, uid: UID)
  /// It stands otherwise than before.
  case changed(UnlockMachine.State)
}
