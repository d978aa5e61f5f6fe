import JSONValue

extension Ledger {
  /// The largest file that is read, in bytes.
  public static let maximumBytes = 128 << 20
  /// The most entries, and the most debts, that are read.
  static let maximumRead = 4096

  /// Reads a ledger that ``bytes`` wrote, by this version or an older one.
  ///
  /// Members that are not known are kept and written again. An empty file is refused like any
  /// other garbage: a ledger without entries is not empty.
  ///
  /// - Parameter bytes: The whole file.
  /// - Throws: `LedgerError`, with the place and what was expected there.
  public init(reading bytes: [UInt8]) throws(LedgerError) {
    let value: JSONValue
    do throws(JSONError) {
      value = try JSONValue(
        parsing: bytes, options: .init(maximumBytes: Self.maximumBytes, maximumDepth: 64))
    } catch {
      throw LedgerError(.notJSON, [], "\(error)")
    }
    var reader = try FieldReader(value, at: [])
    let version = try reader.number("version")
    guard version == Self.version else {
      let isNewer = version > Self.version
      throw LedgerError(
        isNewer ? .newer : .malformed, ["version"],
        isNewer
          ? "written by a newer mountmon (version \(version), this one reads \(Self.version)): "
            + "run that one, or move the file away and undo by hand what it lists under debts"
          : "expected \(Self.version)")
    }
    let lastNumber = try reader.number("lastNumber")
    let (base, unknownOfBase) = try LedgerState.read(reader.take("base"), at: ["base"])
    let entries = try Self.entries(reader.take("entries"), upTo: lastNumber)
    self.init(base: base, entries: entries, lastNumber: lastNumber)
    unknown = reader.rest
    self.unknownOfBase = unknownOfBase
  }

  private static func entries(
    _ value: JSONValue?, upTo last: Int
  ) throws(LedgerError) -> [Entry] {
    let path: JSONPath = ["entries"]
    guard let array = value?.arrayValue else {
      throw LedgerError(.malformed, path, "expected an array")
    }
    guard array.count <= maximumRead, array.count <= last else {
      throw LedgerError(.tooMuch, path, "more entries than lastNumber or \(maximumRead) allow")
    }
    var entries: [Entry] = []
    for (index, element) in array.enumerated() {
      let entry = try Entry(reading: element, at: path.appending(index))
      guard entry.number == last - array.count + 1 + index else {
        throw LedgerError(
          .malformed, path.appending(index).appending("number"),
          "expected \(last - array.count + 1 + index): an entry is missing or there twice")
      }
      entries.append(entry)
    }
    return entries
  }
}

extension Ledger.Entry {
  private enum Kind: String, CaseIterable {
    case began, found, settled, ended, mode, held, released, forgotten
  }

  init(reading value: JSONValue, at path: JSONPath) throws(LedgerError) {
    var reader = try FieldReader(value, at: path)
    number = try reader.number("number")
    moment = try reader.moment()
    switch try reader.word("kind", Kind.self) {
    case .began:
      fact = .began(
        RunRecord(
          run: try reader.number("run"), kind: try reader.word("purpose"),
          isByHand: try reader.flag("byHand"), isUpgrade: try reader.flag("upgrade"),
          reason: try reader.text("reason")))
    case .found:
      var state = TargetState(
        running: try reader.units("running"), idle: try reader.units("idle"),
        instance: try reader.optionalText("instance"), note: try reader.optionalText("note"))
      state.fallen = try reader.units("fallen")
      fact = .found(
        run: try reader.number("run"), try reader.target("target"), try reader.word("move"), state)
    case .settled:
      fact = .settled(
        run: try reader.number("run"), try reader.target("target"), try reader.word("move"),
        StepResult(try reader.word("result"), try reader.optionalText("words")),
        units: try reader.units("units"))
    case .ended:
      fact = .ended(
        run: try reader.number("run"), isComplete: try reader.flag("complete"),
        words: try reader.text("words"))
    case .mode:
      fact = .mode(try reader.word("mode"), try reader.word("startMethod"))
    case .held:
      fact = .held(seconds: try reader.number("seconds"))
    case .released:
      fact = .released
    case .forgotten:
      fact = .forgotten(try reader.target("target"))
    }
    unknown = reader.rest
  }
}

extension LedgerState {
  static func read(
    _ value: JSONValue?, at path: JSONPath
  ) throws(LedgerError) -> (state: LedgerState, unknown: JSONObject) {
    var reader = try FieldReader(value, at: path)
    var state = LedgerState()
    state.mode = try reader.word("mode")
    state.startMethod = try reader.word("startMethod")
    state.lastRun = try reader.number("lastRun")
    state.isDrainedByHand = try reader.flag("drainedByHand")
    for (index, element) in try elements(&reader, "debts").enumerated() {
      var member = try FieldReader(element, at: path.appending("debts").appending(index))
      state.debts[try member.target("target")] = Debt(
        revives: try member.units("revives"), keepsIdle: try member.units("keepsIdle"),
        retires: try member.flag("retires"), instance: try member.optionalText("instance"))
    }
    if let open = reader.take("openRun") {
      var member = try FieldReader(open, at: path.appending("openRun"))
      state.openRun = OpenRun(
        run: try member.number("run"), kind: try member.word("kind"),
        isByHand: try member.flag("byHand"))
    }
    for (index, element) in try elements(&reader, "upgrades").suffix(maximumUpgrades).enumerated() {
      var member = try FieldReader(element, at: path.appending("upgrades").appending(index))
      state.upgrades.append(try member.moment())
    }
    if let hold = reader.take("hold") {
      var member = try FieldReader(hold, at: path.appending("hold"))
      state.hold = Hold(
        since: try member.moment(), length: .seconds(try member.number("seconds")))
    }
    state.lastDrain = try reader.timestamp("lastDrain")
    state.lastUpgraded = try reader.timestamp("lastUpgraded")
    return (state, reader.rest)
  }

  private static func elements(
    _ reader: inout FieldReader, _ key: String
  ) throws(LedgerError) -> [JSONValue] {
    guard let array = reader.take(key)?.arrayValue else { throw reader.malformed(key, "an array") }
    guard array.count <= Ledger.maximumRead else {
      throw LedgerError(
        .tooMuch, reader.path.appending(key), "holds more than \(Ledger.maximumRead)")
    }
    return array
  }
}
