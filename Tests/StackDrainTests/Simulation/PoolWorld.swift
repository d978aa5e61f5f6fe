import Pacing
import SimulationKit
import TimeText

@testable import StackDrain

/// A host with a pool, a stack, people, a clock, a disk for the ledger, and an engine that is killed
/// at any instant. One seed, one life.
final class PoolWorld {
  enum Item {
    case weather
    case judge(epoch: Int)
    case alarm(epoch: Int)
    case arrive(Errand)
    case answer(CallID, Answer, epoch: Int)
    case finishStop(Errand, refused: Bool)
    case kept(Ledger, epoch: Int)
    case toldKept(Int, epoch: Int)
    case notKept(epoch: Int)
    case human
    case trouble
    case relief
    case crash
    case reborn
  }

  /// A call on its way.
  struct Errand {
    var id: CallID
    var call: Call
    var deadline: Tick
    var epoch: Int
  }

  /// What goes wrong, and how often.
  struct Climate {
    var loss = 0.03
    var lateEffect = 0.03
    var slowAnswer = 0.03
    var refusal = 0.03
    var lie = 0.02
    var diskFull = 0.02
    var crashPerEffect = 0.002
    var humans = true
    /// The number of the call that goes wrong, how, and whether all after it do.
    var sweep: (call: Int, fate: Fate, forEver: Bool)?
    /// The number of the effect before which the engine is killed.
    var crashAt: Int?
  }

  enum Fate: CaseIterable {
    case fine, lost, late, slowAnswer, refused, lie
  }

  var random: SeededGenerator
  var now = Tick(nanoseconds: 1_000_000_000)
  var agenda = Agenda<Item>()
  var journal = Journal<() -> String>()
  var stack: FakeStack
  var climate: Climate
  let description: StackDescription
  let policy = PoolPolicy()

  var engine: PoolEngine?
  var epoch = 0
  var bootCount = 1
  var bootStart = Tick.zero
  var skew = Duration.zero
  /// What the disk holds.
  var durable = Ledger()
  var keeping: Int?
  var keptByWriter = Ledger()
  /// What the pool is, and what the engine was told last.
  var truth = PoolJudgement(state: .healthy, mountID: 1)
  var told = PoolJudgement(state: .unknown)
  var isCalm = false
  var diskFullUntil = Tick.zero
  /// What a person asked for last, and the plan that had begun before.
  enum Wish { case nothing, drained, less }
  var wish: (word: Wish, run: Int) = (.nothing, 0)
  var stalled: [Errand] = []
  var violation: String?
  var callCount = 0
  var alarmCount = 0
  var effectCount = 0
  var inFlight: [CallID: Target] = [:]
  var plannedAlarm: Tick?
  /// How often what happened, to see that the world is not empty.
  var counts: [String: Int] = [:]

  init(seed: UInt64, climate: Climate = Climate()) {
    random = SeededGenerator(seed: seed)
    stack = FakeStack(using: &random)
    self.climate = climate
    description = stack.description
  }

  /// Words are made only for a world that went wrong: describing a plan costs more than making one.
  func note(_ text: @autoclosure @escaping () -> String) { journal.note(text, at: now) }
  func count(_ word: String) { counts[word, default: 0] += 1 }

  func fail(_ words: String) {
    guard violation == nil else { return }
    violation =
      words + "\n" + journal.text { $0() }
      + "\n  ledger: \(durable.state.mode) \(durable.debts)"
  }

  // MARK: Time

  var engineNow: Tick { Tick(nanoseconds: (now - bootStart).clampedNanoseconds) }
  func worldTick(_ tick: Tick) -> Tick { bootStart + (tick - .zero) }
  var wall: Timestamp { Timestamp(seconds: 1_767_225_600) + (now - .zero) + skew }

  func plan(_ item: Item, in duration: Duration) { agenda.plan(item, at: now + duration) }

  /// Lets the world go on.
  func run(for duration: Duration) {
    let end = now + duration
    while violation == nil, let next = agenda.nextTick, next <= end {
      guard let (tick, item) = agenda.next() else { break }
      now = max(now, tick)
      happen(item)
    }
    now = end
  }

