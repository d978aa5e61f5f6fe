/// The value of a number, spelled the only way: ±digits × 10^exponent, where the digits neither
/// begin nor end with a zero, and zero is no digits at all.
struct DecimalForm: Hashable {
  private var isNegative = false
  private var digits: [UInt8] = []
  private var exponent = 0

  /// Beyond this an exponent is not worked with: sums of two such stay far from overflow.
  private static let greatestExponent = 100_000_000_000_000_000

  /// The form of a number that follows JSON's grammar; `nil` where its exponent is out of reach.
  init?(_ text: String) {
    var written = 0
    var isExponentNegative = false
    var part = Part.integer
    for byte in text.utf8 {
      switch (byte, part) {
      case (UInt8(ascii: "-"), .integer): isNegative = true
      case (UInt8(ascii: "-"), .exponent): isExponentNegative = true
      case (UInt8(ascii: "+"), _): break
      case (UInt8(ascii: "."), _): part = .fraction
      case (UInt8(ascii: "e"), _), (UInt8(ascii: "E"), _): part = .exponent
      case (_, .exponent):
        written = written * 10 + Int(byte & 0x0F)
        guard written <= Self.greatestExponent else { return nil }
      case (_, .integer), (_, .fraction):
        if part == .fraction { exponent -= 1 }
        if byte != UInt8(ascii: "0") || !digits.isEmpty { digits.append(byte & 0x0F) }
      }
    }
    exponent += isExponentNegative ? -written : written
    while digits.last == 0 {
      digits.removeLast()
      exponent += 1
    }
    if digits.isEmpty {
      isNegative = false
      exponent = 0
    }
  }

  private enum Part { case integer, fraction, exponent }

  /// The value as an integer; `nil` where it is not whole, or does not fit.
  func integer<I: FixedWidthInteger>(as type: I.Type) -> I? {
    // The second check bounds the work: no power of ten that fits has as many digits as bits.
    guard exponent >= 0, digits.count + exponent <= I.bitWidth else {
      return digits.isEmpty ? 0 : nil
    }
    var value: I = 0
    for place in 0..<(digits.count + exponent) {
      let digit = place < digits.count ? I(digits[place]) : 0
      let (tenfold, isTooLarge) = value.multipliedReportingOverflow(by: 10)
      let (sum, isOver) =
        isNegative
        ? tenfold.subtractingReportingOverflow(digit) : tenfold.addingReportingOverflow(digit)
      guard !isTooLarge, !isOver else { return nil }
      value = sum
    }
    return value
  }
}
