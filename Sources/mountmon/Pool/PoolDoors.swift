import MountHealthCore
import Pacing
import StackDrain

/// How the monitor of a pool reaches the world.
struct PoolDoors: Sendable {
  /// Begins to look at the pool, and tells from then on what is seen, and that nothing will be seen any
  /// more, with why. Returns at once; says what is missing where it cannot begin.
  var watch:
    @Sendable (
      _ tell: @escaping @Sendable (PoolEvidence) -> Void,
      _ ended: @escaping @Sendable (String) -> Void
    ) throws(PoolFault) -> Void
  /// Looks now, whatever the interval says. Returns at once.
  var lookNow: @Sendable () -> Void
  /// One look, for who does not watch.
  var lookOnce: @Sendable () async -> PoolEvidence
  /// Carries out a call, once. Nobody waits for it beyond the tick.
  var carryOut: @Sendable (Call, Tick) async -> Answer
  /// Follows what the container engine tells, until its task is cancelled.
  var follow: @Sendable (_ stirred: @escaping @Sendable () -> Void) async -> Void
  /// Ends what `watch` began, and closes connections.
  var close: @Sendable () async -> Void
}

/// How the state directory is reached. All of it may block, and is called on a thread that may.
struct PoolRecords: Sendable {
  /// Takes the lock of the one instance, for the life of this process. Waits for nobody: says who
  /// holds it.
  var lock: @Sendable () throws(PoolFault) -> Void
  /// Reads what was kept last, with a line for each thing that deserves a word; a new ledger where
  /// there is none. Needs no lock.
  var read: @Sendable () throws(PoolFault) -> (ledger: Ledger, warnings: [String])
  /// Keeps a ledger, so that it survives everything.
  var keep: @Sendable (Ledger) throws(PoolFault) -> Void
  /// Writes the files that other programs read. Without a state the pool was not looked at, and its
  /// file stays. What cannot be written is said.
  var show: @Sendable (LedgerState, PoolState?) -> String?
  /// Adds a line to the log that people read there.
  var note: @Sendable (LogLevel, String) -> Void
  /// What another program has written into those files since.
  var foreignCommand: @Sendable (LedgerState) -> PoolCommand?
  /// Where a running monitor takes commands.
  var socketPath: String
}

/// Why something of the pool's monitor could not be done: one line, with what to do.
struct PoolFault: Error, Hashable, CustomStringConvertible {
  var description: String
  /// Whether another instance holds the lock.
  var isLockHeld = false

  init(_ description: String, isLockHeld: Bool = false) {
    self.description = description
    self.isLockHeld = isLockHeld
  }
}

/// All that is configured for the monitor of a pool.
struct PoolSetup: Hashable, Sendable {
  /// The pool and its stack.
  var settings: PoolSettings
  /// A second folder for the files that other programs read; `nil`: none.
  var compatibilityFolder: String?
  /// Where HTTP is served; empty for every address.
  var httpAddress = "127.0.0.1"
  /// The port of that; `nil` serves no HTTP.
  var httpPort: Int?
  var logLevel = Configuration.LogThreshold.info
  var logFormat = Configuration.LogForm.json
  /// What works and deserves a word.
  var warnings: [String] = []
}

/// A configuration, and the world that it speaks of.
struct PoolRoom: Sendable {
  var setup: PoolSetup
  /// What belongs to the stack.
  var stack: StackDescription
  var doors: PoolDoors
  var records: PoolRecords
  /// Which boot this is.
  var boot: String
}