  private func happen(_ item: Item) {
    switch item {
    case .weather: weather()
    case .judge(let epoch):
      guard epoch == self.epoch else { return }
      judge()
      plan(.judge(epoch: epoch), in: isCalm ? .seconds(60) : .seconds(10))
    case .alarm(let epoch):
      guard epoch == self.epoch else { return }
      plannedAlarm = nil
      alarmCount += 1
      if alarmCount > 1_000_000 { fail("an alarm that never ends") }
      tell(.tick)
    case .arrive(let errand): arrive(errand)
    case .answer(let id, let answer, let epoch):
      inFlight[id] = nil
      guard epoch == self.epoch else { return }
      tell(.answered(id, answer))
    case .finishStop(let errand, let refused): finishStop(errand, refused: refused)
    case .kept(let ledger, let epoch):
      durable = ledger
      guard epoch == self.epoch else { return }
      plan(.toldKept(ledger.lastNumber, epoch: epoch), in: random.time(1...20))
    case .toldKept(let number, let epoch):
      guard epoch == self.epoch else { return }
      keeping = nil
      tell(.recorded(number))
    case .notKept(let epoch):
      guard epoch == self.epoch else { return }
      keeping = nil
      tell(.notRecorded("no space left on device"))
    case .human: human()
    case .trouble: trouble()
    case .relief: relief()
    case .crash: crash()
    case .reborn: beginEngine()
    }
  }

  // MARK: The engine

  func beginEngine() {
    guard engine == nil else { return }
    epoch += 1
    keeping = nil
    told = PoolJudgement(state: .unknown)
    do throws(LedgerError) {
      let read = durable.isNew ? Ledger() : try Ledger(reading: durable.bytes)
      if read.bytes != durable.bytes { fail("the ledger reads differently than it was written") }
      engine = PoolEngine(
        ledger: read, stack: description, policy: policy,
        now: Moment(boot: "boot \(bootCount)", tick: engineNow, wall: wall))
    } catch {
      fail("its own ledger is refused: \(error)")
    }
    note("engine begins")
    recallWish()
    for name in stack.programs.keys { stack.programs[name]?.belief = nil }
    plan(.judge(epoch: epoch), in: random.time(10...500))
    tell(.tick)
  }

  func crash() {
    guard engine != nil else { return }
    count("crash")
    note("engine is killed")
    engine = nil
    epoch += 1
    plannedAlarm = nil
    let isReboot = climate.crashAt == nil && random.chance(0.1)
    if isReboot { reboot() }
    plan(.reborn, in: isReboot ? .seconds(40) : random.time(100...60_000))
  }

  func judge() {
    told = truth
    tell(.judged(truth))
  }

  func tell(_ event: PoolEngine.Event) {
    guard engine != nil, violation == nil else { return }
    let effects = engine?.handle(event, at: engineNow) ?? []
    let life = epoch
    for effect in effects {
      effectCount += 1
      let isSwept = climate.crashAt == effectCount
      if isSwept || (!isCalm && random.chance(climate.crashPerEffect)) {
        crash()
        return
      }
      carryOut(effect)
      guard life == epoch else { return }
    }
    if let alarm = engine?.alarm {
      let tick = max(worldTick(alarm), now + .milliseconds(1))
      if plannedAlarm.map({ tick < $0 }) ?? true {
        plannedAlarm = tick
        agenda.plan(.alarm(epoch: epoch), at: tick)
      }
    }
  }

  private func carryOut(_ effect: PoolEngine.Effect) {
    switch effect {
    case .record(let ledger):
      if keeping != nil { fail("two ledgers are being kept at once") }
      keeping = ledger.lastNumber
      if !isCalm, now < diskFullUntil || random.chance(climate.diskFull) {
        plan(.notKept(epoch: epoch), in: random.time(1...50))
      } else {
        plan(.kept(ledger, epoch: epoch), in: random.time(1...30))
      }
    case .call(let id, let call, let deadline):
      check(call)
      callCount += 1
      inFlight[id] = call.target
      note("call \(id) \(call)")
      let errand = Errand(id: id, call: call, deadline: worldTick(deadline), epoch: epoch)
      plan(.arrive(errand), in: random.time(1...50))
    case .tell(let notice):
      note("\(notice)")
      switch notice {
      case .began(let record, _): count(record.kind.rawValue)
      case .flapped: count("flap")
      case .abandoned: count("abandoned")
      case .pool, .ended, .finished, .mode, .blind, .unwritable, .refused: break
      }
    }
  }
}

extension Call {
  var target: Target? {
    switch self {
    case .look(let target), .pause(let target, _), .resume(let target, _), .stop(let target, _),
      .kill(let target), .start(let target), .restart(let target, _), .launch(let target),
      .retire(let target):
      target
    case .survey, .measure: nil
    }
  }

  /// Whether it changes anything.
  var isAct: Bool {
    switch self {
    case .look, .survey, .measure: false
    case .pause, .resume, .stop, .kill, .start, .restart, .launch, .retire: true
    }
  }
}
