import MountHealthCore
import Pacing
import StackDrain
import Synchronization

/// Writes to the state directory on a thread of its own, as a disk may be slow, full or hung; the
/// engine never waits for it.
final class RecordThread: Sendable {
  private struct Work {
    var kept: LedgerState?
    var ledger: Ledger?
    var pool: PoolState??
    var notes: [(level: LogLevel, text: String)] = []
    var isEnding = false
  }

  private let records: PoolRecords
  private let inbox: PoolInbox
  private let log: Log
  private let alarm: Alarm
  private let ended: Alarm
  private let work = Mutex(Work())
  private let hasEnded = Atomic(false)

  /// How often it is looked whether another program has written there.
  static let interval = Duration.seconds(2)
  /// How many lines may wait; what is beyond is in the log all the same.
  static let maximumNotes = 256

  /// - Throws: The errno, where there is no descriptor or thread left.
  init(_ records: PoolRecords, _ inbox: PoolInbox, _ log: Log) throws(ErrorNumber) {
    self.records = records
    self.inbox = inbox
    self.log = log
    alarm = try Alarm()
    ended = try Alarm()
    try startThread { [self] in run() }
  }

  /// Says what was kept last, before this began.
  func begin(with state: LedgerState) { work.withLock { $0.kept = state } }

  /// Has this ledger kept; the inbox hears of it.
  func keep(_ ledger: Ledger) {
    work.withLock { $0.ledger = ledger }
    alarm.ring()
  }

  /// Has the files for other programs written, by the ledger that was kept last: they are never ahead
  /// of it.
  func show(_ pool: PoolState?) {
    work.withLock { $0.pool = .some(pool) }
    alarm.ring()
  }

  /// Has a line added to the log there.
  func note(_ level: LogLevel, _ text: String) {
    work.withLock { if $0.notes.count < Self.maximumNotes { $0.notes.append((level, text)) } }
    alarm.ring()
  }

  /// Has what waits written, and the thread end; waits no longer than `patience`.
  func end(within patience: Duration) {
    work.withLock { $0.isEnding = true }
    alarm.ring()
    let limit = Tick.now() + patience
    while !hasEnded.load(ordering: .acquiring) {
      let rest = limit - Tick.now()
      guard rest > .zero else { return }
      ended.wait(atMost: rest)
    }
  }

  private func run() {
    /// What was kept last, what of it the files say, and what of the pool.
    var kept: LedgerState?
    var state: LedgerState?
    var pool: PoolState??
    var lastFault: String?
    while true {
      let work = work.withLock { work in
        defer { work = Work(isEnding: work.isEnding) }
        return work
      }
      kept = work.kept ?? kept
      if let ledger = work.ledger, keepNow(ledger) { kept = ledger.state }
      pool = work.pool ?? pool
      if let kept, let pool, work.pool != nil || !kept.shows(likewise: state) {
        let fault = records.show(kept, pool)
        if let fault, fault != lastFault {
          log.warn("state files not written", ["error": .string(fault)])
        }
        lastFault = fault
        state = kept
      }
      for note in work.notes { records.note(note.level, note.text) }
      if work.isEnding {
        hasEnded.store(true, ordering: .releasing)
        ended.ring()
        return
      }
      if let known = state, let command = records.foreignCommand(known),
        inbox.send(.commanded(id: CommandBook.fileID, command))
      {
        // Until the engine says what holds now, nothing is known to differ from it.
        state = nil
        pool = nil
      }
      alarm.wait(atMost: Self.interval)
    }
  }

  /// - Returns: Whether it is kept.
  private func keepNow(_ ledger: Ledger) -> Bool {
    do throws(PoolFault) {
      try records.keep(ledger)
      inbox.send(.recorded(ledger.lastNumber))
      return true
    } catch {
      inbox.send(.notRecorded(error.description))
      return false
    }
  }
}

extension LedgerState {
  /// Whether the files say the same of both.
  fileprivate func shows(likewise other: LedgerState?) -> Bool {
    guard let other else { return false }
    return StateWords(self, pool: nil) == StateWords(other, pool: nil)
  }
}
