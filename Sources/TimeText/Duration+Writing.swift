extension Duration {
  /// The duration as the shortest text that reads back as exactly the same.
  ///
  /// From one second on in hours, minutes and seconds, leaving out what is zero: `1h`, `1m30s`,
  /// `1h5.25s`. Below in the largest unit that leaves a digit before the point: `1.5ms`, `250us`.
  /// Zero is `0s`. It is what Go reads, in ASCII.
  public var text: String {
    let (seconds, attoseconds) = components
    guard (seconds, attoseconds) != (0, 0) else { return "0s" }
    let sign = seconds < 0 || attoseconds < 0 ? "-" : ""
    let fraction = attoseconds.magnitude
    guard seconds != 0 else { return sign + Self.text(belowSecond: fraction) }
    let (minutes, second) = seconds.magnitude.quotientAndRemainder(dividingBy: 60)
    let (hours, minute) = minutes.quotientAndRemainder(dividingBy: 60)
    var text = sign
    if hours != 0 { text += "\(hours)h" }
    if minute != 0 { text += "\(minute)m" }
    if second != 0 || fraction != 0 { text += "\(second)\(Self.fraction(fraction, digits: 18))s" }
    return text
  }

  /// The text of the duration rounded to a multiple of another, halves away from zero.
  ///
  /// - Parameter quantum: What to round to, such as `.seconds(1)`; zero or less rounds nothing.
  /// - Returns: What ``text`` says of the rounded duration.
  public func text(roundedTo quantum: Duration) -> String { rounded(to: quantum).text }

  /// The duration for a table: three significant digits below a minute (`1.23ms`, `59.9s`), whole
  /// seconds below an hour (`12m5s`), whole minutes below a hundred (`26h3m`), then whole hours.
  public var abbreviated: String {
    let magnitude = attoseconds.magnitude
    guard magnitude < UInt128(DurationUnit.minutes.attoseconds) else {
      let hours = magnitude / UInt128(DurationUnit.hours.attoseconds)
      return text(roundedTo: hours >= 100 ? .seconds(3600) : .seconds(hours >= 1 ? 60 : 1))
    }
    // A hundredth of the greatest power of ten that is not above the magnitude.
    var quantum: UInt128 = 1
    while quantum * 1000 <= magnitude { quantum *= 10 }
    return text(roundedTo: Duration(attoseconds: Int128(quantum)))
  }

  /// The nearest whole multiple of `quantum`, halves away from zero; itself where that is not positive.
  public func rounded(to quantum: Duration) -> Duration {
    let step = quantum.attoseconds
    guard step > 0 else { return self }
    let rest = attoseconds % step
    // Compared by subtraction: doubling a long rest could overflow.
    guard rest.magnitude >= step.magnitude - rest.magnitude else {
      return Duration(attoseconds: attoseconds - rest)
    }
    return Duration(attoseconds: attoseconds - rest + (rest < 0 ? -step : step))
  }

  private static func text(belowSecond attoseconds: UInt64) -> String {
    let (unit, digits): (DurationUnit, Int) =
      switch attoseconds {
      case 1_000_000_000_000_000...: (.milliseconds, 15)
      case 1_000_000_000_000...: (.microseconds, 12)
      default: (.nanoseconds, 9)
      }
    let (whole, rest) = attoseconds.quotientAndRemainder(
      dividingBy: UInt64(unit.attoseconds))
    return "\(whole)\(fraction(rest, digits: digits))\(unit.rawValue)"
  }

  /// A point and the digits of a fraction without the zeros at its end; nothing for zero.
  private static func fraction(_ numerator: UInt64, digits: Int) -> String {
    guard numerator != 0 else { return "" }
    var rest = numerator
    var count = digits
    while rest % 10 == 0 {
      rest /= 10
      count -= 1
    }
    let text = String(rest)
    return "." + String(repeating: "0", count: count - text.utf8.count) + text
  }
}
