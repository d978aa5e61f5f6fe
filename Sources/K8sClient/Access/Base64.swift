/// Base 64 of RFC 4648.
enum Base64 {
  /// The last two letters of the alphabet, and whether it is padded.
  enum Alphabet {
    /// `+` and `/`, padded with `=`; line breaks are passed over, as Kubernetes does.
    case standard
    /// `-` and `_`, without padding: the parts of a JSON web token.
    case url
  }

  /// The bytes that a text stands for; `nil` where it is not of that alphabet.
  static func decode(_ text: some Sequence<UInt8>, _ alphabet: Alphabet) -> [UInt8]? {
    var bytes: [UInt8] = []
    var gathered: UInt32 = 0
    var letters = 0
    var padding = 0
    for byte in text {
      if alphabet == .standard {
        if byte == 0x0A || byte == 0x0D { continue }
        if byte == UInt8(ascii: "=") {
          padding += 1
          continue
        }
      }
      guard padding == 0, let value = value(of: byte, alphabet) else { return nil }
      gathered = gathered << 6 | UInt32(value)
      letters += 1
      guard letters % 4 == 0 else { continue }
      bytes.append(UInt8(truncatingIfNeeded: gathered >> 16))
      bytes.append(UInt8(truncatingIfNeeded: gathered >> 8))
      bytes.append(UInt8(truncatingIfNeeded: gathered))
      gathered = 0
    }
    let rest = letters % 4
    guard rest != 1, padding == (alphabet == .standard ? (4 - rest) % 4 : 0) else { return nil }
    if rest >= 2 { bytes.append(UInt8(truncatingIfNeeded: gathered >> (rest == 2 ? 4 : 10))) }
    if rest == 3 { bytes.append(UInt8(truncatingIfNeeded: gathered >> 2)) }
    return bytes
  }

  private static func value(of byte: UInt8, _ alphabet: Alphabet) -> UInt8? {
    switch (byte, alphabet) {
    case (UInt8(ascii: "A")...UInt8(ascii: "Z"), _): byte - UInt8(ascii: "A")
    case (UInt8(ascii: "a")...UInt8(ascii: "z"), _): byte - UInt8(ascii: "a") + 26
    case (UInt8(ascii: "0")...UInt8(ascii: "9"), _): byte - UInt8(ascii: "0") + 52
    case (UInt8(ascii: "+"), .standard), (UInt8(ascii: "-"), .url): 62
    case (UInt8(ascii: "/"), .standard), (UInt8(ascii: "_"), .url): 63
    default: nil
    }
  }
}
