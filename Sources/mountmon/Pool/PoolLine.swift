import StackDrain
import TimeText

/// One line about pool and stack: for the log, for the log in the state directory, and for status.
struct PoolLine: Hashable, Sendable {
  var level: LogLevel
  var message: String
  var fields: LogFields = [:]
  /// The line for people, in the words of the older monitor where it had some.
  var text: String

  init(_ level: LogLevel, _ message: String, _ fields: LogFields = [:], text: String) {
    self.level = level
    self.message = message
    self.fields = fields
    self.text = text
  }
}

extension PoolLine {
  /// The line of a notice.
  ///
  /// - Parameters:
  ///   - notice: What the engine told.
  ///   - judgement: What the pool was judged to be last.
  init(_ notice: PoolNotice, _ judgement: PoolJudgement) {
    switch notice {
    case .pool(let before, let state, let reasons):
      self = .pool(before, state, reasons, judgement)
    case .flapped(let count):
      self.init(
        .warn, "pool flapped, nothing was done", ["count": .int(count)],
        text: "Pool went and came too quickly to act (\(count) times so far)")
    case .began(let record, let plan):
      self = .began(record, steps: plan.reduce(0) { $0 + $1.steps.count })
    case .ended(let target, let move, let result):
      self = .ended(target, move, result)
    case .finished(let record, let isComplete, let words):
      self = .finished(record, isComplete, words)
    case .abandoned(let record, let reason):
      self.init(
        .warn, "\(record.kind.rawValue) given up",
        ["run": .int(record.run), "reason": .string(reason)],
        text: "\(record.kind.title) given up (run \(record.run)): \(reason)")
    case .mode(let mode, let method):
      self.init(
        .info, "stack mode changed",
        ["mode": .string(mode.rawValue), "startMethod": .string(method.rawValue)],
        text: "Stack mode: \(mode.rawValue) (\(method.rawValue))")
    case .blind(let words):
      self.init(
        .warn, "the stack could not be looked at", ["error": .string(words)],
        text: "The stack could not be looked at: \(words)")
    case .unwritable(let words):
      self.init(
        .error, "the ledger cannot be written, nothing is done until it can",
        ["error": .string(words)],
        text: "The ledger cannot be written, nothing is done until it can: \(words)")
    case .refused(let command, let words):
      self.init(
        .warn, "command refused", ["command": .string(command.text), "reason": .string(words)],
        text: "Refused to \(command.text): \(words)")
    }
  }

  private static func pool(
    _ before: PoolState, _ state: PoolState, _ reasons: [String], _ judgement: PoolJudgement
  ) -> PoolLine {
    let level: LogLevel =
      switch state {
      case .healthy: .info
      case .degraded, .unknown: .warn
      case .stale, .unmounted: .error
      }
    let usable = judgement.usableCount
    var fields: LogFields = [
      "state": .string(state.rawValue), "previousState": .string(before.rawValue),
      "branches": .int(judgement.branches.count), "usable": .int(usable),
    ]
    if let first = reasons.first { fields.add("reason", .string(first)) }
    if reasons.count > 1 {
      fields.add("more", .array(reasons.dropFirst().prefix(16).map { .string($0) }))
    }
    let drives =
      judgement.branches.isEmpty
      ? "" : " (drives: \(usable) of \(judgement.branches.count) usable)"
    let why = reasons.first.map { ": \($0)" } ?? ""
    return PoolLine(
      level, "pool state changed", fields,
      text: "Pool state changed: \(before.rawValue) -> \(state.rawValue)\(drives)\(why)")
  }

  private static func began(_ record: RunRecord, steps: Int) -> PoolLine {
    let byHand = record.isByHand ? ", by hand" : ""
    return PoolLine(
      .info, "\(record.kind.rawValue) began",
      [
        "run": .int(record.run), "steps": .int(steps), "byHand": .bool(record.isByHand),
        "reason": .string(record.reason),
      ], text: "\(record.kind.title) began (run \(record.run)\(byHand)): \(record.reason)")
  }

  private static func ended(_ target: Target, _ move: Move, _ result: StepResult) -> PoolLine {
    var fields: LogFields = [
      "move": .string(move.rawValue), "target": .string(target.description),
      "result": .string(result.kind.rawValue),
    ]
    if let words = result.words { fields.add("detail", .string(words)) }
    let level: LogLevel =
      switch result.kind {
      case .done, .gone: .info
      case .nothing: .debug
      case .unanswered, .unconfirmed, .failed: .warn
      }
    let words = result.words.map { ": \($0)" } ?? ""
    return PoolLine(
      level, "step ended", fields,
      text: "\(move.rawValue) \(target): \(result.kind.rawValue)\(words)")
  }

  private static func finished(
    _ record: RunRecord, _ isComplete: Bool, _ words: String
  ) -> PoolLine {
    var fields: LogFields = ["run": .int(record.run)]
    if !words.isEmpty { fields.add("left", .string(words)) }
    let ending = isComplete ? "complete" : "incomplete"
    return PoolLine(
      isComplete ? .info : .warn, "\(record.kind.rawValue) \(ending)", fields,
      text: "\(record.kind.title) \(ending) (run \(record.run))"
        + (words.isEmpty ? "" : ": \(words)"))
  }
}

extension RunRecord.Kind {
  var title: String {
    switch self {
    case .drain: "Drain"
    case .resume: "Resume"
    }
  }
}

extension PoolCommand {
  /// The command as it is typed.
  var text: String {
    switch self {
    case .drain: "drain"
    case .resume: "resume"
    case .hold(let length): "hold --for \(length.text)"
    case .release: "hold --release"
    case .forget(let target): "forget \(target)"
    case .choose(let mode, _): "choose \(mode.rawValue)"
    }
  }
}
