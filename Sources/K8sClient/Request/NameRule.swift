/// The forms that the API asks of names.
enum NameRule {
  /// RFC 1123 label: namespaces, containers.
  case label
  /// RFC 1123 subdomain: most objects.
  case subdomain
  /// What can stand in a path: some objects of RBAC, and events of the core group.
  case pathSegment

  /// What is wrong with a text; `nil` where nothing is.
  func fault(in text: String) -> String? {
    guard !text.isEmpty else { return "it is empty" }
    let limit = self == .label ? 63 : 253
    guard text.utf8.count <= limit else { return "it is longer than \(limit) bytes" }
    switch self {
    case .pathSegment:
      guard text != ".", text != ".." else { return "it means a folder in a path" }
      guard text.utf8.allSatisfy({ 0x21...0x7E ~= $0 }) else {
        return "it may hold only visible ASCII characters"
      }
      guard !text.utf8.contains(UInt8(ascii: "/")), !text.utf8.contains(UInt8(ascii: "%")) else {
        return "it may hold neither \"/\" nor \"%\""
      }
      return nil
    case .label:
      guard Self.isLabel(text.utf8[...]) else {
        return "it may hold only a-z, 0-9 and \"-\", and must begin and end with a letter or digit"
      }
      return nil
    case .subdomain:
      let parts = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
      guard parts.allSatisfy(Self.isLabel) else {
        return
          "it may hold only a-z, 0-9, \"-\" and \".\", and each part must begin and end with a "
          + "letter or digit"
      }
      return nil
    }
  }

  private static func isLabel(_ text: Substring.UTF8View) -> Bool {
    guard let first = text.first, let last = text.last else { return false }
    return first != UInt8(ascii: "-") && last != UInt8(ascii: "-")
      && text.allSatisfy { byte in
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
          || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: "-")
      }
  }
}
