import JSONValue
import MountHealthCore
import Pacing
import StackDrain
import TimeText

/// What is known of a pool and its stack, as the JSON of `/healthz/status` and of
/// `mountmon pool status`. Fields of which nothing is known are left out.
struct PoolDocument {
  var picture: PoolPicture
  var pool: PoolDescription
  var clock: WallClock
  /// Who says so: `monitor`, or `files` where none runs and the state directory was read.
  var source = "monitor"

  /// All of it.
  var json: JSONValue {
    var object = brief
    object["source"] = .string(source)
    object["pool"] = .object(poolMember)
    object["stack"] = .object(stackMember)
    if let run = picture.run { object["run"] = .object(member(of: run)) }
    object["debts"] = .array(
      picture.ledger.debts.sorted { $0.key < $1.key }.map { .object(member(of: $0, $1)) })
    if let fault = picture.ledgerFault { object["ledgerFault"] = .string(fault) }
    if let complaint = picture.complaint { object["complaint"] = .string(complaint) }
    object["events"] = .array(
      picture.events.map { event in
        [
          "time": .string(clock.timestamp(of: event.at).rfc3339()),
          "level": .string(event.level.name), "text": .string(event.text),
        ]
      })
    return .object(object)
  }

  /// The short document of the probe endpoints.
  var brief: JSONObject {
    var object: JSONObject = [
      "status": .string(picture.isReady ? "healthy" : "unhealthy"),
      "timestamp": .string(clock.timestamp.rfc3339()),
    ]
    object["reason"] = picture.notReadyReason.map { .string($0) }
    return object
  }

  private var poolMember: JSONObject {
    var object: JSONObject = ["path": .string(pool.path.description)]
    guard let judgement = picture.judgement else {
      object["state"] = .string(PoolState.unknown.rawValue)
      return object
    }
    object["state"] = .string(judgement.state.rawValue)
    object["since"] = picture.stateSince.map { .string(clock.timestamp(of: $0).rfc3339()) }
    object["lastLook"] = picture.judgedAt.map { .string(clock.timestamp(of: $0).rfc3339()) }
    object["reasons"] = .array(judgement.reasons.map { .string($0) })
    if !judgement.remarks.isEmpty {
      object["remarks"] = .array(judgement.remarks.map { .string($0) })
    }
    if !judgement.branches.isEmpty {
      object["usable"] = .number(JSONNumber(judgement.usableCount))
      object["needed"] = .number(
        JSONNumber(min(max(pool.minimumBranches, 1), judgement.branches.count)))
      object["branches"] = .array(branches(of: judgement))
    }
    object["flaps"] = .number(JSONNumber(picture.statistics.flaps))
    return object
  }

  private func branches(of judgement: PoolJudgement) -> [JSONValue] {
    judgement.branches.map { branch in
      var object: JSONObject = [
        "label": .string(branch.label), "state": .string(branch.state.rawValue),
      ]
      object["path"] = pool.branches.first { $0.label == branch.label }.map {
        .string($0.path.description)
      }
      if branch.isMisdirected { object["misdirected"] = true }
      object["explanation"] = branch.explanation.map { .string($0) }
      return .object(object)
    }
  }

  private var stackMember: JSONObject {
    let ledger = picture.ledger
    var object: JSONObject = [
      "mode": .string(ledger.mode.rawValue),
      "startMethod": .string(ledger.startMethod.rawValue),
    ]
    if ledger.isDrainedByHand { object["drainedByHand"] = true }
    if source == "monitor" {
      object["standing"] = .string(picture.standing.word)
      object["until"] = picture.standing.until.map {
        .string(clock.timestamp(of: $0).rfc3339())
      }
    }
    if picture.holdLeft > .zero {
      object["heldFor"] = .string(picture.holdLeft.rounded(to: .seconds(1)).text)
    }
    object["lastDrain"] = ledger.lastDrain.map { .string($0.rfc3339()) }
    object["lastUpgrade"] = ledger.lastUpgraded.map { .string($0.rfc3339()) }
    return object
  }

  private func member(of run: RunPicture) -> JSONObject {
    var object: JSONObject = [
      "run": .number(JSONNumber(run.record.run)), "kind": .string(run.record.kind.rawValue),
      "byHand": .bool(run.record.isByHand), "reason": .string(run.record.reason),
      "since": .string(clock.timestamp(of: run.since).rfc3339()),
    ]
    object["stage"] = run.stage.map { .string($0.rawValue) }
    object["endedSteps"] = .number(JSONNumber(run.endedSteps))
    object["steps"] = .number(JSONNumber(run.steps))
    return object
  }

  private func member(of target: Target, _ debt: Debt) -> JSONObject {
    var object: JSONObject = ["target": .string(target.description)]
    if !debt.revives.isEmpty { object["revives"] = .number(JSONNumber(debt.revives.count)) }
    if !debt.keepsIdle.isEmpty { object["keepsIdle"] = .number(JSONNumber(debt.keepsIdle.count)) }
    if debt.retires { object["retires"] = true }
    return object
  }
}

extension PoolDocument {
  /// What became of a command, as the control socket tells it.
  static func json(of entry: CommandBook.Entry?, _ picture: PoolPicture) -> JSONObject {
    var object: JSONObject = [:]
    guard let entry else {
      object["state"] = "waiting"
      return object
    }
    let (word, words): (String, String?) =
      switch entry.state {
      case .waiting: ("waiting", nil)
      case .done(let words): ("done", words)
      case .incomplete(let words): ("incomplete", words)
      case .refused(let words): ("refused", words)
      }
    object["state"] = .string(word)
    object["words"] = words.map { .string($0) }
    guard entry.state == .waiting else { return object }
    let progress =
      picture.run.map { "\($0.record.kind.rawValue): \($0.words)" } ?? picture.ledgerFault
      ?? picture.complaint
    object["progress"] = progress.map { .string($0) }
    return object
  }
}
