import Foundation
import Testing
import TimeText

@Suite struct `An instant` {
  static let read: [(text: String, seconds: Int64, nanoseconds: Int)] = [
    ("1970-01-01T00:00:00Z", 0, 0), ("1969-12-31T23:59:59.999999999Z", -1, 999_999_999),
    ("2026-03-01T10:30:00.25+01:00", 1_772_357_400, 250_000_000),
    ("2026-03-01t09:30:00.250z", 1_772_357_400, 250_000_000),
    ("2026-03-01T09:30:00-00:00", 1_772_357_400, 0),
    ("2026-02-28T23:30:00-10:00", 1_772_357_400, 0),
    ("2000-02-29T00:00:00Z", 951_782_400, 0), ("0001-01-01T00:00:00Z", -62_135_596_800, 0),
    ("9999-12-31T23:59:59Z", 253_402_300_799, 0),
    ("2016-12-31T23:59:60Z", 1_483_228_800, 0),
    ("2017-01-01T00:59:60.5+01:00", 1_483_228_800, 500_000_000),
    ("2026-03-01T09:30:00.1234567899Z", 1_772_357_400, 123_456_789),
    ("2026-03-01T09:30:00.000000001Z", 1_772_357_400, 1),
  ]

  @Test(arguments: read)
  func `is read from RFC 3339`(text: String, seconds: Int64, nanoseconds: Int) throws {
    let instant = try Timestamp(rfc3339: text)
    #expect(instant.seconds == seconds)
    #expect(instant.nanoseconds == nanoseconds)
  }

  static let refused: [(text: String, code: TimestampError.Code)] = [
    ("", .malformed), ("now", .malformed), ("2026-03-01", .malformed),
    ("2026-03-01 09:30:00Z", .malformed), ("2026-03-01T09:30:00", .malformed),
    ("2026-03-01T09:30Z", .malformed), ("2026-3-01T09:30:00Z", .malformed),
    ("2026-03-01T09:30:00.Z", .malformed), ("2026-03-01T09:30:00,5Z", .malformed),
    ("2026-03-01T09:30:00+0100", .malformed), ("2026-03-01T09:30:00ZZ", .malformed),
    (" 2026-03-01T09:30:00Z", .malformed), ("２026-03-01T09:30:00Z", .malformed),
    ("+2026-03-01T09:30:00Z", .malformed), ("2026-03-01T09:30:00.5", .malformed),
    ("2026-02-29T00:00:00Z", .noSuchDate), ("1900-02-29T00:00:00Z", .noSuchDate),
    ("2026-04-31T00:00:00Z", .noSuchDate), ("2026-13-01T00:00:00Z", .noSuchDate),
    ("2026-00-01T00:00:00Z", .noSuchDate), ("2026-01-00T00:00:00Z", .noSuchDate),
    ("0000-01-01T00:00:00Z", .noSuchDate), ("2026-03-01T24:00:00Z", .noSuchTime),
    ("2026-03-01T09:60:00Z", .noSuchTime), ("2026-03-01T09:30:61Z", .noSuchTime),
    ("2026-03-01T09:30:00+24:00", .noSuchTime), ("2026-03-01T09:30:00+01:60", .noSuchTime),
    ("2026-03-01T09:30:60Z", .noSuchTime), ("2016-12-30T23:59:60Z", .noSuchTime),
    ("0001-01-01T00:00:00+00:01", .outOfRange), ("9999-12-31T23:59:59-00:01", .outOfRange),
    ("9999-12-31T23:59:60Z", .outOfRange),
  ]

  @Test(arguments: refused)
  func `is refused where it is none`(text: String, code: TimestampError.Code) {
    let error = #expect(throws: TimestampError.self) { try Timestamp(rfc3339: text) }
    #expect(error?.code == code)
    #expect(error?.description.hasPrefix("\"\(text)\" ") == true)
  }

