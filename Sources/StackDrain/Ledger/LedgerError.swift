import JSONValue

/// Why bytes are no ledger.
public struct LedgerError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What kind of fault it is.
  public struct Code: Hashable, Sendable, CustomStringConvertible {
    private enum Name: String { case notJSON, malformed, newer, tooMuch }

    private let name: Name

    /// Not JSON.
    public static let notJSON = Code(name: .notJSON)
    /// JSON that is no ledger.
    public static let malformed = Code(name: .malformed)
    /// Written by a version that is newer than this one.
    public static let newer = Code(name: .newer)
    /// More than a ledger may hold.
    public static let tooMuch = Code(name: .tooMuch)

    /// The code's name, `malformed` for one.
    public var description: String { name.rawValue }
  }

  /// What kind of fault it is.
  public let code: Code
  /// Where, and what was expected there.
  public let description: String

  init(_ code: Code, _ path: JSONPath = [], _ words: String) {
    self.code = code
    description = "ledger: " + (path.isEmpty ? "" : "\(path): ") + words
  }
}
