import JSONValue
import Pacing
import TimeText

/// Takes the members of an object one by one; what is left over is what this version does not know.
struct FieldReader {
  let path: JSONPath
  private(set) var rest: JSONObject

  init(_ value: JSONValue?, at path: JSONPath) throws(LedgerError) {
    guard case .object(let object)? = value else {
      throw LedgerError(.malformed, path, "expected an object")
    }
    self.path = path
    rest = object
  }

  func malformed(_ key: String, _ expected: String) -> LedgerError {
    LedgerError(.malformed, path.appending(key), "expected \(expected)")
  }

  mutating func take(_ key: String) -> JSONValue? {
    defer { rest[key] = nil }
    return rest[key]
  }

  mutating func text(_ key: String, atMost count: Int = 4096) throws(LedgerError) -> String {
    guard let text = try optionalText(key, atMost: count) else { throw malformed(key, "a string") }
    return text
  }

  mutating func optionalText(
    _ key: String, atMost count: Int = 4096
  ) throws(LedgerError) -> String? {
    guard let value = take(key) else { return nil }
    guard let text = value.stringValue, text.utf8.count <= count else {
      throw malformed(key, "a string of at most \(count) bytes")
    }
    return text
  }

  mutating func number(_ key: String) throws(LedgerError) -> Int {
    guard let number = take(key)?.intValue, (0...Int(Int32.max)).contains(number) else {
      throw malformed(key, "a whole number from 0 to \(Int32.max)")
    }
    return number
  }

  mutating func flag(_ key: String) throws(LedgerError) -> Bool {
    guard let value = take(key) else { return false }
    guard let flag = value.boolValue else { throw malformed(key, "true or false") }
    return flag
  }

  mutating func word<Word: RawRepresentable & CaseIterable>(
    _ key: String, _ type: Word.Type = Word.self
  ) throws(LedgerError) -> Word where Word.RawValue == String {
    guard let word = take(key)?.stringValue.flatMap(Word.init(rawValue:)) else {
      let words = Word.allCases.map(\.rawValue).joined(separator: ", ")
      throw malformed(key, "one of \(words)")
    }
    return word
  }

  mutating func target(_ key: String) throws(LedgerError) -> Target {
    guard let target = Target(text: try text(key)) else {
      throw malformed(key, "a target such as container:plex")
    }
    return target
  }

  mutating func units(_ key: String) throws(LedgerError) -> Set<String> {
    guard let value = take(key) else { return [] }
    guard let array = value.arrayValue else { throw malformed(key, "an array") }
    guard array.count <= TargetState.maximumUnits else {
      throw LedgerError(
        .tooMuch, path.appending(key), "holds more than \(TargetState.maximumUnits) units")
    }
    var units: Set<String> = []
    for (index, element) in array.enumerated() {
      guard let unit = element.stringValue, TargetState.isUnit(unit) else {
        throw LedgerError(
          .malformed, path.appending(key).appending(index),
          "expected at most \(TargetState.maximumUnitLength) bytes without control characters")
      }
      units.insert(unit)
    }
    return units
  }

  mutating func timestamp(_ key: String) throws(LedgerError) -> Timestamp? {
    guard let text = try optionalText(key, atMost: 64) else { return nil }
    guard let timestamp = try? Timestamp(rfc3339: text) else {
      throw malformed(key, "an instant such as 2026-01-04T20:04:00Z")
    }
    return timestamp
  }

  /// A moment takes three members of the object that it belongs to.
  mutating func moment() throws(LedgerError) -> Moment {
    let wall = try timestamp("at")
    let boot = try text("boot", atMost: 64)
    guard let wall else { throw malformed("at", "an instant such as 2026-01-04T20:04:00Z") }
    guard let tick = take("tick")?.numberValue?.int64, tick >= 0 else {
      throw malformed("tick", "nanoseconds from 0 on")
    }
    return Moment(boot: boot, tick: Tick(nanoseconds: tick), wall: wall)
  }
}
