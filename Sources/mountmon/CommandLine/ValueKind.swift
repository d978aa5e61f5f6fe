import TimeText

/// What a value on the command line may be.
enum ValueKind: Hashable, Sendable {
  /// Anything but nothing.
  case text
  /// The path of a file. Whether it exists is for the command to find out.
  case file
  /// The path of a directory, likewise.
  case directory
  case wholeNumber(ClosedRange<Int>)
  case oneOf([String])
  /// A length of time that is not negative.
  case duration

  /// Completes "expected …".
  var expectation: String {
    switch self {
    case .text: "text that is not empty"
    case .file: "the path of a file"
    case .directory: "the path of a directory"
    case .wholeNumber(let range):
      "a whole number from \(range.lowerBound) to \(range.upperBound)"
    case .oneOf(let choices): choices.joinedInWords
    case .duration: "a duration with units, such as 30s, 1m30s or 2h"
    }
  }
}

/// A value that was found to be what its declaration allows.
enum ParsedValue: Hashable, Sendable {
  case text(String)
  case wholeNumber(Int)
  case duration(Duration)

  /// Returns nil when the text is not of the kind.
  init?(_ text: String, as kind: ValueKind) {
    switch kind {
    case .text, .file, .directory:
      guard !text.isEmpty else { return nil }
      self = .text(text)
    case .wholeNumber(let range):
      guard let number = Int(text), range.contains(number) else { return nil }
      self = .wholeNumber(number)
    case .oneOf(let choices):
      guard choices.contains(text) else { return nil }
      self = .text(text)
    case .duration:
      guard let duration = try? Duration(text: text), duration >= .zero else { return nil }
      self = .duration(duration)
    }
  }
}

extension [String] {
  /// `table, json or nagios`.
  var joinedInWords: String {
    guard let last, count > 1 else { return first ?? "" }
    return "\(dropLast().joined(separator: ", ")) or \(last)"
  }
}
