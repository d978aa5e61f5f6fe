import JSONValue
import Pacing
import Testing
import TimeText

@testable import StackDrain

private let client = Target(text: "client:sabnzbd") ?? .stack
private let box = Target(text: "container:plex") ?? .stack

private func moment(_ second: Int64 = 1, boot: String = "b1", wall: Int64? = nil) -> Moment {
  Moment(
    boot: boot, tick: Tick(nanoseconds: second * 1_000_000_000),
    wall: Timestamp(seconds: 1_767_000_000 + (wall ?? second)))
}

/// A ledger with every kind of entry.
private func everyFact() -> Ledger {
  var ledger = Ledger()
  let record = RunRecord(run: 1, kind: .drain, isByHand: false, isUpgrade: false, reason: "gone")
  let facts: [LedgerFact] = [
    .mode(.full, .autostart), .began(record),
    .found(
      run: 1, client, .pause,
      TargetState(running: ["queue"], idle: ["post"], instance: "life 1", note: "2 MB/s")),
    .settled(run: 1, client, .pause, StepResult(.done), units: []),
    .found(run: 1, box, .stop, .whole(runs: true)),
    .settled(run: 1, box, .stop, StepResult(.failed, "HTTP 500"), units: []),
    .ended(run: 1, isComplete: false, words: "plex still runs"), .held(seconds: 60), .released,
    .held(seconds: 7200),
    .began(RunRecord(run: 2, kind: .resume, isByHand: true, isUpgrade: true, reason: "asked")),
    .settled(run: 2, box, .start, StepResult(.done), units: [TargetState.whole]),
  ]
  for (index, fact) in facts.enumerated() { ledger.append(fact, at: moment(Int64(index))) }
  return ledger
}

@Suite struct `A ledger` {
  @Test func `reads as it was written`() throws {
    let ledger = everyFact()
    let read = try Ledger(reading: ledger.bytes)
    #expect(read == ledger)
    #expect(read.bytes == ledger.bytes)
  }

