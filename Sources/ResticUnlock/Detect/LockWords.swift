/// What a line of a log says of locks, by what restic from 0.9 to 0.19, VolSync and the controllers
/// before this one write. Upper and lower case are the same.
public enum LockWords: String, CaseIterable, Hashable, Sendable {
  /// A lock of somebody else is in the way.
  case alreadyLocked
  /// A lock cannot be read; no command goes on until it is gone.
  case invalidLock
  /// The mover itself held a lock and could not keep it.
  case lostLock
  /// A step failed on a lock; nothing is said of which.
  case lockFailed

  /// What a line says.
  ///
  /// - Parameter line: One line; longer ones than a log's tail are none.
  /// - Returns: What it says of locks; `nil` where that is nothing, or nothing bad.
  public static func found(in line: ArraySlice<UInt8>) -> LockWords? {
    guard line.firstUncased("lock") != nil else { return nil }
    // A message in JSON has all of it in one line, with what is to be done about it.
    if line.firstUncased("invalid lock file") != nil { return .invalidLock }
    if line.firstUncased("failed to refresh lock") != nil { return .lostLock }
    if line.holdsUncased("repository is already locked")
      || line.holdsUncased("repo already locked")
      || line.holdsUncased("unable to create lock")
    {
      return .alreadyLocked
    }
    guard !isHarmless(line) else { return nil }
    let phrases: [StaticString] = [
      "failure locking repository", "failed to create lock", "could not create lock",
      "repository locked", "unable to lock repository",
    ]
    for phrase in phrases where line.holdsUncased(phrase) { return .lockFailed }
    if line.saysLockExists || line.saysWaitedInVain || line.saysRepositoryLocked {
      return .lockFailed
    }
    return nil
  }

  /// Whether a line tells of locks that are gone, or of none at all.
  static func isHarmless(_ line: ArraySlice<UInt8>) -> Bool {
    let phrases: [StaticString] = [
      "unlocked", "successfully removed", "no longer locked", "not locked", "is not already locked",
      "command can be used to remove",
    ]
    return phrases.contains { line.firstUncased($0) != nil }
  }

  /// Patterns that the controllers before this one came with, and their documents named. What they
  /// stand for is built in, with words as whole words.
  static let known: Set<String> = [
    "repository is already locked", "unable to create lock", "repository locked",
    "repository.*locked", "lock.*already.*exists", "lock.*already exists", "failed to create lock",
    "could not create lock", "repository.*locked.*by.*another.*process",
    "timeout.*waiting.*for.*lock",
  ]
}

extension ArraySlice<UInt8> {
  /// Whether these words are in it, not in the midst of a longer word: `lock`, not `block`.
  fileprivate func holdsUncased(_ words: StaticString) -> Bool {
    wholeWords(words, from: startIndex) != nil
  }

  /// The end of these words.
  private func wholeWords(_ words: StaticString, from start: Int) -> Int? {
    var next = start
    while let range = firstUncased(words, from: next) {
      let isStart = range.lowerBound == startIndex || !self[range.lowerBound - 1].isLetter
      let isEnd = range.upperBound == endIndex || !self[range.upperBound].isLetter
      if isStart && isEnd { return range.upperBound }
      next = range.lowerBound + 1
    }
    return nil
  }

  /// The end of the first of several words in a row, with anything between them.
  private func inOrder(_ words: [StaticString]) -> Bool {
    var next = startIndex
    for word in words {
      guard let end = wholeWords(word, from: next) else { return false }
      next = end
    }
    return true
  }

  fileprivate var saysLockExists: Bool {
    inOrder(["lock", "already", "exists"]) || inOrder(["lockfile", "already", "exists"])
      || inOrder(["locks", "already", "exists"])
  }

  fileprivate var saysWaitedInVain: Bool {
    inOrder(["timeout", "waiting", "for", "lock"])
      || inOrder(["timeout", "waiting", "for", "locks"])
      || inOrder(["timeout", "waiting", "for", "locking"])
  }

  fileprivate var saysRepositoryLocked: Bool { inOrder(["repository", "locked"]) }
}
