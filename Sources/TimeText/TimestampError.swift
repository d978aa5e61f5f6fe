/// Why a text was refused as an instant.
public struct TimestampError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What kind of fault it is: for code that must tell one from another.
  public struct Code: Hashable, Sendable, CustomStringConvertible {
    private enum Name: String { case malformed, noSuchDate, noSuchTime, outOfRange }

    private let name: Name

    /// The text does not have the form of RFC 3339.
    public static let malformed = Code(name: .malformed)
    /// A day the calendar does not have, such as the 30th of February.
    public static let noSuchDate = Code(name: .noSuchDate)
    /// An hour, minute, second or offset no day has.
    public static let noSuchTime = Code(name: .noSuchTime)
    /// In UTC, the instant is not in the years 1 to 9999.
    public static let outOfRange = Code(name: .outOfRange)

    /// The code's name, `noSuchDate` for one.
    public var description: String { name.rawValue }
  }

  /// What kind of fault it is.
  public let code: Code

  /// The text, quoted and cut to a length a message can bear, and what is wrong with it.
  public let description: String

  init(_ code: Code, _ text: String, _ fault: String) {
    self.code = code
    description = "\(text.quotedForMessage) \(fault)"
  }
}
