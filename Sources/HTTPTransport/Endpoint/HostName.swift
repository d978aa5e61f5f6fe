import NIOCore

/// The name or the address of a host, checked.
struct HostName: Hashable, Sendable {
  enum Literal: Hashable, Sendable { case version4, version6 }

  /// Without brackets, and in lower case.
  let text: String
  /// Which kind of address it is; `nil`: a name, to be looked up.
  let literal: Literal?

  init(_ given: String) throws(HTTPSettingsError) {
    guard !given.isEmpty else { throw .address("the host is empty") }
    let isBracketed = given.hasPrefix("[") && given.hasSuffix("]")
    let bare = isBracketed ? String(given.dropFirst().dropLast()) : given
    text = bare.lowercased()
    if isBracketed || bare.contains(":") {
      guard !bare.contains("%") else {
        throw .address("'\(given)' has a zone, which is not supported: give an address without")
      }
      guard bare.contains(":"), Self.isAddress(bare) else {
        throw .address("'\(given)' is not an IPv6 address")
      }
      literal = .version6
    } else if Self.isAddress(bare) {
      literal = .version4
    } else {
      guard Self.isName(bare) else {
        throw .address(
          "'\(given)' is not a host: a name has letters, digits, hyphens and dots,"
            + " 253 at most, and does not end in a number")
      }
      literal = nil
    }
  }

  var bracketed: String { literal == .version6 ? "[\(text)]" : text }

  /// What is asked for in the handshake, where a final dot has no place.
  var serverName: String? {
    guard literal == nil else { return nil }
    return text.hasSuffix(".") ? String(text.dropLast()) : text
  }

  private static func isAddress(_ text: String) -> Bool {
    (try? SocketAddress(ipAddress: text, port: 1)) != nil
  }

  private static func isName(_ text: String) -> Bool {
    let name = text.hasSuffix(".") ? text.dropLast() : text[...]
    let labels = name.split(separator: ".", omittingEmptySubsequences: false)
    guard (1...253).contains(name.utf8.count), let last = labels.last else { return false }
    // A name that ends in a number is a mistyped address: `10.0.0.256`.
    guard !last.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return false }
    return labels.allSatisfy { label in
      (1...63).contains(label.utf8.count)
        && label.utf8.allSatisfy { byte in
          switch byte {
          case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "_"): true
          default: false
          }
        }
    }
  }
}
