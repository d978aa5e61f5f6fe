extension Timestamp {
  /// Reads an instant in the form of RFC 3339, such as `2026-03-01T10:30:00.25+01:00`.
  ///
  /// `t` and `z` may be small. Digits of the fraction beyond the ninth are cut. `-00:00` is UTC. A
  /// leap second, `23:59:60` in UTC at the end of a month, becomes the second after it, as POSIX
  /// counts; it is refused anywhere else.
  ///
  /// - Parameter text: The whole text, without white space around it.
  /// - Throws: ``TimestampError`` where the form is another, the date or the time does not exist, or
  ///   the instant is outside the years 1 to 9999 in UTC.
  public init(rfc3339 text: String) throws(TimestampError) {
    var reader = Reader(text)
    self = try reader.timestamp()
  }

  /// Goes through the text once, from left to right.
  private struct Reader {
    let text: String
    private var rest: Substring.UTF8View

    init(_ text: String) {
      self.text = text
      rest = text[...].utf8
    }

    mutating func timestamp() throws(TimestampError) -> Timestamp {
      let civil = try date()
      guard take("T") || take("t") else { throw malformed }
      let (secondOfDay, isLeap) = try time()
      let nanoseconds = try fraction()
      let offset = try offset()
      guard rest.isEmpty else { throw malformed }
      let seconds = civil.daysSinceEpoch * 86_400 + secondOfDay - offset
      if isLeap {
        // Counted as POSIX does, the instant is the midnight that begins a month.
        let midnight = seconds.quotientAndRemainder(dividingBy: 86_400)
        guard midnight.remainder == 0, CivilDay(daysSinceEpoch: midnight.quotient).day == 1 else {
          throw TimestampError(
            .noSuchTime, text, "has a 60th second where there is no leap second")
        }
      }
      guard Timestamp.secondsRange.contains(Int64(seconds)) else {
        throw TimestampError(.outOfRange, text, "is not in the years 0001 to 9999 of UTC")
      }
      return Timestamp(seconds: Int64(seconds), nanoseconds: Int64(nanoseconds))
    }

    private mutating func date() throws(TimestampError) -> CivilDay {
      let year = try number(digits: 4)
      guard take("-") else { throw malformed }
      let month = try number(digits: 2)
      guard take("-") else { throw malformed }
      let day = try number(digits: 2)
      guard year >= 1, (1...12).contains(month), day >= 1,
        day <= CivilDay.daysIn(month: month, of: year)
      else { throw TimestampError(.noSuchDate, text, "is a date the calendar does not have") }
      return CivilDay(year: year, month: month, day: day)
    }

    private mutating func time() throws(TimestampError) -> (secondOfDay: Int, isLeap: Bool) {
      let hour = try number(digits: 2)
      guard take(":") else { throw malformed }
      let minute = try number(digits: 2)
      guard take(":") else { throw malformed }
      let second = try number(digits: 2)
      guard hour <= 23, minute <= 59, second <= 60 else {
        throw TimestampError(.noSuchTime, text, "is a time no day has")
      }
      return (hour * 3600 + minute * 60 + second, second == 60)
    }

    /// Nanoseconds; 0 where there is no fraction.
    private mutating func fraction() throws(TimestampError) -> Int {
      guard take(".") else { return 0 }
      var nanoseconds = 0
      var weight = 100_000_000
      let digits = rest.prefix { $0 &- UInt8(ascii: "0") < 10 }
      guard !digits.isEmpty else { throw malformed }
      for digit in digits.prefix(9) {
        nanoseconds += Int(digit & 0x0F) * weight
        weight /= 10
      }
      rest = rest[digits.endIndex...]
      return nanoseconds
    }

    /// Seconds that local time is ahead of UTC.
    private mutating func offset() throws(TimestampError) -> Int {
      if take("Z") || take("z") { return 0 }
      let isBehind = take("-")
      guard isBehind || take("+") else { throw malformed }
      let hours = try number(digits: 2)
      guard take(":") else { throw malformed }
      let minutes = try number(digits: 2)
      guard hours <= 23, minutes <= 59 else {
        throw TimestampError(.noSuchTime, text, "has an offset no clock has")
      }
      return (isBehind ? -1 : 1) * (hours * 3600 + minutes * 60)
    }

    private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
      guard rest.first == UInt8(ascii: scalar) else { return false }
      rest.removeFirst()
      return true
    }

    private mutating func number(digits: Int) throws(TimestampError) -> Int {
      var number = 0
      for _ in 0..<digits {
        guard let byte = rest.first, byte &- UInt8(ascii: "0") < 10 else { throw malformed }
        number = number * 10 + Int(byte & 0x0F)
        rest.removeFirst()
      }
      return number
    }

    private var malformed: TimestampError {
      TimestampError(
        .malformed, text, "is no RFC 3339 time; write it like \"2026-03-01T09:30:00Z\"")
    }
  }
}

extension Timestamp: Codable {
  /// Reads an instant from its RFC 3339 text, as Kubernetes writes times.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    do throws(TimestampError) {
      try self.init(rfc3339: text)
    } catch {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: error.description)
    }
  }

  /// Writes the instant's ``description``.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
