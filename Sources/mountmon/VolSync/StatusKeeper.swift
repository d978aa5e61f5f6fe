import JSONValue
import K8sClient
import Pacing
import ResticUnlock
import TimeText

/// The status of a monitor: as it is to be, as it was sent, and as the server has it. Somebody else may
/// write it, too: then it goes on from theirs.
struct StatusKeeper {
  /// The status as it is to be.
  private(set) var status: MonitorStatus
  /// What of it the server dropped; `nil` where nothing.
  private(set) var complaint: String?
  /// The status that was sent last.
  private var sent: JSONValue?
  /// The status that the server has, as far as is known.
  private var known: JSONValue?
  private var isWriting = false
  private var failures = 0
  private var calmUntil = Tick.zero
  /// What was noted since a status was last written, so that it can be noted again on top of another's.
  private(set) var unsent:
    [(notice: UnlockNotice, repository: RepositoryIdentity, wall: Timestamp)] = []
  /// Whether it is ever written: the status of a file's monitor is only shown.
  private let isWritten: Bool

  /// How long a status that was written stays before the next is.
  static let pause = Duration.milliseconds(500)
  /// How often writing may fail before nobody waits for it any more.
  static let patience = 3
  /// The most notices that are kept for being noted again.
  static let maximumUnsent = 200

  /// Goes on from the status of an object.
  ///
  /// - Parameters:
  ///   - object: The object.
  ///   - isWritten: Whether the status is ever written.
  ///   - former: Who kept its status when this process led before; `nil`: nobody. What they noted
  ///     and could not write is noted here.
  init(_ object: VolSyncMonitor, isWritten: Bool = true, after former: StatusKeeper? = nil) {
    self.isWritten = isWritten
    status = MonitorStatus(object)
    known = object[value: "status"]
    sent = known
    guard let former else { return }
    if !isWritten {
      status = former.status
      status.take(object)
    } else if let uid = object.metadata.uid, uid == former.status.monitor.metadata.uid {
      unsent = former.unsent
      noteUnsent()
    }
  }

  /// Takes over an object that changed.
  ///
  /// - Returns: Whether somebody else wrote its status.
  mutating func take(_ object: VolSyncMonitor, at now: Tick) -> Bool {
    let theirs = object[value: "status"]
    defer { known = theirs }
    guard theirs != known, theirs != sent else {
      status.take(object)
      return false
    }
    status = MonitorStatus(object)
    sent = theirs
    noteUnsent()
    // Two that write at once are not to answer each other for ever.
    wait(at: now)
    return true
  }

  private mutating func noteUnsent() {
    for note in unsent { status.note(note.notice, of: note.repository, at: note.wall) }
  }

  /// Changes the status.
  mutating func change(_ change: (inout MonitorStatus) -> Void) { change(&status) }

  /// Notes something that happened.
  ///
  /// - Returns: Whether it is news, and not told again by another life.
  mutating func note(
    _ notice: UnlockNotice, of repository: RepositoryIdentity, at wall: Timestamp
  ) -> Bool {
    let before = status
    let isNews = status.note(notice, of: repository, at: wall)
    guard isWritten, status != before else { return isNews }
    unsent.append((notice.withoutPod, repository, wall))
    if unsent.count > Self.maximumUnsent { unsent.removeFirst() }
    return isNews
  }

  /// Whether the status is not as it was sent.
  private var isOwed: Bool { status.monitor[value: "status"] != sent }

  /// Whether it is worth waiting for its being written.
  var isAwaited: Bool { (isWriting || isOwed) && failures < Self.patience }

  /// When it may be written that had to wait.
  var alarm: Tick? { isOwed && !isWriting ? calmUntil : nil }

  /// The object with the status that is to be sent now; `nil` where none is.
  mutating func next(at now: Tick) -> VolSyncMonitor? {
    guard isOwed, !isWriting, now >= calmUntil else { return nil }
    isWriting = true
    sent = status.monitor[value: "status"]
    return status.monitor
  }

  /// Takes in what came of sending it.
  mutating func written(_ outcome: StatusOutcome, at now: Tick) {
    isWriting = false
    switch outcome {
    case .written(let object):
      known = object[value: "status"]
      let isWhole = known == sent
      complaint =
        isWhole
        ? nil
        : "the cluster drops fields of a status that it does not know: apply "
          + "Examples/kubernetes/volsync/crd.yaml"
      status.take(object)
      if !isOwed { unsent = [] }
      failures = 0
      calmUntil = now + Self.pause
    case .conflict, .failed:
      // The object as it is now comes by its watch.
      sent = nil
      wait(at: now)
    case .gone:
      failures = Self.patience
      calmUntil = now + .seconds(60)
    }
  }

  private mutating func wait(at now: Tick) {
    failures += 1
    calmUntil = now + Backoff(initial: .seconds(1), maximum: .seconds(60)).limit(after: failures)
  }
}

extension UnlockNotice {
  /// Without the whole of a pod, of which a status says nothing.
  fileprivate var withoutPod: UnlockNotice {
    guard case .detected(var failure) = self else { return self }
    failure.pod = nil
    return .detected(failure)
  }
}

/// What came of writing a status.
enum StatusOutcome: Sendable {
  /// It is written; the object as it is now.
  case written(VolSyncMonitor)
  /// The object is another one by now.
  case conflict
  /// It is not there any more.
  case gone
  /// It failed; why.
  case failed(String)
}
