import TimeText

/// The `Retry-After` field of RFC 9110: seconds, or a date.
enum RetryAfter {
  /// What the field asks for; `nil` where it says nothing that can be read.
  ///
  /// A date is compared with the server's own clock, the `Date` field: ours may be another. Without
  /// that field it means nothing.
  static func read(_ text: String, date: String?) -> Duration? {
    let trimmed = text.trimmingSpaces
    if let seconds = digits(trimmed) { return duration(seconds: seconds) }
    guard let date = date.flatMap({ HTTPDate.read($0.trimmingSpaces) }),
      let until = HTTPDate.read(trimmed)
    else { return nil }
    return max(until - date, .zero)
  }

  /// A number of seconds that can be waited for; `nil` for a negative one.
  static func duration(seconds: Int) -> Duration? {
    seconds < 0 ? nil : .seconds(min(seconds, 366 * 86_400))
  }

  private static func digits(_ text: Substring) -> Int? {
    guard !text.isEmpty, text.utf8.allSatisfy({ 0x30...0x39 ~= $0 }) else { return nil }
    return Int(text) ?? .max
  }
}

/// The date of HTTP in its present form: `Sun, 06 Nov 1994 08:49:37 GMT`.
enum HTTPDate {
  private static let months = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]

  static func read(_ text: Substring) -> Timestamp? {
    let words = text.split(separator: " ", omittingEmptySubsequences: false)
    guard words.count == 6, words[0].hasSuffix(","), words[5] == "GMT",
      let month = months.firstIndex(of: String(words[2])), words[1].utf8.count == 2,
      words[3].utf8.count == 4
    else { return nil }
    let number = month + 1
    let padded = number < 10 ? "0\(number)" : "\(number)"
    return try? Timestamp(rfc3339: "\(words[3])-\(padded)-\(words[1])T\(words[4])Z")
  }
}

extension String {
  /// The text without spaces and tabs around it.
  var trimmingSpaces: Substring {
    var rest = self[...]
    while let first = rest.first, first == " " || first == "\t" { rest.removeFirst() }
    while let last = rest.last, last == " " || last == "\t" { rest.removeLast() }
    return rest
  }
}
