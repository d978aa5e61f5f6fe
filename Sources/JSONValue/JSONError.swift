/// Why a text was refused as JSON, and where.
///
/// Decoding a value into a type throws Swift's `DecodingError` instead; see ``JSONValue/decode(_:userInfo:)``.
public struct JSONError: Error, Hashable, Sendable {
  /// What kind of fault it is: for code that must tell one from another.
  public struct Code: Hashable, Sendable {
    private enum Name: String {
      case unexpectedCharacter, unexpectedEnd, trailingData, byteOrderMark, invalidUTF8
      case controlCharacter, invalidEscape, loneSurrogate, duplicateKey
      case tooDeep, tooLarge, numberTooLong
    }

    private let name: Name

    /// A character that cannot stand where it stands.
    public static let unexpectedCharacter = Code(name: .unexpectedCharacter)
    /// The text ends in the middle of the document, or is empty.
    public static let unexpectedEnd = Code(name: .unexpectedEnd)
    /// The document is complete, yet the text goes on.
    public static let trailingData = Code(name: .trailingData)
    /// The text begins with a byte order mark.
    public static let byteOrderMark = Code(name: .byteOrderMark)
    /// Bytes in a string that are not UTF-8.
    public static let invalidUTF8 = Code(name: .invalidUTF8)
    /// A character below U+0020 in a string, which has to be escaped.
    public static let controlCharacter = Code(name: .controlCharacter)
    /// A backslash followed by something that is no escape.
    public static let invalidEscape = Code(name: .invalidEscape)
    /// An escape for one half of a surrogate pair, which is no character.
    public static let loneSurrogate = Code(name: .loneSurrogate)
    /// A key that the object already has.
    public static let duplicateKey = Code(name: .duplicateKey)
    /// More nesting than ``JSONParser/Options/maximumDepth``.
    public static let tooDeep = Code(name: .tooDeep)
    /// More bytes than ``JSONParser/Options/maximumBytes``.
    public static let tooLarge = Code(name: .tooLarge)
    /// A number longer than ``JSONParser/Options/maximumNumberLength``.
    public static let numberTooLong = Code(name: .numberTooLong)
  }

  /// What kind of fault it is.
  public let code: Code

  /// The value being read, or after which the fault came; the root's path for the document itself.
  public let path: JSONPath

  /// The line, from 1. Lines end with a line feed.
  public let line: Int

  /// The column, from 1, counted in Unicode scalars as most editors do.
  public let column: Int

  /// The number of bytes before the fault: from 0 to the size of the text.
  public let offset: Int

  /// What was expected and what was found, without the place.
  public let message: String
}

extension JSONError.Code: CustomStringConvertible {
  /// The code's name, `duplicateKey` for one.
  public var description: String { name.rawValue }
}

extension JSONError: CustomStringConvertible {
  /// Place and message for a human:
  /// `line 3, column 14, at mounts[1].path: expected ',' or '}' after a value, found ']'`.
  public var description: String {
    let place = path.isEmpty ? "" : ", at \(path)"
    return "line \(line), column \(column)\(place): \(message)"
  }
}
