public import JSONValue
import Pacing
import TimeText

extension Ledger {
  /// The ledger as JSON, in the form that `Ledger(reading:)` reads.
  public var json: JSONValue {
    var object: JSONObject = ["version": .number(JSONNumber(Self.version))]
    object["lastNumber"] = .number(JSONNumber(lastNumber))
    object["base"] = .object(base.json(and: unknownOfBase))
    object["entries"] = .array(entries.map(\.json))
    for (key, value) in unknown { object[key] = value }
    return .object(object)
  }

  /// The ledger as the bytes of its file, with a line feed at the end.
  public var bytes: [UInt8] { json.bytes() + [0x0A] }
}

extension Ledger.Entry {
  /// The entry as JSON.
  public var json: JSONValue {
    var object: JSONObject = ["number": .number(JSONNumber(number))]
    object.set(moment)
    switch fact {
    case .began(let record):
      object["kind"] = "began"
      object.set(record)
    case .found(let run, let target, let move, let state):
      object["kind"] = "found"
      object["run"] = .number(JSONNumber(run))
      object["target"] = .string(target.description)
      object["move"] = .string(move.rawValue)
      object.set("running", state.running)
      object.set("idle", state.idle)
      object.set("fallen", state.fallen)
      object["instance"] = state.instance.map(JSONValue.string)
      object["note"] = state.note.map(JSONValue.string)
    case .settled(let run, let target, let move, let result, let units):
      object["kind"] = "settled"
      object["run"] = .number(JSONNumber(run))
      object["target"] = .string(target.description)
      object["move"] = .string(move.rawValue)
      object["result"] = .string(result.kind.rawValue)
      object["words"] = result.words.map(JSONValue.string)
      object.set("units", units)
    case .ended(let run, let isComplete, let words):
      object["kind"] = "ended"
      object["run"] = .number(JSONNumber(run))
      object["complete"] = .bool(isComplete)
      object["words"] = .string(words)
    case .mode(let mode, let method):
      object["kind"] = "mode"
      object["mode"] = .string(mode.rawValue)
      object["startMethod"] = .string(method.rawValue)
    case .held(let seconds):
      object["kind"] = "held"
      object["seconds"] = .number(JSONNumber(seconds))
    case .released:
      object["kind"] = "released"
    case .forgotten(let target):
      object["kind"] = "forgotten"
      object["target"] = .string(target.description)
    }
    for (key, value) in unknown { object[key] = value }
    return .object(object)
  }
}

extension LedgerState {
  func json(and unknown: JSONObject) -> JSONObject {
    var object: JSONObject = [
      "mode": .string(mode.rawValue), "startMethod": .string(startMethod.rawValue),
      "lastRun": .number(JSONNumber(lastRun)),
    ]
    if isDrainedByHand { object["drainedByHand"] = true }
    object["debts"] = .array(
      debts.sorted { $0.key < $1.key }.map { .object($0.value.json(of: $0.key)) })
    if let openRun {
      object["openRun"] = [
        "run": .number(JSONNumber(openRun.run)), "kind": .string(openRun.kind.rawValue),
        "byHand": .bool(openRun.isByHand),
      ]
    }
    object["upgrades"] = .array(
      upgrades.map { moment in
        var upgrade = JSONObject()
        upgrade.set(moment)
        return .object(upgrade)
      })
    if let hold {
      var members: JSONObject = [
        "seconds": .number(JSONNumber(hold.length.components.seconds))
      ]
      members.set(hold.since)
      object["hold"] = .object(members)
    }
    object["lastDrain"] = lastDrain.map { .string($0.rfc3339(fractionDigits: 9)) }
    object["lastUpgraded"] = lastUpgraded.map { .string($0.rfc3339(fractionDigits: 9)) }
    for (key, value) in unknown { object[key] = value }
    return object
  }
}

extension Debt {
  fileprivate func json(of target: Target) -> JSONObject {
    var object: JSONObject = ["target": .string(target.description)]
    object.set("revives", revives)
    object.set("keepsIdle", keepsIdle)
    if retires { object["retires"] = true }
    object["instance"] = instance.map(JSONValue.string)
    return object
  }
}

extension JSONObject {
  fileprivate mutating func set(_ key: String, _ units: Set<String>) {
    guard !units.isEmpty else { return }
    self[key] = .array(units.sorted().map(JSONValue.string))
  }

  fileprivate mutating func set(_ moment: Moment) {
    self["at"] = .string(moment.wall.rfc3339(fractionDigits: 9))
    self["boot"] = .string(moment.boot)
    self["tick"] = .number(JSONNumber(moment.tick.nanoseconds))
  }

  fileprivate mutating func set(_ record: RunRecord) {
    self["run"] = .number(JSONNumber(record.run))
    self["purpose"] = .string(record.kind.rawValue)
    if record.isByHand { self["byHand"] = true }
    if record.isUpgrade { self["upgrade"] = true }
    self["reason"] = .string(record.reason)
  }
}
