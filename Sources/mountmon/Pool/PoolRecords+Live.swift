import MountHealthCore
import Pacing
import StackDrain
import Synchronization

extension PoolRecords {
  /// The state directory on disk. It is opened when it is first needed, and made for who takes its
  /// lock: a look at the pool needs none.
  ///
  /// - Parameters:
  ///   - path: Where it is.
  ///   - compatibility: A second folder for the files that others read.
  ///   - log: Where is told what is odd about it.
  /// - Returns: The doors to it.
  static func live(_ path: String, compatibility: String?, _ log: Log) -> PoolRecords {
    let desk = RecordDesk(path, compatibility, log)
    return PoolRecords(
      lock: { () throws(PoolFault) in
        do throws(StateFault) {
          try desk.folder(creates: true).lock(at: WallClock.now().timestamp)
        } catch {
          throw PoolFault(error)
        }
      },
      read: { () throws(PoolFault) in
        do throws(StateFault) {
          return try desk.folder().readLedger(at: WallClock.now().timestamp)
        } catch {
          throw PoolFault(error)
        }
      },
      keep: { ledger throws(PoolFault) in
        do throws(StateFault) {
          try desk.folder().keep(ledger)
        } catch {
          throw PoolFault(error)
        }
      },
      show: { desk.show($0, $1) },
      note: { level, text in
        _ = try? desk.folder().note(level.ofState, text, at: WallClock.now().timestamp)
      },
      foreignCommand: { desk.foreignCommand($0) },
      socketPath: (path == "/" ? "" : path) + "/control")
  }
}

/// Keeps the folder once it is open.
private final class RecordDesk: Sendable {
  private let path: String
  private let compatibility: String?
  private let log: Log
  private let open = Mutex<StateFolder?>(nil)

  init(_ path: String, _ compatibility: String?, _ log: Log) {
    self.path = path
    self.compatibility = compatibility
    self.log = log
  }

  /// - Parameter creates: Whether it is made where there is none: who only reads has no need of that.
  /// - Returns: The folder, opened once.
  /// - Throws: `StateFault` where it cannot be opened.
  func folder(creates: Bool = false) throws(StateFault) -> StateFolder {
    if let folder = open.withLock({ $0 }) { return folder }
    let folder = try StateFolder.open(path, compatibility: compatibility, creates: creates)
    for warning in folder.warnings { log.warn("state", ["warning": .string(warning)]) }
    open.withLock { $0 = folder }
    return folder
  }

  func show(_ state: LedgerState, _ pool: PoolState?) -> String? {
    do throws(StateFault) {
      let faults = try folder().show(StateWords(state, pool: pool))
      return faults.isEmpty ? nil : faults.joined(separator: "; ")
    } catch {
      return "\(error)"
    }
  }

  func foreignCommand(_ state: LedgerState) -> PoolCommand? {
    guard
      let found = try? folder().foreignChoice(mode: state.mode, method: state.startMethod)
    else { return nil }
    for warning in found.warnings { log.warn("state", ["warning": .string(warning)]) }
    return found.command
  }
}

extension LogLevel {
  fileprivate var ofState: StateLogLevel {
    switch self {
    case .debug, .info: .info
    case .warn: .warn
    case .error: .error
    }
  }
}