  @Test func `reads as it was written when most of it is summed up`() throws {
    var ledger = everyFact()
    for number in 0..<1000 {
      ledger.append(
        .settled(run: number, box, .kill, StepResult(.nothing), units: []), at: moment(100))
    }
    #expect(ledger.entries.count <= Ledger.maximumEntries)
    #expect(
      ledger.debts[client] == Debt(revives: ["queue"], keepsIdle: ["post"], instance: "life 1"))
    #expect(try Ledger(reading: ledger.bytes) == ledger)
  }

  @Test func `sums up to what it said entry by entry`() {
    var short = everyFact()
    let state = short.state
    for _ in 0..<300 { short.append(.released, at: moment()) }
    var expected = state
    expected.hold = nil
    #expect(short.state == expected)
  }

  @Test func `keeps what it does not know`() throws {
    var value = everyFact().json
    value["later"] = "kept"
    value["entries"]?[0]?["colour"] = ["red", 1]
    value["base"]?["more"] = true
    let read = try Ledger(reading: value.bytes())
    #expect(read.json["later"] == "kept")
    #expect(read.json["entries"]?[0]?["colour"] == ["red", 1])
    #expect(read.json["base"]?["more"] == true)
  }

  @Test func `has the form that is documented`() throws {
    var ledger = Ledger()
    ledger.append(.found(run: 3, box, .stop, .whole(runs: true)), at: moment(5))
    #expect(
      ledger.json.text() == """
        {"version":1,"lastNumber":1,"base":{"mode":"none","startMethod":"autostart","lastRun":0,\
        "debts":[],"upgrades":[]},"entries":[{"number":1,"at":"2025-12-29T09:20:05.000000000Z",\
        "boot":"b1","tick":5000000000,"kind":"found","run":3,"target":"container:plex",\
        "move":"stop","running":["whole"]}]}
        """)
  }

  @Test(arguments: [
    ("", "ledger: "), ("null", "ledger: expected an object"),
    ("{}", "version: expected a whole number"),
    (#"{"version":2}"#, "written by a newer mountmon"),
    (#"{"version":1,"lastNumber":0}"#, "base: expected an object"),
    (#"{"version":1,"lastNumber":-1}"#, "lastNumber: expected a whole number"),
  ])
  func `refuses garbage with words`(_ text: String, _ words: String) {
    #expect {
      try Ledger(reading: Array(text.utf8))
    } throws: { error in
      (error as? LedgerError)?.description.contains(words) == true
    }
  }

  @Test func `refuses a file of which entries are missing`() throws {
    var value = everyFact().json
    value["entries"]?[3] = nil
    #expect(throws: LedgerError.self) { try Ledger(reading: value.bytes()) }
  }

  @Test func `refuses what it could not write`() throws {
    let text = String(decoding: everyFact().bytes, as: UTF8.self)
    for (good, bad) in [
      (#""move":"pause""#, #""move":"explode""#), (#""target":"client:sabnzbd""#, #""target":"x""#),
      (#""at":"2025"#, #""at":"20x5"#), (#""running":["queue"]"#, #""running":[7]"#),
    ] {
      let broken = text.replacing(good, with: bad)
      #expect(broken != text)
      #expect(throws: LedgerError.self) { try Ledger(reading: Array(broken.utf8)) }
    }
  }

  @Test func `cuts what strangers say to a length that it reads`() throws {
    var ledger = Ledger()
    let long = String(repeating: "é", count: 100_000)
    ledger.append(.settled(run: 1, box, .stop, StepResult(.failed, long), units: []), at: moment())
    #expect(try Ledger(reading: ledger.bytes) == ledger)
  }

  @Test func `says when a target has more units than it takes`() {
    let units = Set((0...TargetState.maximumUnits).map(String.init))
    #expect(Ledger().fault(recording: TargetState(running: units)) != nil)
    #expect(Ledger().fault(recording: TargetState(running: ["a\u{1}b"])) != nil)
    #expect(Ledger().fault(recording: TargetState(running: ["a"])) == nil)
  }
}

@Suite struct `What is owed` {
  private func debts(_ facts: LedgerFact...) -> [Target: Debt] {
    var ledger = Ledger()
    for fact in facts { ledger.append(fact, at: moment()) }
    return ledger.debts
  }

  private func found(_ running: Set<String>, _ idle: Set<String> = [], life: Int = 1) -> LedgerFact
  {
    .found(
      run: 1, client, .pause, TargetState(running: running, idle: idle, instance: "life \(life)"))
  }

  @Test func `is what ran, and not what a person had paused`() {
    #expect(debts(found(["a"], ["b"]))[client]?.revives == ["a"])
    #expect(debts(found(["a"], ["b"]))[client]?.keepsIdle == ["b"])
  }

  @Test func `waits for the person who drained, whoever chose the mode before`() {
    let drain = RunRecord(run: 1, kind: .drain, isByHand: true, isUpgrade: false, reason: "")
    for method in [StartMethod.autostart, .manual, .autoUpgrade] {
      var ledger = Ledger()
      ledger.append(.mode(.full, method), at: moment())
      ledger.append(.began(drain), at: moment())
      ledger.append(.ended(run: 1, isComplete: true, words: ""), at: moment())
      ledger.append(.mode(.poolDegraded, method), at: moment())
      #expect(ledger.state.isDrainedByHand, "\(method)")
      ledger.append(.mode(.full, .manual), at: moment())
      #expect(!ledger.state.isDrainedByHand)
    }
  }

  @Test func `is also what has stopped by itself, as it could not write`() throws {
    var state = TargetState(idle: ["a", "b"])
    state.fallen = ["a"]
    let fact = LedgerFact.found(run: 1, client, .pause, state)
    #expect(debts(fact)[client]?.revives == ["a"])
    #expect(debts(fact)[client]?.keepsIdle == ["b"])
    // It fell before our pause reached it.
    let debt = debts(found(["a", "c"], ["b"]), fact)[client]
    #expect(debt?.revives == ["a", "c"])
    #expect(debt?.keepsIdle == ["b"])
    var ledger = Ledger()
    ledger.append(fact, at: moment())
    #expect(try Ledger(reading: ledger.bytes).debts == ledger.debts)
  }

  @Test func `is not lost when our own pause is seen at the next look`() {
    #expect(debts(found(["a"], ["b"]), found([], ["a", "b"]))[client]?.revives == ["a"])
    #expect(debts(found(["a"], ["b"]), found([], ["a", "b"]))[client]?.keepsIdle == ["b"])
  }

  @Test func `follows a person who resumes something in the same life`() {
    let debt = debts(found(["a"], ["b"]), found(["b"], ["a"]))[client]
    #expect(debt?.revives == ["a", "b"])
    #expect(debt?.keepsIdle == [])
  }

  @Test func `does not take what a new life has forgotten for the wish of a person`() {
    let debt = debts(found(["a"], ["b"]), found(["a", "b"], [], life: 2))[client]
    #expect(debt?.revives == ["a"])
    #expect(debt?.keepsIdle == ["b"])
  }

  @Test func `stays a person's pause that the new life has forgotten, however often it is seen`() {
    let forgotten = found(["a", "b"], [], life: 2)
    let debt = debts(found(["a"], ["b"]), forgotten, forgotten)[client]
    #expect(debt == Debt(revives: ["a"], keepsIdle: ["b"], instance: "life 1"))
    // Seen paused in the new life, it is known there.
    let seen = found(["a"], ["b"], life: 2)
    #expect(debts(found(["a"], ["b"]), forgotten, seen)[client]?.instance == "life 2")
  }

  @Test func `is what runs, of a unit that cannot be read, unless more was known of it`() {
    let unread = found(["a"], ["a"])
    #expect(debts(unread)[client] == Debt(revives: ["a"], instance: "life 1"))
    #expect(debts(unread, unread)[client] == Debt(revives: ["a"], instance: "life 1"))
    #expect(debts(found([], ["a"]), unread)[client]?.keepsIdle == ["a"])
    #expect(debts(found([], ["a"]), unread)[client]?.revives == [])
  }

  @Test func `is a project that was launched in place of the stack, and not the stack's own`() {
    func launch(_ kind: RunRecord.Kind) -> LedgerFact {
      .began(RunRecord(run: 1, kind: kind, isByHand: false, isUpgrade: true, reason: ""))
    }
    let found = LedgerFact.found(run: 1, box, .launch, TargetState(idle: ["a"]))
    #expect(debts(launch(.drain), found)[box] == Debt(retires: true))
    #expect(debts(launch(.resume), found).isEmpty)
  }

  @Test func `is paid once, by what was read back`() {
    let paid = LedgerFact.settled(run: 2, client, .resume, StepResult(.done), units: ["a"])
    #expect(debts(found(["a", "c"]), paid)[client]?.revives == ["c"])
    #expect(debts(found(["a"]), paid)[client] == nil)
    let unsure = LedgerFact.settled(run: 2, client, .resume, StepResult(.unconfirmed), units: [])
    #expect(debts(found(["a"]), unsure)[client]?.revives == ["a"])
  }

  @Test func `is written off with a target that is no more, or by a person`() {
    let gone = LedgerFact.settled(run: 2, client, .resume, StepResult(.gone), units: [])
    #expect(debts(found(["a"]), gone).isEmpty)
    #expect(debts(found(["a"]), .forgotten(client)).isEmpty)
  }

  @Test func `is nothing where nothing ran`() {
    #expect(debts(found([])).isEmpty)
  }
}

@Suite struct `A moment` {
  @Test func `is as old as the monotonic clock says, whatever the date`() {
    #expect(moment(10).age(at: moment(70, wall: -5000)) == .seconds(60))
  }

  @Test func `is as old as the date says after a reboot`() {
    #expect(moment(1000).age(at: moment(5, boot: "b2", wall: 1060)) == .seconds(60))
  }

  @Test func `is just now where the date went back`() {
    #expect(moment(1000).age(at: moment(5, boot: "b2", wall: 10)) == .zero)
  }
}
