/// Why a text was refused as a name, a selector or another small value of the API.
public struct ValueError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What was to be read: `a namespace`, `a label selector`.
  public let subject: String
  /// The text, or as much of it as a message can bear.
  public let text: String
  /// What is wrong with it.
  public let fault: String

  /// An error.
  ///
  /// - Parameters:
  ///   - subject: What was to be read, with its article.
  ///   - text: The whole text that was refused.
  ///   - fault: What is wrong with it: a phrase that follows the quoted text.
  public init(_ subject: String, _ text: String, _ fault: String) {
    self.subject = subject
    self.text = text.plain(limit: 80)
    self.fault = fault
  }

  /// All of it in one line: `"" is not an object name: it is empty`.
  public var description: String { "\"\(text)\" is not \(subject): \(fault)" }
}
