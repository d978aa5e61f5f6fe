public import TimeText

/// What the state files say, one word or number in each: for programs that read them, and people.
public struct StateWords: Hashable, Sendable {
  /// `stack-mode`: what of the stack is meant to run.
  public var mode: StackMode
  /// `start-method`: who chose that.
  public var method: StartMethod
  /// `pool-state`: what the pool is good for; `nil`: it was not looked at, and the file stays.
  public var pool: PoolState?
  /// `stack-started`: when the stack was last brought back; `nil`: not written.
  public var started: Timestamp?
  /// `pool-degraded`: when the last drain began; `nil`: not written.
  public var degraded: Timestamp?

  /// Words.
  public init(
    mode: StackMode, method: StartMethod, pool: PoolState?, started: Timestamp? = nil,
    degraded: Timestamp? = nil
  ) {
    self.mode = mode
    self.method = method
    self.pool = pool
    self.started = started
    self.degraded = degraded
  }

  /// What follows from a ledger, which has to be the one that was kept last, and the pool's state.
  public init(_ ledger: LedgerState, pool: PoolState?) {
    self.init(
      mode: ledger.mode, method: ledger.startMethod, pool: pool, started: ledger.lastUpgraded,
      degraded: ledger.lastDrain)
  }

  static let modeName = "stack-mode"
  static let methodName = "start-method"
  static let names = [modeName, methodName, "pool-state", "stack-started", "pool-degraded"]

  /// The files and what stands in them.
  var files: [(name: String, text: String)] {
    var files = [(Self.modeName, mode.rawValue), (Self.methodName, method.rawValue)]
    if let pool { files.append(("pool-state", pool.rawValue)) }
    if let started { files.append(("stack-started", "\(started.seconds)")) }
    if let degraded { files.append(("pool-degraded", "\(degraded.seconds)")) }
    return files
  }
}

/// A mode, and who chose it.
struct ShownChoice: Hashable, Sendable {
  var mode: StackMode
  var method: StartMethod
}

/// What this program has written into `stack-mode` and `start-method`, or was about to: whatever else
/// stands there was written by somebody.
struct ShownWords: Hashable, Sendable {
  var choices: [ShownChoice] = []

  /// The text of the file `shown`: a line for each.
  var text: String { choices.map { "\($0.mode.rawValue) \($0.method.rawValue)\n" }.joined() }

  init(_ choices: [ShownChoice] = []) {
    self.choices = choices
  }

  /// Reads that text; lines that are anything else are passed over.
  init(reading bytes: [UInt8]) {
    for line in String(decoding: bytes.prefix(256), as: UTF8.self).split(separator: "\n").prefix(2)
    {
      let words = line.split(separator: " ")
      guard words.count == 2, let mode = StackMode(rawValue: String(words[0])),
        let method = StartMethod(rawValue: String(words[1]))
      else { continue }
      choices.append(ShownChoice(mode: mode, method: method))
    }
  }
}

/// What stands in `stack-mode` and `start-method`; `nil` where there is no such file.
struct FoundWords: Hashable, Sendable {
  var mode: String?
  var method: String?
  /// Whether `start-method` was written together with `stack-mode`, or after it.
  var isMethodFresh = false

  /// How far apart two files may be written that one script writes, in nanoseconds.
  static let together = 2_000_000_000

  /// Takes one word out of a file's content.
  static func word(_ bytes: [UInt8]) -> String {
    let text = String(decoding: bytes.prefix(64), as: UTF8.self)
    return text.split { $0.isWhitespace }.joined(separator: " ")
  }
}

/// What a change of `stack-mode` and `start-method` by a person or a boot script means.
struct ForeignChoice: Hashable, Sendable {
  /// What to tell the engine; `nil`: nothing.
  var command: PoolCommand?
  /// A line, where a file holds what it should not.
  var warning: String?

  /// - Parameters:
  ///   - found: What stands in the files.
  ///   - shown: What this program has written there.
  ///   - current: What holds.
  init(_ found: FoundWords, shown: ShownWords, current: ShownChoice) {
    let isModeOurs = found.mode.map { word in shown.choices.contains { $0.mode.rawValue == word } }
    let isMethodOurs = found.method.map { word in
      shown.choices.contains { $0.method.rawValue == word }
    }
    guard isModeOurs == false || isMethodOurs == false else { return }
    var choice = current
    if isModeOurs == false, let word = found.mode {
      guard let mode = StackMode(rawValue: word) else {
        warning = Self.complaint(StateWords.modeName, word, StackMode.allCases.map(\.rawValue))
        return
      }
      // A mode without a word on who chose it was chosen by a person, but for the one that only a
      // monitor writes.
      choice = ShownChoice(mode: mode, method: mode == .poolDegraded ? current.method : .manual)
    }
    // A boot script may well write the word that stood there before.
    let isSaid = isMethodOurs == false || (isModeOurs == false && found.isMethodFresh)
    if isSaid, let word = found.method {
      if let method = StartMethod(rawValue: word) {
        choice.method = method
      } else {
        warning = Self.complaint(StateWords.methodName, word, StartMethod.allCases.map(\.rawValue))
        guard isModeOurs == false else { return }
      }
    }
    guard choice != current else { return }
    command = .choose(choice.mode, choice.method)
  }

  private static func complaint(_ name: String, _ word: String, _ allowed: [String]) -> String {
    let shown = word.unicodeScalars.prefix(32).map {
      $0.value < 0x20 || $0.value == 0x7F ? "?" : $0
    }
    return
      "\(name): \"\(String(String.UnicodeScalarView(shown)))\" is passed over, expected one of "
      + allowed.joined(separator: ", ")
  }
}
