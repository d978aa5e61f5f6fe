import Pacing
import StackDrain
import TimeText

/// Engine, commands, lines and messages together: what the monitor of a pool decides, in one value.
/// `PoolMonitor` feeds it and carries out its deeds.
struct PoolHelm: Sendable {
  /// What the shell is to do.
  enum Deed: Hashable, Sendable {
    /// Keep this ledger, then tell.
    case keep(Ledger)
    /// Make this call, then tell.
    case call(CallID, Call, deadline: Tick)
    /// Write the files that other programs read.
    case show(LedgerState, PoolState?)
    /// Tell people.
    case tell(PoolLine)
    /// Tell the service manager.
    case notify(String)
  }

  private(set) var engine: PoolEngine
  private(set) var picture = PoolPicture()
  private(set) var book: CommandBook
  private var notices: ServiceNotices
  private let boot: String
  /// Wall clock less ticks, as the engine thinks.
  private var wallOffset: Duration
  /// For how long a judgement holds; `nil`: for ever, as nobody is to look.
  private let patience: Duration?
  /// When the pool was judged last, and before that when this began.
  private var lastNews: Tick
  private var hasExpired = false
  private var lastSteps = 0
  private var runSince = Tick.zero
  private var shown: (mode: StackMode, method: StartMethod, state: PoolState?, drain: Timestamp?)?

  /// How often there is a turn although nothing happens.
  static let heartbeat = Duration.seconds(5)
  /// By how much the date must be another before the engine is told: clocks are slewed by less.
  static let clockStep = Duration.seconds(2)
  /// How many events are remembered.
  static let maximumEvents = 50

  /// - Parameters:
  ///   - engine: An engine that was told nothing yet.
  ///   - now: The present that it was made with.
  ///   - watchdog: How often the service manager wants a sign of life.
  ///   - patience: For how long a judgement holds, when no other follows; `nil`: for ever.
  init(
    _ engine: PoolEngine, now: Moment, watchdog: Duration? = nil, patience: Duration? = nil
  ) {
    self.patience = patience
    lastNews = now.tick
    self.engine = engine
    book = CommandBook(kept: engine.ledger.lastNumber)
    boot = now.boot
    wallOffset = now.wall - Timestamp(seconds: 0) - (now.tick - .zero)
    notices = ServiceNotices(watchdog: watchdog)
    paint(Moment(boot: boot, tick: now.tick, wall: now.wall))
  }

  /// When there must be a turn, if nothing happens before.
  func alarm(after now: Tick) -> Tick {
    let alarms = [engine.alarm, notices.alarm, now + Self.heartbeat].compactMap(\.self)
    return alarms.min() ?? now + Self.heartbeat
  }

  /// Takes what happened.
  ///
  /// - Parameters:
  ///   - signals: What happened, in order.
  ///   - now: The present.
  ///   - wall: The same by date.
  /// - Returns: What is to be done, in order.
  mutating func take(_ signals: [PoolInbox.Signal], at now: Tick, wall: Timestamp) -> [Deed] {
    var deeds: [Deed] = []
    let offset = wall - Timestamp(seconds: 0) - (now - .zero)
    if offset - wallOffset > Self.clockStep || wallOffset - offset > Self.clockStep {
      let line = PoolLine(
        .warn, "the date was changed", ["by": .duration(offset - wallOffset)],
        text: "The date was changed by \((offset - wallOffset).rounded(to: .seconds(1)).text)")
      wallOffset = offset
      tell(line, at: now, &deeds)
      drive(.clock(wall), at: now, &deeds)
    }
    for signal in signals { take(signal, at: now, &deeds) }
    if !hasExpired, let patience, now - lastNews > patience {
      let words = "the pool was not judged for \((now - lastNews).rounded(to: .seconds(1)).text)"
      expire("\(words): its probes are not heard of", at: now, &deeds)
    }
    if signals.isEmpty { drive(.tick, at: now, &deeds) }
    paint(Moment(boot: boot, tick: now, wall: wall))
    show(&deeds)
    let situation = ServiceNotices.Situation(
      isJudged: picture.judgement != nil, words: picture.sentence, isBusy: picture.run != nil,
      isBlind: hasExpired)
    deeds += notices.handle(.turned(situation), at: now).map { .notify($0) }
    return deeds
  }

