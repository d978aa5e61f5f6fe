import JSONValue

/// What an unlock Job wrote into its log.
public struct UnlockReport: Hashable, Sendable {
  /// The locks before; `nil` where they were not listed.
  public var before: [ListedLock]?
  /// The names of the locks after; `nil` where they were not listed.
  public var after: [String]?
  /// Locks that it did not expect; it removed nothing then.
  public var unexpected: [String] = []
  /// What `restic unlock` ended with; `nil` where it was not run.
  public var unlockCode: Int?
  /// What the script ended with; `nil` where it did not come to its end.
  public var code: Int?

  /// Reads a log.
  ///
  /// - Parameters:
  ///   - log: The log of the Job's container.
  ///   - token: What its own lines begin with.
  public init(_ log: LogTail, token: String) {
    var section: String?
    var listed: [ListedLock] = []
    var text: [UInt8] = []
    for line in log.lines {
      guard let words = Self.words(line, token) else {
        if section == "before", text.count + line.count < 65_536 { text += line }
        continue
      }
      if section == "before", !listed.isEmpty, words[0] != "unreadable" {
        listed[listed.count - 1].content = Self.content(text)
      }
      text = []
      let word = words.count > 1 ? words[1] : ""
      switch words[0] {
      case "begin":
        section = word
        listed = []
      case "lock" where ListedLock.isID(Array(word.utf8)[...]) && section != nil:
        listed.append(ListedLock(id: word, content: nil))
      case "end" where section == word:
        if word == "before" { before = listed }
        if word == "after" { after = listed.map(\.id) }
        section = nil
      case "unexpected": unexpected.append(word)
      case "unlocked": unlockCode = Int(word)
      case "done": code = Int(word)
      default: break
      }
    }
  }

  private static func words(_ line: ArraySlice<UInt8>, _ token: String) -> [String]? {
    guard !token.isEmpty, line.starts(with: token.utf8) else { return nil }
    let rest = line.dropFirst(token.utf8.count)
    guard rest.first == UInt8(ascii: " "), rest.count < 200 else { return nil }
    let words = rest.dropFirst().split(separator: UInt8(ascii: " ")).map(\.text)
    return words.isEmpty ? nil : words
  }

  /// restic may write a line or two before the object.
  private static func content(_ text: [UInt8]) -> ListedLock.Content? {
    guard let start = text.firstIndex(of: UInt8(ascii: "{")),
      let end = text.lastIndex(of: UInt8(ascii: "}")), start < end
    else { return nil }
    let options = JSONParser.Options(maximumBytes: 65_536, maximumDepth: 16)
    return (try? JSONValue(parsing: text[start...end], options: options))
      .flatMap(ListedLock.Content.init)
  }

  /// The locks that are left, with what is known of them. One that was there before and is gone is not
  /// among them, so that a lock that was written anew in between does not count as one that cannot be
  /// read. `nil` where the last list is missing.
  public var remaining: [ListedLock]? {
    guard let after else { return nil }
    return after.map { id in
      before?.first { $0.id == id } ?? ListedLock(id: id, content: nil)
    }
  }

  /// Locks that came while it looked; nothing but their names is known.
  public var newcomers: [String] {
    (after ?? []).filter { id in before?.contains { $0.id == id } != true }
  }

  /// Whether it did what it was to do, and no lock is left.
  public var isSuccess: Bool { code == 0 && unlockCode == 0 && after?.isEmpty == true }
}
