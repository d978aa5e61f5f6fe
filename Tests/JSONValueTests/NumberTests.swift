import JSONValue
import Testing

@Suite struct `A number` {
  static let integers: [(text: String, int: Int?)] = [
    ("3", 3), ("3.0", 3), ("3e0", 3), ("30e-1", 3), ("0.3E+1", 3), ("-0", 0), ("-0.0e9", 0),
    ("0e99999999999999999999", nil), ("3.5", nil), ("3e-1", nil),
    ("1e18", 1_000_000_000_000_000_000),
    ("9223372036854775807", .max), ("9223372036854775808", nil), ("-9223372036854775808", .min),
    ("-9223372036854775808.0", .min), ("-9223372036854775809", nil), ("1e19", nil), ("1e400", nil),
    ("1e-400", nil), ("12345678901234567890", nil),
  ]

  @Test(arguments: integers)
  func `is an integer by value, not by spelling`(text: String, int: Int?) throws {
    #expect(try #require(JSONNumber(text)).int == int)
  }

  @Test func `fits the width it fits, and no other`() throws {
    let number = try #require(JSONNumber("18446744073709551615"))
    #expect(number.uint64 == .max)
    #expect(number.int64 == nil)
    #expect(number.integer(as: Int128.self) == 18_446_744_073_709_551_615)
    #expect(JSONNumber("-1")?.uint64 == nil)
    #expect(JSONNumber("128.0")?.integer(as: Int8.self) == nil)
    #expect(JSONNumber("-128.0")?.integer(as: Int8.self) == -128)
    #expect(JSONNumber("2550e-1")?.integer(as: UInt8.self) == 255)
  }

  @Test func `is a double unless beyond its range`() {
    #expect(JSONNumber("1.10")?.double == 1.1)
    #expect(JSONNumber("1e400")?.double == nil)
    #expect(JSONNumber("-1e400")?.double == nil)
    #expect(JSONNumber("1e-400")?.double == 0)
    #expect(JSONNumber("1e39")?.float == nil)
    #expect(JSONNumber(0.1)?.text == "0.1")
    #expect(JSONNumber(Float(0.1))?.text == "0.1")
    #expect(JSONNumber(1e300)?.double == 1e300)
    #expect(JSONNumber(Double.infinity) == nil)
    #expect(JSONNumber(Double.nan) == nil)
    #expect(JSONNumber(-Float.infinity) == nil)
  }

  @Test(arguments: ["", "+1", ".5", "01", "NaN", "1 ", " 1", "1.", "0x1", "1e", "true", "[1]", "١"])
  func `is not made of any other text`(text: String) {
    #expect(JSONNumber(text) == nil)
  }

  static let same: [[String]] = [
    ["1", "1.0", "10e-1", "0.01E2", "1e0"], ["0", "-0", "0.000", "0e5"], ["1e400", "10e399"],
    ["-12.50", "-125e-1"], ["1e99999999999999999999"], ["1e99999999999999999998"], ["-1"],
  ]

  @Test func `equals by value, and hashes likewise`() throws {
    let groups = try Self.same.map { try $0.map { try #require(JSONNumber($0)) } }
    for (one, group) in groups.enumerated() {
      for (other, others) in groups.enumerated() where one != other && group != others {
        for number in group { #expect(!others.contains(number)) }
      }
      #expect(Set(group).count == 1)
    }
  }
}