  private mutating func take(
    _ signal: PoolInbox.Signal, at now: Tick, _ deeds: inout [Deed]
  ) {
    switch signal {
    case .judged(let judgement):
      if picture.stateSince == nil || judgement.state != picture.judgement?.state {
        picture.stateSince = now
      }
      picture.judgement = judgement
      picture.judgedAt = now
      lastNews = now
      hasExpired = false
      drive(.judged(judgement), at: now, &deeds)
    case .blinded(let words): expire(words, at: now, &deeds)
    case .answered(let id, let answer):
      picture.statistics.count(answer)
      guard let answer else { return drive(.tick, at: now, &deeds) }
      if case .surveyed(let seen) = answer, seen.complaints.isEmpty { picture.complaint = nil }
      drive(.answered(id, answer), at: now, &deeds)
    case .recorded(let number):
      book.kept(number)
      if picture.ledgerFault != nil {
        picture.ledgerFault = nil
        let line = PoolLine(
          .info, "the ledger can be written again", text: "The ledger can be written again")
        tell(line, at: now, &deeds)
      }
      drive(.recorded(number), at: now, &deeds)
    case .notRecorded(let words):
      drive(.notRecorded(words), at: now, &deeds)
    case .commanded(let id, let command):
      book.add(id, command, at: now)
      // Whoever reads the files again is told what holds now, though it be the same.
      if id == CommandBook.fileID { shown = nil }
      let line = PoolLine(
        .info, "command received", ["command": .string(command.text)],
        text: "Asked by hand: \(command.text)")
      tell(line, at: now, &deeds)
      drive(.commanded(command), at: now, &deeds)
    case .stirred: drive(.stirred, at: now, &deeds)
    case .timer: drive(.tick, at: now, &deeds)
    case .configured(let policy):
      engine.configure(policy)
      drive(.tick, at: now, &deeds)
    case .reloading: deeds += notices.handle(.reloading, at: now).map { .notify($0) }
    case .reloaded: deeds += notices.handle(.reloaded, at: now).map { .notify($0) }
    case .stopping: stop(at: now, &deeds)
    }
  }

  /// Nobody knows how the pool is: what was judged last does not hold any more.
  private mutating func expire(_ words: String, at now: Tick, _ deeds: inout [Deed]) {
    hasExpired = true
    let judgement = PoolJudgement(state: .unknown, reasons: [words])
    if picture.stateSince == nil || picture.judgement?.state != .unknown {
      picture.stateSince = now
    }
    picture.judgement = judgement
    tell(
      PoolLine(.error, "the pool is not seen", ["reason": .string(words)], text: words), at: now,
      &deeds)
    drive(.judged(judgement), at: now, &deeds)
  }

  private mutating func drive(
    _ event: PoolEngine.Event, at now: Tick, _ deeds: inout [Deed]
  ) {
    let standing = engine.pool.state
    var told: [PoolNotice] = []
    for effect in engine.handle(event, at: now) {
      switch effect {
      case .record(let ledger): deeds.append(.keep(ledger))
      case .call(let id, let call, let deadline):
        deeds.append(.call(id, call, deadline: deadline))
      case .tell(let notice):
        told.append(notice)
        hear(notice, at: now, &deeds)
      }
    }
    if let line = PoolLine(from: standing, to: engine.pool.state, engine.pool.judgement, at: now) {
      tell(line, at: now, &deeds)
    }
    book.settle(told, engine)
  }

  private mutating func hear(_ notice: PoolNotice, at now: Tick, _ deeds: inout [Deed]) {
    picture.statistics.count(notice)
    switch notice {
    case .began(_, let plan):
      lastSteps = plan.reduce(0) { $0 + $1.steps.count }
      runSince = now
    case .blind(let words):
      // It is told at each look; people need it once.
      guard picture.complaint != words else { return }
      picture.complaint = words
    case .unwritable(let words):
      guard picture.ledgerFault != words else { return }
      picture.ledgerFault = words
    case .pool, .flapped, .ended, .finished, .abandoned, .mode, .refused: break
    }
    tell(PoolLine(notice, engine.pool.judgement), at: now, &deeds)
  }

  private mutating func tell(_ line: PoolLine, at now: Tick, _ deeds: inout [Deed]) {
    deeds.append(.tell(line))
    guard line.level > .debug else { return }
    picture.events.append(PoolEvent(at: now, level: line.level, text: line.text))
    if picture.events.count > Self.maximumEvents { picture.events.removeFirst() }
  }

  private mutating func stop(at now: Tick, _ deeds: inout [Deed]) {
    if let run = engine.run {
      let kind = run.record.kind.rawValue
      let line = PoolLine(
        .warn, "ending in the middle of a \(kind), the next start goes on with it",
        ["run": .int(run.record.run)],
        text: "Ending in the middle of a \(kind) (run \(run.record.run)): "
          + "nothing is undone, the next start goes on with it")
      tell(line, at: now, &deeds)
    }
    deeds += notices.handle(.stopping, at: now).map { .notify($0) }
  }

  private mutating func paint(_ now: Moment) {
    picture.standing = engine.pool.state
    picture.ledger = engine.ledger.state
    picture.isLooking = engine.isLooking
    picture.holdLeft = engine.ledger.state.hold?.remaining(at: now) ?? .zero
    picture.commands = book.entries
    picture.commandCount = book.total
    picture.turnedAt = now.tick
    picture.run = engine.run.map { run in
      RunPicture(
        record: run.record, stage: run.stage?.purpose, endedSteps: run.results.count,
        steps: lastSteps, since: runSince)
    }
  }

  private mutating func show(_ deeds: inout [Deed]) {
    let state = engine.ledger.state
    let pool = picture.judgement?.state
    guard
      shown?.mode != state.mode || shown?.method != state.startMethod || shown?.state != pool
        || shown?.drain != state.lastDrain
    else { return }
    shown = (state.mode, state.startMethod, pool, state.lastDrain)
    deeds.append(.show(state, pool))
  }
}
