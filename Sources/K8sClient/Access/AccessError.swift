/// Why access to a cluster, or the program's own place in it, could not be found.
public struct AccessError: Error, Hashable, Sendable {
  /// What was attempted: `find access in the cluster`.
  public let operation: String
  /// What is wrong, a line each: the piece, where it was looked for, what to do. At least one.
  public let faults: [String]

  /// An error of one fault or several.
  ///
  /// - Parameters:
  ///   - operation: What was attempted.
  ///   - faults: What is wrong, a line each, without secrets.
  public init(_ operation: String, _ faults: [String]) {
    self.operation = operation
    self.faults = faults
  }

  init(_ operation: String, _ fault: String) {
    self.init(operation, [fault])
  }
}

extension AccessError: CustomStringConvertible {
  /// The operation and its faults: in one line if there is one fault, else a line each.
  public var description: String {
    guard faults.count != 1 else { return "\(operation): \(faults[0])" }
    return ([operation + ":"] + faults.map { "  " + $0 }).joined(separator: "\n")
  }
}

/// Text of others inside messages.
enum Shown {
  /// The longest that a piece of such text is shown.
  static let maximumScalars = 160

  /// Text that may hold anything, as one line of limited length.
  static func text(_ text: some StringProtocol) -> String {
    String(text).plain(limit: maximumScalars)
  }

  /// The same in double quotes.
  static func quoted(_ text: some StringProtocol) -> String { "\"\(Shown.text(text))\"" }
}
