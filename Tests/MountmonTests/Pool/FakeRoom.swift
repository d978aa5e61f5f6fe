import Foundation
import Pacing
import StackDrain
import Synchronization

@testable import MountHealthCore
@testable import mountmon

/// A world behind the doors, in memory: a pool that is there or not, a stack, a disk and its lock.
final class FakeRoom: Sendable {
  private struct State {
    var stack = ToyStack()
    var disk = Ledger()
    var diskFault: String?
    var isLocked = false
    var isThere = true
    var tell: (@Sendable (PoolEvidence) -> Void)?
    var ended: (@Sendable (String) -> Void)?
    var firstLook: Duration?
    var notes: [String] = []
    var shown: [String] = []
    var foreign: PoolCommand?
    var pace = Duration.milliseconds(2)
    var isClosed = false
  }

  private let state = Mutex(State())
  let folder: String
  /// What commands print, and what they complain.
  let printed = Mutex("")
  /// Whether what is printed gets anywhere.
  let canPrint = Mutex(true)
  let complained = Mutex("")
  let logged = Mutex("")

  init() {
    folder = NSTemporaryDirectory() + "pool-\(UInt32.random(in: 0 ... .max))"
    try? FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  var stack: ToyStack { state.withLock { $0.stack } }
  var disk: Ledger { state.withLock { $0.disk } }
  var notes: [String] { state.withLock { $0.notes } }
  var shown: [String] { state.withLock { $0.shown } }
  var isClosed: Bool { state.withLock { $0.isClosed } }
  var isLocked: Bool {
    get { state.withLock { $0.isLocked } }
    set { state.withLock { $0.isLocked = newValue } }
  }

  func change(_ stack: (inout ToyStack) -> Void) { state.withLock { stack(&$0.stack) } }
  func breakDisk(_ fault: String?) { state.withLock { $0.diskFault = fault } }
  func choose(_ command: PoolCommand) { state.withLock { $0.foreign = command } }
  func slow(_ pace: Duration) { state.withLock { $0.pace = pace } }

  /// The pool comes or goes, and is looked at.
  func pool(isThere: Bool) {
    let tell = state.withLock { state in
      state.isThere = isThere
      return state.tell
    }
    tell?(evidence)
  }

  /// Nobody looks at the pool any more.
  func blind(_ words: String) { state.withLock { $0.ended }?(words) }
  /// The first thing that is told is that nothing was seen; what is so is told later.
  func lookSlowly(_ time: Duration) { state.withLock { $0.firstLook = time } }

  var evidence: PoolEvidence {
    let isThere = state.withLock { $0.isThere }
    guard isThere, let entry = Self.entry else { return PoolEvidence(mount: .seen(nil)) }
    let ok = Outcome(.ok, latency: .milliseconds(1))
    return PoolEvidence(
      mount: .seen(entry), probe: .seen(ok),
      branches: [
        "Fast_4TB_1": BranchEvidence(
          device: .unseen("labels are not read"), mount: .seen(entry), probe: .seen(ok)),
        "Fast_8TB_3": BranchEvidence(device: .seen(nil), mount: .seen(nil)),
      ])
  }

  private static var entry: MountEntry? {
    let line = "36 35 0:50 / /mnt/pool rw shared:1 - fuse.mergerfs pool rw\n"
    return MountTable(parsing: Array(line.utf8)).entries.first
  }

  var doors: PoolDoors {
    PoolDoors(
      watch: { [self] tell, ended throws(PoolFault) in
        let firstLook = state.withLock { state in
          state.tell = tell
          state.ended = ended
          return state.firstLook
        }
        guard let firstLook else { return tell(evidence) }
        tell(PoolEvidence())
        Task { [self] in
          try? await Task.sleep(for: firstLook)
          tell(evidence)
        }
      },
      lookNow: {}, lookOnce: { [self] in evidence },
      carryOut: { [self] call, _ in
        let pace = state.withLock { $0.pace }
        try? await Task.sleep(for: pace)
        if let answer = state.withLock({ $0.stack.answer(call) }) { return answer }
        try? await Task.sleep(for: .seconds(1000))
        return .failed("it is mute")
      },
      follow: { _ in try? await Task.sleep(for: .seconds(1000)) },
      close: { [self] in state.withLock { $0.isClosed = true } })
  }

  var records: PoolRecords {
    PoolRecords(
      lock: { [self] () throws(PoolFault) in
        let isFree = state.withLock { state in
          defer { state.isLocked = true }
          return !state.isLocked
        }
        guard isFree else {
          throw PoolFault("\(folder)/lock: held by process 4711", isLockHeld: true)
        }
      },
      read: { [self] () throws(PoolFault) in (disk, []) },
      keep: { [self] ledger throws(PoolFault) in
        let fault = state.withLock { state in
          if state.diskFault == nil { state.disk = ledger }
          return state.diskFault
        }
        if let fault { throw PoolFault(fault) }
      },
      show: { [self] ledger, pool in
        state.withLock { $0.shown.append("\(ledger.mode.rawValue) \(pool?.rawValue ?? "-")") }
        return nil
      },
      note: { [self] level, text in state.withLock { $0.notes.append("[\(level.name)] \(text)") } },
      foreignCommand: { [self] _ in
        state.withLock { state in
          defer { state.foreign = nil }
          return state.foreign
        }
      }, socketPath: folder + "/control")
  }

  func setup() throws -> PoolSetup {
    var policy = PoolPolicy(upgradeAfter: .milliseconds(50), coolDown: .zero)
    policy.upgradesPerHour = 100
    var plan = PlanPolicy(clientDeadline: .seconds(3), lookDeadline: .seconds(3))
    plan.settleDeadline = .seconds(3)
    return PoolSetup(
      settings: PoolSettings(
        pool: try PoolDescription.toy(), policy: policy, planPolicy: plan, stateFolder: folder))
  }

  func room() throws -> PoolRoom {
    PoolRoom(
      setup: try setup(), stack: ToyStack.description, doors: doors, records: records,
      boot: "boot")
  }

  var log: Log {
    Log(level: .debug, format: .standard(.text), clock: { LogTime(seconds: 0, nanoseconds: 0) }) {
      [self] bytes in
      logged.withLock { $0 += String(decoding: bytes, as: UTF8.self) }
    }
  }

  /// A host whose commands reach this world.
  func host() throws -> PoolHost {
    let room = try room()
    return PoolHost(
      load: { _, _ throws(ConfigurationFaults) in room.setup },
      open: { _, _ throws(PoolFault) in room },
      print: { [self] text in
        guard canPrint.withLock({ $0 }) else { return false }
        printed.withLock { $0 += text }
        return true
      },
      complain: { [self] text in complained.withLock { $0 += text } },
      isOutputTerminal: false, showsProgress: false)
  }

  /// Runs a command line and says how it leaves.
  func run(_ arguments: String...) async throws -> (code: Int32, out: String, err: String) {
    printed.withLock { $0 = "" }
    complained.withLock { $0 = "" }
    guard
      case .run(let command) = MountmonCommands.decide(
        ["pool"] + arguments, build: .sample, style: .plain)
    else { return (-1, "", "it is not understood") }
    let program = PoolProgram(command: command, host: try host())
    let code = await onThread { program.run() }
    return (code, printed.withLock { $0 }, complained.withLock { $0 })
  }
}

/// Waits until something is so, and says whether it came to that within half a minute.
func waits(until isSo: () -> Bool) async -> Bool {
  for _ in 0..<6000 {
    if isSo() { return true }
    try? await Task.sleep(for: .milliseconds(5))
  }
  return isSo()
}

/// Does what blocks on a thread of its own: those of tasks are few.
func onThread<Value: Sendable>(_ work: @escaping @Sendable () -> Value) async -> Value {
  await withCheckedContinuation { waiter in
    Thread.detachNewThread { waiter.resume(returning: work()) }
  }
}
