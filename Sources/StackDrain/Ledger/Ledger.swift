import JSONValue

/// What was found, done and is owed: a list of entries, the oldest of which are summed up.
///
/// It is a value; who keeps it writes it whole, so that a file holds the ledger before an entry or
/// the ledger after it and nothing between.
public struct Ledger: Hashable, Sendable {
  /// One entry.
  public struct Entry: Hashable, Sendable {
    /// Its number, from 1 on, without a gap.
    public var number: Int
    /// When it was made.
    public var moment: Moment
    /// What it says.
    public var fact: LedgerFact
    /// Members of its JSON form that this version does not know.
    var unknown: JSONObject = [:]
  }

  /// The version of the form that is written, and the only one that is read.
  public static let version = 1
  /// The most entries that are kept apart; beyond, the older half is summed up.
  public static let maximumEntries = 256
  /// The most units that kept entries may name together.
  static let maximumUnits = 2 * TargetState.maximumUnits

  /// What the entries before the kept ones came to.
  var base = LedgerState()
  /// The kept entries, oldest first.
  public private(set) var entries: [Entry] = []
  /// What all entries came to.
  public private(set) var state = LedgerState()
  /// The number of the last entry.
  public private(set) var lastNumber = 0
  var unknown: JSONObject = [:]
  var unknownOfBase: JSONObject = [:]

  /// A ledger in which nothing is written yet.
  public init() {}

  init(base: LedgerState, entries: [Entry], lastNumber: Int) {
    self.base = base
    self.entries = entries
    self.lastNumber = lastNumber
    state = base
    for entry in entries { state.take(entry.fact, at: entry.moment) }
  }

  /// Whether nothing was ever written in it.
  public var isNew: Bool { lastNumber == 0 }

  /// Writes an entry.
  ///
  /// - Parameters:
  ///   - fact: What it says.
  ///   - moment: The present.
  /// - Returns: Its number.
  @discardableResult
  public mutating func append(_ fact: LedgerFact, at moment: Moment) -> Int {
    let fact = fact.clipped
    lastNumber += 1
    entries.append(Entry(number: lastNumber, moment: moment, fact: fact))
    state.take(fact, at: moment)
    sumUp()
    return lastNumber
  }

  /// What must be undone, and how it comes that it is owed.
  public var debts: [Target: Debt] { state.debts }

  /// Why a state cannot be written down for a target; `nil` where it can. What is owed has a limit,
  /// so that whatever is written can be read again.
  func fault(recording state: TargetState) -> String? {
    if let fault = state.recordingFault { return fault }
    let owed = debts.values.reduce(0) { $0 + $1.revives.count + $1.keepsIdle.count }
    guard owed + state.running.count + state.idle.count <= Self.maximumUnits else {
      return "more than \(Self.maximumUnits) units would be owed"
    }
    return debts.count < Self.maximumRead ? nil : "\(debts.count) targets are owed already"
  }

  /// Counts the age of what happened in other boots from here on by this boot's clock: a date that
  /// lies in the future would else be just now for ever.
  mutating func enter(_ now: Moment) {
    state.upgrades = state.upgrades.map { $0.carried(to: now) }
    if let hold = state.hold { state.hold?.since = hold.since.carried(to: now) }
  }

  private mutating func sumUp() {
    guard entries.count > Self.maximumEntries || unitCount > Self.maximumUnits else { return }
    // The last one stays, however much it holds: it is what happens now.
    let count = max(entries.count / 2, 1)
    guard entries.count > count else { return }
    for entry in entries.prefix(count) { base.take(entry.fact, at: entry.moment) }
    entries.removeFirst(count)
  }

  private var unitCount: Int {
    entries.reduce(0) { sum, entry in
      switch entry.fact {
      case .found(_, _, _, let state): sum + state.running.count + state.idle.count
      case .settled(_, _, _, _, let units): sum + units.count
      case .began, .ended, .mode, .held, .released, .forgotten: sum
      }
    }
  }
}

extension LedgerFact {
  /// The most bytes of a text for people.
  static let maximumText = 2048

  /// The fact with texts that the reader takes: errors of strangers may be of any length.
  fileprivate var clipped: LedgerFact {
    switch self {
    case .began(var record):
      record.reason = record.reason.clipped
      return .began(record)
    case .found(let run, let target, let move, var state):
      state.note = state.note?.clipped
      state.instance = state.instance?.clipped
      return .found(run: run, target, move, state)
    case .settled(let run, let target, let move, var result, let units):
      result.words = result.words?.clipped
      return .settled(run: run, target, move, result, units: units)
    case .ended(let run, let isComplete, let words):
      return .ended(run: run, isComplete: isComplete, words: words.clipped)
    case .held(let seconds):
      return .held(seconds: min(max(seconds, 0), Int(Int32.max)))
    case .mode, .released, .forgotten:
      return self
    }
  }
}

extension String {
  fileprivate var clipped: String {
    guard utf8.count > LedgerFact.maximumText else { return self }
    var text = ""
    for scalar in unicodeScalars {
      guard text.utf8.count < LedgerFact.maximumText - 4 else { break }
      text.unicodeScalars.append(scalar)
    }
    return text
  }
}
