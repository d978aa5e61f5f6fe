/// Why a failure of a mover is taken for one by a lock.
public struct LockSign: Hashable, Sendable {
  /// What it is taken from.
  public enum Source: Hashable, Sendable {
    /// restic ended with 11, which it does for nothing else (from 0.17 on).
    case exitCode
    /// A line that restic, VolSync or an older controller's patterns are known by.
    case words(LockWords)
    /// A line that a pattern of the user matches.
    case pattern(String)
  }

  /// What it is taken from.
  public var source: Source
  /// The line that tells of it, fit for a message; empty where there is none.
  public var line: String
  /// What the log tells of the lock.
  public var lock: ReportedLock?
  /// Whether a snapshot was saved before: the backup is there, and what tidies up after it is not.
  public var didSave = false

  /// A sign.
  public init(source: Source, line: String = "", lock: ReportedLock? = nil) {
    self.source = source
    self.line = line
    self.lock = lock
  }

  /// What speaks for a lock in the end of a mover.
  ///
  /// - Parameters:
  ///   - exitCode: What its container ended with; `nil` where that is not known.
  ///   - log: The end of its log; `nil` where there is none.
  ///   - patterns: The user's.
  /// - Returns: The sign; `nil` where nothing does, be it that something speaks against it: it ended
  ///   well, there was no repository (10), the password was wrong (12).
  public static func found(
    exitCode: Int?, log: LogTail?, patterns: LockPatterns
  ) -> LockSign? {
    if let exitCode, [0, 10, 12].contains(exitCode) { return nil }
    var sign = log.flatMap { found(in: $0, patterns: patterns) }
    if exitCode == 11, sign == nil {
      sign = LockSign(source: .exitCode, lock: log.flatMap(ReportedLock.last(in:)))
    }
    sign?.didSave = log?.savedSnapshot ?? false
    return sign
  }

  /// The last line that tells of a lock; of two kinds, the one that says more.
  private static func found(in log: LogTail, patterns: LockPatterns) -> LockSign? {
    var best: (LockWords, ArraySlice<UInt8>)?
    var matched: (Pattern, ArraySlice<UInt8>)?
    for line in log.lines.reversed() {
      if let words = LockWords.found(in: line), best.map({ words.weight > $0.0.weight }) ?? true {
        best = (words, line)
      }
      guard best == nil, matched == nil, !LockWords.isHarmless(line) else { continue }
      if let pattern = patterns.patterns.first(where: { $0.matches(line) }) {
        matched = (pattern, line)
      }
    }
    if let (words, line) = best {
      let lock = ReportedLock.last(in: log)
      return LockSign(source: .words(words), line: excerpt(line), lock: lock)
    }
    guard let (pattern, line) = matched else { return nil }
    return LockSign(
      source: .pattern(pattern.description), line: excerpt(line),
      lock: ReportedLock.last(in: log))
  }

  private static func excerpt(_ line: ArraySlice<UInt8>) -> String {
    line.prefix(2048).text.inMessage(limit: 400)
  }
}

extension LockWords {
  /// How much it says of what is to be done.
  fileprivate var weight: Int {
    switch self {
    case .invalidLock: 3
    case .alreadyLocked: 2
    case .lostLock: 1
    case .lockFailed: 0
    }
  }
}
