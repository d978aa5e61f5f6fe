import Pacing
import StackDrain
import TimeText

extension PoolLine {
  /// The line for where pool and stack stand, where that is news; `nil` where it is not, or other
  /// lines tell it.
  init?(
    from before: PoolMachine.State, to state: PoolMachine.State, _ judgement: PoolJudgement,
    at now: Tick
  ) {
    let reason = judgement.reasons.first ?? "the pool is \(judgement.state.rawValue)"
    switch (before, state) {
    case (.doubtful, .doubtful), (.recovering, .recovering), (.held, .held):
      return nil
    case (_, .doubtful(let until)):
      let wait = (until - now).rounded(to: .seconds(1))
      self.init(
        .warn, "pool has a fault, the stack will be drained if it lasts",
        ["after": .duration(wait), "reason": .string(reason)],
        text: "Draining in \(wait.text) if this lasts: \(reason)")
    case (_, .recovering(let until)):
      let wait = (until - now).rounded(to: .seconds(1))
      self.init(
        .info, "pool is healthy, the stack comes back if it stays so", ["after": .duration(wait)],
        text: "Bringing the stack back in \(wait.text) if the pool stays healthy")
    case (_, .held(let until)):
      let wait = (until - now).rounded(to: .seconds(1))
      self.init(
        .info, "held, nothing is done unasked", ["left": .duration(wait)],
        text: "Held: nothing is done unasked for \(wait.text)")
    case (.held, _):
      self.init(.info, "hold is over", text: "The hold is over")
    case (.unknown, _), (.steady, _), (.doubtful, _), (.away, _), (.recovering, _), (.returning, _):
      return nil
    }
  }
}

extension PoolMachine.State {
  /// The state's name, in status and metrics.
  var word: String {
    switch self {
    case .unknown: "unknown"
    case .steady: "steady"
    case .doubtful: "doubtful"
    case .away: "away"
    case .recovering: "recovering"
    case .returning: "returning"
    case .held: "held"
    }
  }

  /// All names.
  static let words = [
    "unknown", "steady", "doubtful", "away", "recovering", "returning", "held",
  ]

  /// When it ends by itself.
  var until: Tick? {
    switch self {
    case .doubtful(let tick), .recovering(let tick), .held(let tick): tick
    case .unknown, .steady, .away, .returning: nil
    }
  }
}

extension PoolPicture {
  /// How pool and stack are, in a line.
  var sentence: String {
    guard let judgement else { return "the pool was not looked at yet" }
    var text = "pool \(judgement.state.rawValue)"
    if !judgement.branches.isEmpty {
      text += ", \(judgement.usableCount) of \(judgement.branches.count) drives usable"
    }
    text += ", stack \(ledger.mode.rawValue)"
    if let run {
      text += ", \(run.record.kind.rawValue): \(run.words)"
    } else if holdLeft > .zero {
      text += ", held"
    } else if !ledger.debts.isEmpty {
      text += ", \(ledger.debts.count) owed"
    }
    if ledgerFault != nil { text += ", the ledger cannot be written" }
    return text
  }
}

extension RunPicture {
  /// How far it is: `stop containers, 3 of 12 steps`.
  var words: String {
    "\(stage?.rawValue ?? "ending"), \(endedSteps) of \(steps) steps"
  }
}
