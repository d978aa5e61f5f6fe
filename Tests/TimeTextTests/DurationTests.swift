import Testing
import TimeText

@Suite struct `A duration` {
  static let read: [(text: String, duration: Duration)] = [
    ("0", .zero), ("-0", .zero), ("0s", .zero), ("30s", .seconds(30)), ("+5s", .seconds(5)),
    ("-5s", .seconds(-5)), ("1h2m3.5s", .milliseconds(3_723_500)), ("100ms", .milliseconds(100)),
    ("1.5h", .seconds(5400)), ("250us", .microseconds(250)), ("250\u{B5}s", .microseconds(250)),
    ("250\u{3BC}s", .microseconds(250)), ("10ns", .nanoseconds(10)), (".5s", .milliseconds(500)),
    ("1.s", .seconds(1)), ("3s1h", .seconds(3603)), ("-1m1s", .seconds(-61)),
    ("0.3333333333333333333h", .seconds(1200) - Duration(attoseconds: 120)),
    ("1.000000000000000001s", Duration(attoseconds: 1_000_000_000_000_000_001)),
    ("0.0000000005ns", .zero), ("0.000000005ns", Duration(attoseconds: 5)),
    ("2562047h47m16.854775807s", .nanoseconds(Int64.max)),
    ("-9223372036854775807ns", .nanoseconds(-Int64.max)),
    ("0000000000000000000000000000000000000000000000001m", .seconds(60)),
  ]

  @Test(arguments: read)
  func `is read as Go reads it`(text: String, duration: Duration) throws {
    #expect(try Duration(text: text) == duration)
  }

  static let refused: [(text: String, error: String, code: DurationTextError.Code)] = [
    ("30", #""30" has no unit, write "30s""#, .missingUnit),
    ("-1m30", #""-1m30" has no unit, write "-1m30s""#, .missingUnit),
    (
      "1d", #""1d" has the unit "d"; there are h, m, s, ms, us and ns; a day is "24h""#,
      .unknownUnit
    ),
    ("5 s", #""5 s" has the unit " s"; there are h, m, s, ms, us and ns"#, .unknownUnit),
    ("5S", #""5S" has the unit "S"; there are h, m, s, ms, us and ns"#, .unknownUnit),
    ("1h-5m", #""1h-5m" has the unit "h-"; there are h, m, s, ms, us and ns"#, .unknownUnit),
    ("", #""" is no duration; write one like "30s", "1m30s" or "1.5h""#, .malformed),
    ("-", #""-" is no duration; write one like "30s", "1m30s" or "1.5h""#, .malformed),
    ("s", #""s" is no duration; write one like "30s", "1m30s" or "1.5h""#, .malformed),
    (".s", #"".s" is no duration; write one like "30s", "1m30s" or "1.5h""#, .malformed),
    ("1.2.3s", #""1.2.3s" is no duration; write one like "30s", "1m30s" or "1.5h""#, .malformed),
    ("--5s", #""--5s" is no duration; write one like "30s", "1m30s" or "1.5h""#, .malformed),
    ("٣s", #""٣s" is no duration; write one like "30s", "1m30s" or "1.5h""#, .malformed),
    (
      "1\u{301}s", "\"1\u{301}s\" has the unit \"\u{301}s\"; there are h, m, s, ms, us and ns",
      .unknownUnit
    ),
    (
      "9223372036854775808ns",
      #""9223372036854775808ns" is longer than the 292 years allowed"#, .outOfRange
    ),
    (
      "2562047h47m16.854775808s",
      #""2562047h47m16.854775808s" is longer than the 292 years allowed"#, .outOfRange
    ),
    (
      "99999999999999999999999999999999999999999999999h",
      #""99999999999999999999999999999999999999999999999h" is longer than the 292 years allowed"#,
      .outOfRange
    ),
  ]

  @Test(arguments: refused)
  func `is refused with advice`(text: String, message: String, code: DurationTextError.Code) {
    let error = #expect(throws: DurationTextError.self) { try Duration(text: text) }
    #expect(error?.description == message)
    #expect(error?.code == code)
  }

  static let written: [(duration: Duration, text: String)] = [
    (.zero, "0s"), (.seconds(90), "1m30s"), (.milliseconds(1500), "1.5s"),
    (.milliseconds(250), "250ms"), (.seconds(3600), "1h"), (.seconds(3605), "1h5s"),
    (.seconds(5400), "1h30m"), (.milliseconds(3_723_500), "1h2m3.5s"),
    (.milliseconds(60_500), "1m0.5s"), (.microseconds(1500), "1.5ms"), (.nanoseconds(1), "1ns"),
    (.microseconds(250), "250us"), (.seconds(-5), "-5s"), (.milliseconds(-1500), "-1.5s"),
    (Duration(attoseconds: 5), "0.000000005ns"), (.nanoseconds(999_999_999), "999.999999ms"),
    (.seconds(1_000_000), "277h46m40s"), (.seconds(Int64.min), "-2562047788015215h30m8s"),
  ]

  @Test(arguments: written)
  func `is written in the fewest letters`(duration: Duration, text: String) {
    #expect(duration.text == text)
  }

  static let abbreviated: [(text: String, short: String)] = [
    ("0s", "0s"), ("1.234567ms", "1.23ms"), ("12.3456s", "12.3s"), ("999.4ms", "999ms"),
    ("999.6ms", "1s"), ("59.94s", "59.9s"), ("59.96s", "1m"), ("12m5.4s", "12m5s"),
    ("59m59.5s", "1h"), ("26h3m29s", "26h3m"), ("99h59m31s", "100h"), ("100h29m", "100h"),
    ("1000h31m", "1001h"), ("-1.235ms", "-1.24ms"), ("7ns", "7ns"), ("1.5us", "1.5us"),
    ("123456ns", "123us"),
  ]

  @Test(arguments: abbreviated)
  func `is short in a table`(text: String, short: String) throws {
    #expect(try Duration(text: text).abbreviated == short)
  }

  @Test func `is rounded to what is asked`() {
    #expect(Duration.milliseconds(1499).text(roundedTo: .seconds(1)) == "1s")
    #expect(Duration.milliseconds(1500).text(roundedTo: .seconds(1)) == "2s")
    #expect(Duration.milliseconds(-1500).text(roundedTo: .seconds(1)) == "-2s")
    #expect(Duration.milliseconds(40).text(roundedTo: .milliseconds(100)) == "0s")
    #expect(Duration.milliseconds(1234).text(roundedTo: .zero) == "1.234s")
    #expect(Duration.seconds(100).text(roundedTo: .seconds(7)) == "1m38s")
  }

  @Test func `reads back as itself, whatever its size`() throws {
    var generator = SeededGenerator(seed: 5)
    for round in 0..<20_000 {
      let nanoseconds = Duration.nanoseconds(Int64(bitPattern: generator.next()) >> (round % 63))
      let attoseconds = Int128(generator.next()) >> (round % 64)
      for duration in [
        nanoseconds, Duration(attoseconds: round % 2 == 0 ? attoseconds : -attoseconds),
      ] {
        #expect(try Duration(text: duration.text) == duration, "round \(round): \(duration)")
      }
      #expect(nanoseconds.abbreviated.utf8.count <= 9)
    }
  }
}
