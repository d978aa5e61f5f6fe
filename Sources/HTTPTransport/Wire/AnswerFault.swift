/// Why what came is not an answer, or not one that is taken.
struct AnswerFault: Error, Hashable, Sendable {
  /// It may be well formed, and is more than is allowed.
  let isTooLarge: Bool
  /// What is wrong with the answer: continues `the answer is refused: `.
  let reason: String

  static func malformed(_ reason: String) -> AnswerFault {
    AnswerFault(isTooLarge: false, reason: reason)
  }

  static func tooLarge(_ reason: String) -> AnswerFault {
    AnswerFault(isTooLarge: true, reason: reason)
  }

  /// Bytes of a server in a message: quoted, short, and nothing in them that a terminal obeys.
  static func shown(_ bytes: some Sequence<UInt8>) -> String {
    var text = ""
    for (index, byte) in bytes.enumerated() {
      guard index < 60 else { return "'\(text)…'" }
      text +=
        (0x20...0x7E).contains(byte)
        ? String(Unicode.Scalar(byte)) : "\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }
    return "'\(text)'"
  }

  static func shown(_ text: String) -> String { shown(text.utf8) }
}
