/// Text that stays out of logs: a token, a private key. Whatever prints it prints `<redacted>`.
public struct Secret: Hashable, Sendable {
  /// The text itself, for the one place that sends it.
  let exposed: String

  /// A secret.
  public init(_ text: String) {
    exposed = text
  }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// Never the text.
  public var description: String { "<redacted>" }
  /// Never the text.
  public var debugDescription: String { description }
  /// No children: `dump` shows nothing either.
  public var customMirror: Mirror { Mirror(self, children: [:]) }
}
