extension Duration {
  /// Reads a duration as Go writes it: `1h2m3.5s`, `100ms`, `1.5h`, `250us`, `10ns`.
  ///
  /// Each number has a unit, `h`, `m`, `s`, `ms`, `us` (or `µs`) or `ns`, and may have a fraction;
  /// the parts add up, in any order. Only zero may stand without a unit. A sign before the first
  /// number holds for all, and a negative duration is not an error here: callers that do not want
  /// one say so in their own words. Digits finer than an attosecond are cut.
  ///
  /// - Parameter text: The whole text, without white space.
  /// - Throws: ``DurationTextError`` where the text is anything else, or beyond what 64 bits of
  ///   nanoseconds hold, which is Go's range: ±2562047h47m16.854775807s, or 292 years.
  public init(text: String) throws(DurationTextError) {
    var reader = DurationReader(text)
    self = try reader.duration()
  }
}

/// Goes through the text once, from left to right.
private struct DurationReader {
  let text: String
  /// By bytes: as a character of Swift's, a digit may carry combining marks.
  private var rest: Substring.UTF8View

  init(_ text: String) {
    self.text = text
    rest = text[...].utf8
  }

  /// The longest duration in attoseconds.
  private static let limit = Int128(Int64.max) * DurationUnit.nanoseconds.attoseconds

  mutating func duration() throws(DurationTextError) -> Duration {
    let isNegative = rest.first == UInt8(ascii: "-")
    if isNegative || rest.first == UInt8(ascii: "+") { rest.removeFirst() }
    guard !rest.isEmpty else { throw malformed }
    if rest.elementsEqual("0".utf8) { return .zero }
    var sum: Int128 = 0
    while !rest.isEmpty {
      sum += try part()
      guard sum <= Self.limit else { throw tooLong }
    }
    return Duration(attoseconds: isNegative ? -sum : sum)
  }

  /// A number and its unit, in attoseconds.
  private mutating func part() throws(DurationTextError) -> Int128 {
    let whole = digits()
    var fraction = rest.prefix(0)
    if rest.first == UInt8(ascii: ".") {
      rest.removeFirst()
      fraction = digits()
    }
    guard !whole.isEmpty || !fraction.isEmpty else { throw malformed }
    let unit = try unit()
    var value: Int128 = 0
    for digit in whole {
      value = value * 10 + Int128(digit & 0x0F)
      // Checked digit by digit: the text may have any number of them.
      guard value * unit.attoseconds <= Self.limit else { throw tooLong }
    }
    value *= unit.attoseconds
    return value + Self.cut(fraction, of: unit)
  }

  /// A decimal fraction of a unit in attoseconds.
  private static func cut(_ fraction: Substring.UTF8View, of unit: DurationUnit) -> Int128 {
    var numerator: UInt128 = 0
    var denominator: UInt128 = 1
    // An hour has fewer than 10^22 attoseconds: no further digit makes one more.
    for digit in fraction.prefix(22) {
      numerator = numerator * 10 + UInt128(digit & 0x0F)
      denominator *= 10
    }
    let product = numerator.multipliedFullWidth(by: UInt128(unit.attoseconds))
    return Int128(denominator.dividingFullWidth(product).quotient)
  }

  private mutating func digits() -> Substring.UTF8View {
    let digits = rest.prefix(while: Self.isDigit)
    rest = rest[digits.endIndex...]
    return digits
  }

  private static func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }

  private mutating func unit() throws(DurationTextError) -> DurationUnit {
    let letters = rest.prefix { $0 != UInt8(ascii: ".") && !Self.isDigit($0) }
    rest = rest[letters.endIndex...]
    let name = String(Substring(letters))
    if let unit = DurationUnit(spelled: name) { return unit }
    guard !name.isEmpty else {
      guard rest.isEmpty else { throw malformed }
      throw DurationTextError(
        .missingUnit, text, "has no unit, write \((text + "s").quotedForMessage)")
    }
    let hint = name == "d" ? "; a day is \"24h\"" : ""
    throw DurationTextError(
      .unknownUnit, text,
      "has the unit \(name.quotedForMessage); there are h, m, s, ms, us and ns\(hint)")
  }

  private var malformed: DurationTextError {
    DurationTextError(
      .malformed, text, "is no duration; write one like \"30s\", \"1m30s\" or \"1.5h\"")
  }

  private var tooLong: DurationTextError {
    DurationTextError(.outOfRange, text, "is longer than the 292 years allowed")
  }
}
