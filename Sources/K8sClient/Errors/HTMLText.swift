/// As much of HTML as it takes to say what a proxy's error page is about.
enum HTMLText {
  static func looksLikeHTML(_ text: String) -> Bool {
    let begin = text.prefix(512).lowercased()
    let tags = "…\(begin)".split(separator: "<").dropFirst()
    return tags.contains { $0.hasPrefix("!doctype html") || $0.hasPrefix("html") }
  }

  /// The text between `<title>` and its end; `nil` where there is none.
  static func title(of text: String) -> String? {
    let bytes = Array(text.utf8)
    guard let start = end(of: "<title>", in: bytes, from: 0),
      let end = end(of: "</title>", in: bytes, from: start)
    else { return nil }
    let title = String(decoding: bytes[start..<(end - 8)], as: UTF8.self).plain(limit: 200)
    return title.isEmpty ? nil : title
  }

  /// Where a tag ends, in capital or small letters.
  private static func end(of tag: String, in bytes: [UInt8], from start: Int) -> Int? {
    let tag = Array(tag.utf8)
    guard start + tag.count <= bytes.count else { return nil }
    for position in start...(bytes.count - tag.count) {
      let isHere = tag.indices.allSatisfy { index in
        let byte = bytes[position + index]
        return ((0x41...0x5A) ~= byte ? byte | 0x20 : byte) == tag[index]
      }
      if isHere { return position + tag.count }
    }
    return nil
  }
}
