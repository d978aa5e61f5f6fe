/// Path and query of a request, taken apart.
struct RequestTarget {
  struct Item {
    let name: String
    let value: String
    /// The value as it was sent.
    let raw: String
  }

  /// As sent, without the query.
  let path: String
  /// What stands between the slashes, decoded.
  let segments: [String]
  let query: [Item]

  init(_ target: String) {
    let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    path = String(parts.first ?? "")
    segments = path.split(separator: "/").map { Self.decoded($0, plusIsSpace: false) }
    query =
      parts.count < 2
      ? []
      : parts[1].split(separator: "&").map { pair in
        let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let raw = sides.count > 1 ? String(sides[1]) : ""
        return Item(
          name: Self.decoded(sides.first ?? "", plusIsSpace: true),
          value: Self.decoded(raw[...], plusIsSpace: true), raw: raw)
      }
  }

  /// The first value of a parameter.
  subscript(name: String) -> String? { query.first { $0.name == name }?.value }

  /// A flag as the server reads it: `true`, `1` and the bare name.
  func flag(_ name: String) -> Bool {
    guard let value = self[name] else { return false }
    return value != "false" && value != "0"
  }

  private static func decoded(_ text: Substring, plusIsSpace: Bool) -> String {
    var bytes: [UInt8] = []
    var rest = text.utf8[...]
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "%"), rest.count >= 2,
        let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
      {
        bytes.append(value)
        rest = rest.dropFirst(2)
      } else {
        bytes.append(plusIsSpace && byte == UInt8(ascii: "+") ? 0x20 : byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}

/// What a path below `/api` or `/apis` names.
struct ResourceAddress: Hashable {
  var group: String
  var version: String
  var namespace: String?
  var plural: String
  var name: String?
  var subresource: String?

  /// - Returns: `nil` for a path that names no resource.
  init?(_ segments: [String]) {
    var rest: ArraySlice<String>
    switch segments.first {
    case "api" where segments.count >= 3:
      (group, version) = ("", segments[1])
      rest = segments[2...]
    case "apis" where segments.count >= 4:
      (group, version) = (segments[1], segments[2])
      rest = segments[3...]
    default: return nil
    }
    if rest.first == "namespaces", rest.count >= 3,
      !(rest.count == 3 && ["status", "finalize"].contains(rest[rest.startIndex + 2]))
    {
      namespace = rest[rest.startIndex + 1]
      rest = rest.dropFirst(2)
    }
    guard let plural = rest.popFirst() else { return nil }
    self.plural = plural
    name = rest.popFirst()
    subresource = rest.isEmpty ? nil : rest.joined(separator: "/")
  }
}
