import MountHealthCore
import Pacing
import StackDrain
import Synchronization
import TimeText

/// The shell of the pool's engine: tells it what is seen and what came of its calls, and carries out
/// what it wants done. It chooses nothing.
///
/// It runs in a task of its own; HTTP, files and signals have threads of theirs.
final class PoolMonitor: Sendable {
  let view = PoolView()
  let inbox = PoolInbox()
  private let room: PoolRoom
  private let log: Log
  private let records: RecordThread
  private let service: ServiceManager?
  private let ending: Alarm
  private let hasEnded = Atomic(false)
  private let wasBlinded = Atomic(false)
  private let onBlindness: (@Sendable () -> Void)?
  /// Tells commands of this process from those of another.
  private let life = String(UInt64.random(in: 0 ... .max), radix: 16)
  private let counter = Atomic(0)

  /// How long what waits to be written may take at the end.
  static let lastWrites = Duration.milliseconds(300)

  /// - Parameters:
  ///   - room: What is watched, and how the world is reached. Its lock must be held.
  ///   - log: Where it tells what it does.
  ///   - service: The service manager, where one wants to hear.
  ///   - onBlindness: Called once, when nobody looks at the pool any more: then it ends, as another
  ///     process may see again. `nil`: it goes on without.
  /// - Throws: The errno, where there is no descriptor or thread left.
  init(
    _ room: PoolRoom, _ log: Log, service: ServiceManager? = nil,
    onBlindness: (@Sendable () -> Void)? = nil
  ) throws(ErrorNumber) {
    self.onBlindness = onBlindness
    self.room = room
    self.log = log
    self.service = service
    ending = try Alarm()
    records = try RecordThread(room.records, inbox, log)
  }

  /// Takes a command of a person.
  ///
  /// - Returns: The number to ask for it by; `nil` while too many wait.
  func command(_ command: PoolCommand) -> String? {
    let id = "\(life)-\(counter.wrappingAdd(1, ordering: .relaxed).newValue)"
    return inbox.send(.commanded(id: id, command)) ? id : nil
  }

  /// What became of a command; `nil` where this process was never told it, or has forgotten it.
  func outcome(of id: String) -> (entry: CommandBook.Entry?, picture: PoolPicture)? {
    let picture = view.picture
    if let entry = picture.commands.last(where: { $0.id == id }) { return (entry, picture) }
    guard id.hasPrefix(life + "-"), let number = Int(id.dropFirst(life.utf8.count + 1)),
      number > picture.commandCount
    else { return nil }
    return (nil, picture)
  }

  /// Whether it ended because nobody looked at the pool any more.
  var isBlind: Bool { wasBlinded.load(ordering: .acquiring) }

  /// Asks it to end. Returns at once.
  func stop() { inbox.send(.stopping) }

  /// Waits until it has ended, and no longer than `patience`. After `stop`.
  func waitUntilEnded(atMost patience: Duration) {
    let limit = Tick.now() + patience
    while !hasEnded.load(ordering: .acquiring) {
      let rest = limit - Tick.now()
      guard rest > .zero else { return }
      ending.wait(atMost: rest)
    }
  }

  /// Runs until `stop`.
  ///
  /// - Parameters:
  ///   - ledger: What was kept last.
  ///   - watches: Whether it looks at the pool; without, it only does what is asked of it.
  func run(from ledger: Ledger, watches: Bool = true) async {
    let start = Moment(boot: room.boot, tick: .now(), wall: WallClock.now().timestamp)
    let engine = PoolEngine(
      ledger: ledger, stack: room.stack, policy: room.setup.settings.policy,
      planPolicy: room.setup.settings.planPolicy, now: start)
    let probing = room.setup.settings.probing
    var helm = PoolHelm(
      engine, now: start, watchdog: service?.watchdog,
      patience: watches ? probing.interval * 3 + probing.timeout : nil)
    records.begin(with: ledger.state)
    let timer = TickTimer { [inbox] in inbox.send(.timer) }
    if watches { watch() }
    inbox.send(.timer)
    await withDiscardingTaskGroup { group in
      if watches {
        group.addTask { [room, inbox] in await room.doors.follow { inbox.send(.stirred) } }
      }
      var isEnding = false
      var rings = inbox.bell.makeAsyncIterator()
      while !isEnding, await rings.next() != nil {
        let signals = inbox.takeAll()
        guard !signals.isEmpty else { continue }
        isEnding = signals.contains(.stopping)
        if onBlindness != nil, signals.contains(where: { $0.isBlindness }) {
          wasBlinded.store(true, ordering: .releasing)
          isEnding = true
        }
        let wall = WallClock.now().timestamp
        for deed in helm.take(signals, at: .now(), wall: wall) { carryOut(deed, in: &group) }
        view.show(helm.picture)
        timer.set(helm.alarm(after: .now()))
      }
      timer.cancel()
      // A call that is out may still take effect; it was written down before it was made.
      group.cancelAll()
    }
    records.end(within: Self.lastWrites)
    await room.doors.close()
    hasEnded.store(true, ordering: .releasing)
    ending.ring()
    if isBlind { onBlindness?() }
  }

  private func watch() {
    let pool = room.setup.settings.pool
    do throws(PoolFault) {
      try room.doors.watch { [inbox] evidence in
        inbox.send(.judged(PoolJudgement(pool, by: evidence)))
      } _: { [inbox] words in
        inbox.send(.blinded(words))
      }
    } catch {
      log.error("the pool cannot be watched", ["error": .string(error.description)])
      inbox.send(.blinded(error.description))
    }
  }

  private func carryOut(_ deed: PoolHelm.Deed, in group: inout DiscardingTaskGroup) {
    switch deed {
    case .keep(let ledger): records.keep(ledger)
    case .call(let id, let call, let deadline):
      group.addTask { await self.make(call, id, until: deadline) }
    case .show(_, let pool): records.show(pool)
    case .tell(let line):
      log.log(line.level, line.message, line.fields)
      if line.level > .debug { records.note(line.level, line.text) }
    case .notify(let message): service?.say(message)
    }
  }

  private func make(_ call: Call, _ id: CallID, until deadline: Tick) async {
    let answer: Answer? = await Deadline.race(until: deadline) {
      await self.room.doors.carryOut(call, deadline)
    } otherwise: {
      nil
    }
    inbox.send(.answered(id, answer))
  }
}
