import Foundation
import JSONValue
import TimeText

/// A place where the stub's answer is not the recorded one.
struct Difference: CustomStringConvertible {
  var field: String
  var recorded: String
  var own: String

  var description: String {
    "\(field): recorded \(Self.clip(recorded)), the stub has \(Self.clip(own))"
  }

  private static func clip(_ text: String) -> String {
    text.count > 300 ? text.prefix(300) + "…" : text
  }
}

/// Compares JSON, and pairs what is different in every run.
struct Comparison {
  var pairs: Correspondence
  private(set) var differences: [Difference] = []
  private let keepsManagedFields: Bool

  init(pairs: Correspondence, keepsManagedFields: Bool) {
    self.pairs = pairs
    self.keepsManagedFields = keepsManagedFields
  }

  mutating func compare(_ recorded: JSONValue?, _ own: JSONValue?, at field: String) {
    switch (recorded, own) {
    case (nil, nil): return
    case (.object(let one)?, .object(let other)?): compare(one, other, at: field)
    case (.array(let one)?, .array(let other)?):
      guard one.count == other.count else {
        note(field + ".count", .string("\(one.count)"), .string("\(other.count)"))
        return
      }
      for (index, pair) in zip(one, other).enumerated() {
        compare(pair.0, pair.1, at: "\(field)[\(index)]")
      }
    case (.string(let one)?, .string(let other)?):
      if !agree(one, other, at: field) { note(field, recorded, own) }
    default: if recorded != own { note(field, recorded, own) }
    }
  }

  private mutating func compare(_ one: JSONObject, _ other: JSONObject, at field: String) {
    var keys = one.keys + other.keys.filter { one[$0] == nil }
    if !keepsManagedFields { keys.removeAll { $0 == "managedFields" } }
    // Names first: other fields are told by them.
    keys.sort { ($0 == "metadata" ? 0 : 1, $0) < ($1 == "metadata" ? 0 : 1, $1) }
    for key in keys { compare(one[key], other[key], at: "\(field).\(key)") }
  }

  private mutating func note(_ field: String, _ recorded: JSONValue?, _ own: JSONValue?) {
    differences.append(
      Difference(
        field: field, recorded: recorded?.text() ?? "nothing", own: own?.text() ?? "nothing"))
  }

  // MARK: - What differs in every run

  private mutating func agree(_ recorded: String, _ own: String, at field: String) -> Bool {
    let key = field.split(separator: ".").last.map(String.init) ?? field
    switch key {
    case "uid": return pairs.pair(uid: recorded, with: own)
    case "resourceVersion":
      guard let one = Int(recorded), let other = Int(own) else { return recorded == own }
      return pairs.pair(version: one, with: other)
    case "continue": return agreeOnToken(recorded, own)
    case "podIP", "ip": return Self.isAddress(recorded) && Self.isAddress(own)
    case "containerID": return recorded.count == own.count && own.hasPrefix("fake://")
    case "name" where Self.isEventName(recorded, own):
      pairs.pair(word: recorded, with: own)
      return true
    default: break
    }
    if recorded == own || pairs.translated(recorded) == own { return true }
    if Self.isVolatileTime(recorded) { return Self.isTime(own, like: recorded) }
    if recorded.hasPrefix("JTI="), own.hasPrefix("JTI=") { return recorded.count == own.count }
    if Self.isUID(recorded), Self.isUID(own) { return pairs.pair(uid: recorded, with: own) }
    if key == "message" { return agreeOnMessage(recorded, own) }
    return Self.withoutTimes(recorded) == Self.withoutTimes(own)
  }

  /// Texts that differ only in uids and revisions.
  private mutating func agreeOnMessage(_ recorded: String, _ own: String) -> Bool {
    let shape = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/
    let one = recorded.matches(of: shape).map { String($0.0) }
    let other = own.matches(of: shape).map { String($0.0) }
    guard one.count == other.count else { return false }
    for (one, other) in zip(one, other) where one != other {
      guard pairs.pair(uid: one, with: other) else { return false }
    }
    return agreeOnNumbers(pairs.translated(recorded), own)
  }

  /// A log with the times before its lines taken off.
  private static func withoutTimes(_ text: String) -> [Substring] {
    text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      guard let space = line.firstIndex(of: " "), line[..<space].count == 30,
        (try? Timestamp(rfc3339: String(line[..<space]))) != nil
      else { return line }
      return line[space...]
    }
  }

  private mutating func agreeOnToken(_ recorded: String, _ own: String) -> Bool {
    guard let one = Self.token(recorded), let other = Self.token(own) else {
      return recorded == own
    }
    guard pairs.translated(one.start) == other.start else { return false }
    guard
      one.version < 0
        ? one.version == other.version
        : pairs.pair(version: one.version, with: other.version)
    else { return false }
    pairs.pair(token: recorded, with: own)
    return true
  }

  private static func token(_ text: String) -> (version: Int, start: String)? {
    let padded = text.replacing("-", with: "+").replacing("_", with: "/")
    let filled = padded + String(repeating: "=", count: (4 - padded.count % 4) % 4)
    guard let data = Data(base64Encoded: filled), let value = try? JSONValue(parsing: data),
      let version = value["rv"]?.intValue, let start = value["start"]?.stringValue
    else { return nil }
    return (version, start)
  }

  /// Texts that differ only in revisions that they name.
  private mutating func agreeOnNumbers(_ recorded: String, _ own: String) -> Bool {
    let one = Self.pieces(recorded)
    let other = Self.pieces(own)
    guard one.count == other.count else { return false }
    for (recorded, own) in zip(one, other) where recorded != own {
      guard let number = Int(recorded), let twin = Int(own), number > 400,
        pairs.pair(version: number, with: twin)
      else { return false }
    }
    return true
  }

  private static func pieces(_ text: String) -> [String] {
    var pieces: [String] = []
    var wasDigit = false
    for character in text {
      let isDigit = character.isNumber
      if isDigit == wasDigit, !pieces.isEmpty {
        pieces[pieces.count - 1].append(character)
      } else {
        pieces.append(String(character))
      }
      wasDigit = isDigit
    }
    return pieces
  }

  /// Names of Events end in sixteen hexadecimal digits: the time in nanoseconds.
  private static func isEventName(_ one: String, _ other: String) -> Bool {
    func parts(_ name: String) -> (Substring, Substring)? {
      guard let dot = name.lastIndex(of: ".") else { return nil }
      let last = name[name.index(after: dot)...]
      return last.count == 16 && last.allSatisfy(\.isHexDigit) ? (name[..<dot], last) : nil
    }
    guard let one = parts(one), let other = parts(other) else { return false }
    return one.0 == other.0
  }

  private static func isAddress(_ text: String) -> Bool {
    text.split(separator: ".").count == 4 && text.hasPrefix("10.244.0.")
  }

  private static func isUID(_ text: String) -> Bool {
    text.count == 36 && text.split(separator: "-").map(\.count) == [8, 4, 4, 4, 12]
  }

  /// A time of the day on which the recordings were made.
  private static func isVolatileTime(_ text: String) -> Bool {
    text.hasPrefix("2026-11-21T") && (try? Timestamp(rfc3339: text)) != nil
  }

  private static func isTime(_ text: String, like other: String) -> Bool {
    text.count == other.count && (try? Timestamp(rfc3339: text)) != nil
  }
}
