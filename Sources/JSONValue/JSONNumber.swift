/// A JSON number, kept as the text that spelled it.
///
/// JSON sets no range and no precision, so neither does this type: `1.10`, `1e400` and
/// `12345678901234567890` come out of the writer as they went into the parser. Two numbers are
/// equal when their values are: `1.0`, `1` and `10e-1` are one number, and so are `0` and `-0`.
/// (Numbers whose exponent is beyond ±10¹⁷ are compared by their text.)
public struct JSONNumber: Sendable {
  /// The number as JSON text.
  public let text: String

  /// A number from text that is known to follow JSON's grammar.
  init(grammatical text: String) { self.text = text }

  /// A number from its JSON text; `nil` where the text is anything else, such as `+1`, `.5` or `01`.
  ///
  /// - Parameter text: A number by RFC 8259 of at most 4096 characters, without white space.
  public init?(_ text: some StringProtocol) {
    guard let value = try? JSONValue(parsing: String(text)), case .number(let number) = value,
      number.text.utf8.count == text.utf8.count
    else { return nil }
    self = number
  }

  /// The number with the value of an integer of any width.
  ///
  /// - Parameter integer: Any integer.
  public init(_ integer: some BinaryInteger) { text = String(integer) }

  /// The number with the fewest digits that reads back as exactly `double`; `nil` for infinities and
  /// NaN, which JSON cannot write.
  ///
  /// - Parameter double: A finite number; a whole one is spelled with `.0`, or with an exponent.
  public init?(_ double: Double) {
    guard double.isFinite else { return nil }
    text = double.description
  }

  /// The number with the fewest digits that reads back as exactly `float`; `nil` for infinities and
  /// NaN, which JSON cannot write.
  ///
  /// - Parameter float: A finite number; a whole one is spelled with `.0`, or with an exponent.
  public init?(_ float: Float) {
    guard float.isFinite else { return nil }
    text = float.description
  }
}

extension JSONNumber {
  /// The number as an integer of the given width.
  ///
  /// Spelling does not matter, value does: `3`, `3.0`, `3e0` and `30e-1` are all 3.
  ///
  /// - Parameter type: The integer type to hold the value.
  /// - Returns: `nil` where the number is not whole, or does not fit.
  public func integer<I: FixedWidthInteger>(as type: I.Type = I.self) -> I? {
    if let plain = I(text) { return plain }
    return DecimalForm(text)?.integer(as: type)
  }

  /// The number as an `Int`; `nil` where it is not whole, or does not fit.
  public var int: Int? { integer() }

  /// The number as an `Int64`; `nil` where it is not whole, or does not fit.
  public var int64: Int64? { integer() }

  /// The number as a `UInt64`; `nil` where it is not whole, negative, or does not fit.
  public var uint64: UInt64? { integer() }

  /// The `Double` nearest to the number.
  ///
  /// Too many digits are rounded, and a number too near zero becomes zero; neither is an error. Only
  /// a number beyond the range of `Double`, such as `1e400`, has none: it gives `nil`.
  public var double: Double? {
    guard let double = Double(text), double.isFinite else { return nil }
    return double
  }

  /// The `Float` nearest to the number, by the rules of ``double``.
  public var float: Float? {
    guard let float = Float(text), float.isFinite else { return nil }
    return float
  }
}

extension JSONNumber: Hashable {
  /// Tells whether both have the same numeric value.
  public static func == (one: JSONNumber, other: JSONNumber) -> Bool {
    if one.text == other.text { return true }
    guard let oneForm = DecimalForm(one.text), let otherForm = DecimalForm(other.text) else {
      return false
    }
    return oneForm == otherForm
  }

  /// Feeds the numeric value to `hasher`; equal numbers feed the same.
  public func hash(into hasher: inout Hasher) {
    if let form = DecimalForm(text) {
      hasher.combine(form)
    } else {
      hasher.combine(text)
    }
  }
}

extension JSONNumber: CustomStringConvertible {
  /// The number as JSON text.
  public var description: String { text }
}

extension JSONNumber: ExpressibleByIntegerLiteral {
  /// The number a literal spells.
  public init(integerLiteral value: Int) { self.init(value) }
}
