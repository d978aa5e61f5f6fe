/// Text that stays out of logs: a token, a private key. Whatever prints it prints `<redacted>`.
public struct Secret: Hashable, Sendable {
  /// The text itself, for the one place that sends it.
  let exposed: String

  /// A secret.
  public init(_ text: String) {
    exposed = text
  }
}

extension Secret: Discreet {
  /// Never the text.
  public var description: String { "<redacted>" }
}

/// A value that holds secrets of others: however it is printed, its description is all that shows.
protocol Discreet: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {}

extension Discreet {
  /// The same as its description.
  public var debugDescription: String { description }
  /// No children: `dump` shows nothing beside the description.
  public var customMirror: Mirror { Mirror(self, children: [:]) }
}
