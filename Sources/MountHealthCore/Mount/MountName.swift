/// What people call a mount: in logs, metrics and answers.
public struct MountName: Hashable, Sendable, CustomStringConvertible {
  /// The name as it was given.
  public let description: String

  /// The most bytes (UTF-8) that a name may have.
  public static let maximumLength = 253

  /// Takes a name.
  ///
  /// - Parameter text: 1 to 253 bytes without control characters; anything else gives `nil`.
  public init?(_ text: String) {
    guard !text.isEmpty, text.utf8.count <= Self.maximumLength, !text.hasControlCharacters else {
      return nil
    }
    description = text
  }
}

extension String {
  /// Whether a character below U+0020, or U+007F, is in it.
  package var hasControlCharacters: Bool {
    utf8.contains { $0 < 0x20 || $0 == 0x7F }
  }
}
