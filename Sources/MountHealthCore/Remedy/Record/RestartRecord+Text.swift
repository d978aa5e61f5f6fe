import TimeText

/// The text of a record: two annotations, one line for each claim and each restart, words set apart
/// by a space. `kubectl get lease -o yaml` shows it so that people can read it.
extension RestartRecord {
  /// The annotation that holds the claims: `pod uid since`.
  public static let claimsKey = "mountmon/restart-claims"
  /// The annotation that holds the history: `at pod uid weight`, and the successor's uid if known.
  public static let historyKey = "mountmon/restart-history"
  /// How many claims a record holds at the most.
  public static let maximumClaims = 64
  /// How many restarts a record holds at the most; the newest stay.
  public static let maximumEntries = 256
  /// How many bytes of an annotation are read at the most.
  public static let maximumBytes = 96 * 1024

  /// The annotations that say this. What names no pod is left out: it could not be read again.
  public var annotations: [String: String] {
    let claims = claims.suffix(Self.maximumClaims).filter(\.isWritable)
    let history = history.suffix(Self.maximumEntries).filter(\.isWritable)
    return [
      Self.claimsKey: claims.map(\.text).joined(separator: "\n"),
      Self.historyKey: history.map(\.text).joined(separator: "\n"),
    ]
  }
}

extension RestartRecord.Reading {
  /// Reads a record out of a Lease's annotations.
  ///
  /// - Parameters:
  ///   - version: The `resourceVersion` of the Lease.
  ///   - annotations: Its annotations; those of others are left alone.
  public init(version: String, annotations: [String: String]) {
    self.init(version: version)
    let claims = annotations[RestartRecord.claimsKey] ?? ""
    let history = annotations[RestartRecord.historyKey] ?? ""
    record.claims = read(claims, RestartRecord.maximumClaims, "claims", RestartRecord.Claim.init)
    record.history = read(
      history, RestartRecord.maximumEntries, "history", RestartRecord.Entry.init)
    record.history.sort { $0.at < $1.at }
  }

  /// The lines of a text; of what cannot be read, the first is told.
  private mutating func read<Line>(
    _ text: String, _ limit: Int, _ name: String, _ parse: ([Substring]) -> Line?
  ) -> [Line] {
    guard text.utf8.count <= RestartRecord.maximumBytes else {
      fault = fault ?? "the \(name) are longer than \(RestartRecord.maximumBytes) bytes"
      return []
    }
    var lines: [Line] = []
    for line in text.split(separator: "\n") {
      if lines.count == limit {
        fault = fault ?? "there are more than \(limit) lines of \(name)"
        break
      }
      if let line = parse(line.split(separator: " ", omittingEmptySubsequences: false)) {
        lines.append(line)
      } else {
        fault = fault ?? "a line of the \(name) makes no sense: \(Self.excerpt(line))"
      }
    }
    return lines
  }

  /// The beginning of a text that may be anything, fit for a log.
  private static func excerpt(_ text: Substring) -> String {
    let start = text.unicodeScalars.prefix(60).map { scalar in
      scalar.value < 0x20 || scalar.value == 0x7F ? "?" : String(scalar)
    }
    return "'" + start.joined() + "'"
  }
}

extension RestartRecord.Claim {
  /// A claim from the words of its line.
  init?(_ words: [Substring]) {
    guard words.count == 3, RecordWord.isFit(words[0]), RecordWord.isFit(words[1]),
      let since = RecordWord.time(words[2])
    else { return nil }
    self.init(pod: String(words[0]), uid: String(words[1]), since: since)
  }

  var isWritable: Bool { RecordWord.isFit(pod[...]) && RecordWord.isFit(uid[...]) }
  var text: String { "\(pod) \(uid) \(since)" }
}

extension RestartRecord.Entry {
  /// A restart from the words of its line.
  init?(_ words: [Substring]) {
    guard words.count == 4 || words.count == 5, let at = RecordWord.time(words[0]),
      RecordWord.isFit(words[1]), RecordWord.isFit(words[2]), words[3] == "1" || words[3] == "2",
      words.count == 4 || RecordWord.isFit(words[4])
    else { return nil }
    self.init(
      pod: String(words[1]), uid: String(words[2]), at: at, weight: words[3] == "2" ? 2 : 1,
      successor: words.count == 5 ? String(words[4]) : nil)
  }

  var isWritable: Bool {
    RecordWord.isFit(pod[...]) && RecordWord.isFit(uid[...])
      && successor.map { RecordWord.isFit($0[...]) } != false
  }

  var text: String {
    let successor = successor.map { " " + $0 } ?? ""
    return "\(at) \(pod) \(uid) \(weight >= 2 ? 2 : 1)\(successor)"
  }
}

/// What a word of a record may be.
private enum RecordWord {
  /// A name or a uid: 1 to 253 letters, digits, `-`, `.` or `_`.
  static func isFit(_ word: Substring) -> Bool {
    guard (1...253).contains(word.utf8.count) else { return false }
    return word.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
        UInt8(ascii: "_"):
        true
      default: false
      }
    }
  }

  static func time(_ word: Substring) -> Timestamp? {
    guard word.utf8.count <= 40 else { return nil }
    return try? Timestamp(rfc3339: String(word))
  }
}
