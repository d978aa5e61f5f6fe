/// Why a text was refused as a duration.
public struct DurationTextError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What kind of fault it is: for code that must tell one from another.
  public struct Code: Hashable, Sendable, CustomStringConvertible {
    private enum Name: String { case malformed, missingUnit, unknownUnit, outOfRange }

    private let name: Name

    /// Not numbers with units.
    public static let malformed = Code(name: .malformed)
    /// A number without a unit.
    public static let missingUnit = Code(name: .missingUnit)
    /// A number with a unit there is not.
    public static let unknownUnit = Code(name: .unknownUnit)
    /// Longer than 292 years.
    public static let outOfRange = Code(name: .outOfRange)

    /// The code's name, `missingUnit` for one.
    public var description: String { name.rawValue }
  }

  /// What kind of fault it is.
  public let code: Code

  /// The text, quoted and cut to a length a message can bear, what is wrong with it, and what would
  /// be right.
  public let description: String

  init(_ code: Code, _ text: String, _ fault: String) {
    self.code = code
    description = "\(text.quotedForMessage) \(fault)"
  }
}
