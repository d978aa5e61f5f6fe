/// What may be sent as a bearer token.
enum BearerToken {
  /// The largest token in bytes; what API servers give out has 1 to 2 KiB.
  static let maximumBytes = 64 << 10

  /// The token that a file or a plugin holds; white space around it is no part of it.
  ///
  /// - Throws: `Refusal` in words that show nothing of it.
  static func read(_ bytes: some Collection<UInt8>) throws(Refusal) -> Secret {
    guard bytes.count <= maximumBytes else {
      throw Refusal("is larger than \(maximumBytes) bytes: this is no token")
    }
    let isSpace: (UInt8) -> Bool = { $0 == 0x20 || (0x09...0x0D).contains($0) }
    let start = bytes.drop(while: isSpace)
    let token = Array(Array(start.reversed().drop(while: isSpace)).reversed())
    guard !token.isEmpty else { throw Refusal("is empty") }
    guard token.allSatisfy({ (0x21...0x7E).contains($0) }) else {
      throw Refusal("holds a line break, a space or other bytes that no token has")
    }
    return Secret(String(decoding: token, as: UTF8.self))
  }
}

/// Why some content was not taken: what is said after the name of where it came from.
struct Refusal: Error, Hashable, CustomStringConvertible {
  let reason: String

  var description: String { reason }

  init(_ reason: String) {
    self.reason = reason
  }
}

/// Certificates and keys as text, as far as they are looked into here: the TLS library reads them.
enum PEM {
  /// The largest bundle in bytes.
  static let maximumBytes = 4 << 20

  /// Takes bytes that hold at least one certificate.
  static func certificates(_ bytes: [UInt8]) throws(Refusal) -> [UInt8] {
    guard holds("-----BEGIN CERTIFICATE-----", bytes) else {
      throw Refusal("holds no certificate in PEM (-----BEGIN CERTIFICATE-----)")
    }
    return bytes
  }

  /// Takes bytes that hold a private key.
  static func key(_ bytes: [UInt8]) throws(Refusal) -> Secret {
    guard holds("-----BEGIN ", bytes), holds("PRIVATE KEY-----", bytes) else {
      throw Refusal("holds no private key in PEM (-----BEGIN PRIVATE KEY-----)")
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw Refusal("is not text")
    }
    return Secret(text)
  }

  private static func holds(_ marker: String, _ bytes: [UInt8]) -> Bool {
    let marker = Array(marker.utf8)
    guard let first = marker.first, bytes.count >= marker.count else { return false }
    return (0...(bytes.count - marker.count)).contains { start in
      bytes[start] == first && bytes[start..<(start + marker.count)].elementsEqual(marker)
    }
  }
}
