/// Why a text is no pattern.
public struct PatternError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The pattern, or as much of it as a message can bear.
  public let pattern: String
  /// Where in it, in bytes from 0.
  public let position: Int
  /// What is wrong there, and what is allowed.
  public let fault: String

  init(_ pattern: String, at position: Int, _ fault: String) {
    self.pattern = pattern.inMessage(limit: 80)
    self.position = position
    self.fault = fault
  }

  /// All of it in one line: `pattern "a(b", at byte 1: this group is not closed`.
  public var description: String { "pattern \"\(pattern)\", at byte \(position): \(fault)" }
}