  @Test func `says what is wrong in words that can be logged`() {
    let long = #expect(throws: TimestampError.self) {
      try Timestamp(rfc3339: "\n" + String(repeating: "x", count: 1_000_000))
    }
    #expect(
      long?.description == "\"\\n" + String(repeating: "x", count: 62)
        + "…\" is no RFC 3339 time; write it like \"2026-03-01T09:30:00Z\"")
  }

  @Test func `is written with the digits asked for, cut and not rounded`() throws {
    let instant = try Timestamp(rfc3339: "2026-03-01T09:30:59.987654321Z")
    #expect(instant.rfc3339() == "2026-03-01T09:30:59Z")
    #expect(instant.rfc3339(fractionDigits: 3) == "2026-03-01T09:30:59.987Z")
    #expect(instant.rfc3339(fractionDigits: 6) == "2026-03-01T09:30:59.987654Z")
    #expect(instant.rfc3339(fractionDigits: 99) == "2026-03-01T09:30:59.987654321Z")
    #expect(instant.rfc3339(fractionDigits: -1) == "2026-03-01T09:30:59Z")
    #expect(instant.description == "2026-03-01T09:30:59.987654321Z")
    #expect(Timestamp(seconds: 0, nanoseconds: 5_000_000).description == "1970-01-01T00:00:00.005Z")
    #expect(Timestamp(seconds: 0, nanoseconds: 5000).description == "1970-01-01T00:00:00.000005Z")
    #expect(Timestamp.epoch.description == "1970-01-01T00:00:00Z")
    #expect(Timestamp.latest.description == "9999-12-31T23:59:59.999999999Z")
    #expect(Timestamp.earliest.description == "0001-01-01T00:00:00Z")
    var line = Array("at ".utf8)
    instant.write(to: &line, fractionDigits: 3)
    #expect(String(decoding: line, as: UTF8.self) == "at 2026-03-01T09:30:59.987Z")
  }

  @Test func `agrees with Foundation, and reads back, wherever it is`() throws {
    var generator = SeededGenerator(seed: 4)
    let style = Date.ISO8601FormatStyle(timeZone: .gmt)
    for round in 0..<20_000 {
      let seconds = Int64.random(in: -62_135_596_800...253_402_300_799, using: &generator)
      let instant = Timestamp(
        seconds: seconds, nanoseconds: .random(in: 0..<1_000_000_000, using: &generator))
      #expect(try Timestamp(rfc3339: instant.description) == instant, "round \(round)")
      // Foundation's calendar is the Julian one before the reform of 1582.
      guard seconds > -12_219_292_800 else { continue }
      let date = Date(timeIntervalSince1970: Double(seconds))
      #expect(instant.rfc3339() == style.format(date), "round \(round)")
    }
  }

  @Test func `follows the calendar day by day`() throws {
    // Every first and last of a month, from the year 1 to 9999.
    var expected = Timestamp.earliest
    for year in 1...9999 {
      for month in 1...12 {
        let text = String(format: "%04d-%02d-01T00:00:00Z", year, month)
        #expect(expected.rfc3339() == text)
        #expect(try Timestamp(rfc3339: text) == expected)
        let isLeap = year % 4 == 0 && year % 100 != 0 || year % 400 == 0
        let days = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]
        expected = expected.advanced(by: .seconds(days * 86_400))
      }
    }
  }

  @Test func `moves by durations and stops at its ends`() {
    let instant = Timestamp(seconds: 10, nanoseconds: 500_000_000)
    #expect(instant + .milliseconds(700) == Timestamp(seconds: 11, nanoseconds: 200_000_000))
    #expect(instant - .seconds(11) == Timestamp(seconds: -1, nanoseconds: 500_000_000))
    #expect(instant - Timestamp(seconds: -1) == .milliseconds(11_500))
    #expect(Timestamp.epoch.advanced(by: Duration(attoseconds: -1)).seconds == -1)
    #expect(Timestamp.epoch.advanced(by: Duration(attoseconds: 999_999_999)) == .epoch)
    #expect(Timestamp.epoch < Timestamp(seconds: 0, nanoseconds: 1))
    #expect(Timestamp(seconds: -1, nanoseconds: 999_999_999) < .epoch)
    #expect(instant + .seconds(Int64.max) == .latest)
    #expect(instant + .seconds(Int64.min) == .earliest)
    #expect(Timestamp(seconds: .max, nanoseconds: .max) == .latest)
    #expect(Timestamp(seconds: .min, nanoseconds: .min) == .earliest)
    #expect(
      Timestamp(seconds: 0, nanoseconds: -1) == Timestamp(seconds: -1, nanoseconds: 999_999_999))
    #expect(Timestamp(seconds: 0, nanoseconds: 2_500_000_000).seconds == 2)
    #expect(Timestamp.earliest.duration(to: .latest) == .seconds(315_537_897_600) - .nanoseconds(1))
  }

  @Test func `is its text to coders`() throws {
    let instants = [Timestamp(seconds: 1_772_357_400), Timestamp(seconds: 0, nanoseconds: 1000)]
    let data = try JSONEncoder().encode(instants)
    #expect(
      String(decoding: data, as: UTF8.self)
        == #"["2026-03-01T09:30:00Z","1970-01-01T00:00:00.000001Z"]"#)
    #expect(try JSONDecoder().decode([Timestamp].self, from: data) == instants)
    #expect(throws: DecodingError.self) {
      try JSONDecoder().decode([Timestamp].self, from: Data(#"["today"]"#.utf8))
    }
  }
}
