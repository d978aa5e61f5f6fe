/// What names have to look like.
enum Names {
  static let subdomainRule =
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or "
    + "'.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used "
    + "for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"

  static let qualifiedRule =
    "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end "
    + "with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for "
    + "validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"

  static func isSubdomain(_ name: String) -> Bool {
    name.utf8.count <= 253
      && name.split(separator: ".", omittingEmptySubsequences: false).allSatisfy(isLabel)
  }

  private static func isLabel(_ label: Substring) -> Bool {
    guard let first = label.utf8.first, let last = label.utf8.last else { return false }
    return isSmall(first) && isSmall(last)
      && label.utf8.allSatisfy { isSmall($0) || $0 == UInt8(ascii: "-") }
  }

  private static func isSmall(_ byte: UInt8) -> Bool {
    (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte)
  }

  private static func isWord(_ byte: UInt8) -> Bool {
    isSmall(byte) || (0x41...0x5A).contains(byte)
  }

  /// What is wrong with a qualified name: `example.com/controller`, a label's key.
  static func qualifiedFaults(_ name: String) -> [String] {
    let parts = name.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count <= 2 else {
      return ["a qualified name " + qualifiedRule.dropFirst("name part ".count)]
    }
    var faults: [String] = []
    if parts.count == 2 {
      if parts[0].isEmpty {
        faults.append("prefix part must be non-empty")
      } else if !isSubdomain(String(parts[0])) {
        faults.append("prefix part " + subdomainRule)
      }
    }
    let last = parts.last ?? ""
    if last.isEmpty {
      faults.append("name part must be non-empty")
    } else if last.utf8.count > 63 {
      faults.append("name part must be no more than 63 bytes")
    }
    if !isQualified(last) { faults.append(qualifiedRule) }
    return faults
  }

  /// Whether it is a word as label values are; empty is none.
  static func isQualified(_ text: Substring) -> Bool {
    guard let first = text.utf8.first, let last = text.utf8.last else { return false }
    return isWord(first) && isWord(last)
      && text.utf8.allSatisfy { isWord($0) || "-_.".utf8.contains($0) }
  }
}
