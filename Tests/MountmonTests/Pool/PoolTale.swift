import Pacing
import StackDrain
import TimeText

@testable import mountmon

/// A monitor's helm in a world of its own: time, a stack that answers, a disk. Every deed is carried
/// out 10 ms later.
struct PoolTale {
  enum Item {
    case signal(PoolInbox.Signal)
    case call(CallID, Call)
    case keep(Ledger)
    case timer
  }

  var now = Tick(nanoseconds: 1_000_000_000)
  var stack = ToyStack()
  var disk = Ledger()
  var diskFault: String?
  var skew = Duration.zero
  var helm: PoolHelm
  var lines: [String] = []
  /// Every line of the log.
  private(set) var told: [PoolLine] = []
  var messages: [String] = []
  var shown: [String] = []
  /// Before which deed the process is killed.
  var crashAt: Int?
  private(set) var deedCount = 0
  private(set) var crashes = 0
  private var agenda: [(at: Tick, item: Item)] = []
  private var judgement = PoolJudgement(state: .unknown)
  private let watchdog: Duration?

  init(watchdog: Duration? = nil, disk: Ledger = Ledger()) {
    self.watchdog = watchdog
    self.disk = disk
    helm = Self.helm(disk, at: now, wall: Self.wall(now), watchdog)
    take([.timer])
  }

  private static func wall(_ now: Tick) -> Timestamp {
    Timestamp(seconds: 1_795_233_600) + (now - .zero)
  }

  private static func helm(
    _ ledger: Ledger, at now: Tick, wall: Timestamp, _ watchdog: Duration?
  ) -> PoolHelm {
    let present = Moment(boot: "boot", tick: now, wall: wall)
    let engine = PoolEngine(ledger: ledger, stack: ToyStack.description, now: present)
    return PoolHelm(engine, now: present, watchdog: watchdog)
  }

  /// The pool is this from now on, and is looked at.
  mutating func pool(_ judgement: PoolJudgement, for seconds: Int = 0) {
    self.judgement = judgement
    take([.judged(judgement)])
    run(for: .seconds(seconds))
  }

  mutating func command(_ command: PoolCommand, _ id: String = "1") {
    take([.commanded(id: id, command)])
  }

  func state(of id: String) -> CommandBook.State? {
    helm.picture.commands.last { $0.id == id }?.state
  }

  /// Lets time pass; the pool is looked at every 10 s.
  mutating func run(for duration: Duration) {
    let end = now + duration
    var nextLook = now + .seconds(10)
    while true {
      let alarm = helm.alarm(after: now)
      let first = agenda.min { $0.at < $1.at }
      let next = min(first?.at ?? end, alarm, nextLook, end)
      now = max(now, next)
      if let first, first.at <= now {
        agenda.remove(at: agenda.firstIndex { $0.at == first.at } ?? 0)
        happen(first.item)
      } else if nextLook <= now {
        nextLook = now + .seconds(10)
        take([.judged(judgement)])
      } else if alarm <= now {
        take([.timer])
      } else {
        return
      }
    }
  }

  mutating func take(_ signals: [PoolInbox.Signal]) {
    let deeds = helm.take(signals, at: now, wall: Self.wall(now) + skew)
    for deed in deeds {
      deedCount += 1
      if deedCount == crashAt { return crash() }
      switch deed {
      case .keep(let ledger): agenda.append((now + .milliseconds(10), .keep(ledger)))
      case .call(let id, let call, let deadline):
        agenda.append((now + .milliseconds(10), .call(id, call)))
        agenda.append((deadline, .signal(.answered(id, nil))))
      case .show(let state, let pool):
        shown.append("\(state.mode.rawValue) \(pool?.rawValue ?? "-")")
      case .tell(let line):
        told.append(line)
        if line.level > .debug { lines.append(line.text) }
      case .notify(let message): messages.append(message)
      }
    }
  }

  private mutating func happen(_ item: Item) {
    switch item {
    case .signal(let signal): take([signal])
    case .call(let id, let call):
      if let answer = stack.answer(call) { take([.answered(id, answer)]) }
    case .keep(let ledger):
      if let diskFault { return take([.notRecorded(diskFault)]) }
      disk = ledger
      take([.recorded(ledger.lastNumber)])
    case .timer: take([.timer])
    }
  }

  /// The process is killed, and another begins a second later.
  private mutating func crash() {
    crashes += 1
    // What it asked for may come to pass all the same.
    for case (_, .call(_, let call)) in agenda { _ = stack.answer(call) }
    agenda = []
    now = now + .seconds(1)
    helm = Self.helm(disk, at: now, wall: Self.wall(now), watchdog)
    take([.timer, .judged(judgement)])
  }
}
