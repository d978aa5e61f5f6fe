extension Timestamp {
  /// The instant by RFC 3339 in UTC, such as `2026-03-01T09:30:00.250Z`.
  ///
  /// - Parameter fractionDigits: How many digits of the second's fraction to write, from 0 (no
  ///   point either) to 9; numbers outside become the nearer end. The rest is cut, not rounded, so
  ///   that the text never tells of a later second.
  /// - Returns: From 20 to 30 ASCII characters; texts with equal digits sort as their instants do.
  public func rfc3339(fractionDigits: Int = 0) -> String {
    String(unsafeUninitializedCapacity: 30) { write(fractionDigits: fractionDigits, to: $0) }
  }

  /// Appends what ``rfc3339(fractionDigits:)`` returns, without making a string of it.
  ///
  /// - Parameters:
  ///   - output: The bytes to append to.
  ///   - fractionDigits: From 0 to 9; numbers outside become the nearer end.
  public func write(to output: inout [UInt8], fractionDigits: Int = 0) {
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 30) { buffer in
      let count = write(fractionDigits: fractionDigits, to: buffer)
      output.append(contentsOf: buffer[..<count])
    }
  }

  private func write(fractionDigits: Int, to buffer: UnsafeMutableBufferPointer<UInt8>) -> Int {
    // From the year 1, so that division rounds down as it should.
    let sinceYearOne = Int(seconds - Self.secondsRange.lowerBound)
    let (days, secondOfDay) = sinceYearOne.quotientAndRemainder(dividingBy: 86_400)
    let civil = CivilDay(daysSinceEpoch: days + Int(Self.secondsRange.lowerBound) / 86_400)
    var writer = DigitWriter(buffer: buffer)
    writer.write(civil.year, digits: 4)
    writer.write("-")
    writer.write(civil.month, digits: 2)
    writer.write("-")
    writer.write(civil.day, digits: 2)
    writer.write("T")
    writer.write(secondOfDay / 3600, digits: 2)
    writer.write(":")
    writer.write(secondOfDay / 60 % 60, digits: 2)
    writer.write(":")
    writer.write(secondOfDay % 60, digits: 2)
    let digits = min(max(fractionDigits, 0), 9)
    if digits > 0 {
      var fraction = nanoseconds
      for _ in digits..<9 { fraction /= 10 }
      writer.write(".")
      writer.write(fraction, digits: digits)
    }
    writer.write("Z")
    return writer.count
  }

  /// Puts numbers of fixed width into memory, digit by digit.
  private struct DigitWriter {
    let buffer: UnsafeMutableBufferPointer<UInt8>
    var count = 0

    init(buffer: UnsafeMutableBufferPointer<UInt8>) { self.buffer = buffer }

    mutating func write(_ scalar: Unicode.Scalar) {
      buffer[count] = UInt8(ascii: scalar)
      count += 1
    }

    mutating func write(_ number: Int, digits: Int) {
      var rest = number
      for place in stride(from: count + digits - 1, through: count, by: -1) {
        buffer[place] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
        rest /= 10
      }
      count += digits
    }
  }
}

extension Timestamp: CustomStringConvertible {
  /// The instant by RFC 3339 with as many fraction digits as it takes to lose nothing: 0, 3, 6 or 9.
  public var description: String {
    let digits =
      if nanoseconds == 0 {
        0
      } else if nanoseconds % 1_000_000 == 0 {
        3
      } else if nanoseconds % 1_000 == 0 {
        6
      } else {
        9
      }
    return rfc3339(fractionDigits: digits)
  }
}
