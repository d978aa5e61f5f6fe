/// What RBAC says in a 403: who may not do what, and where.
///
/// It stands only in the message: `User "u" cannot get resource "pods" in API group "" in the
/// namespace "media"`, or `at the cluster scope`, or `cannot get path "/metrics"`.
struct Denial: Hashable {
  var user: String
  var verb: String
  var resource: String?
  var group: String
  var namespace: String?

  init?(_ message: String) {
    guard let user = Self.quoted(after: "User ", in: message[...]),
      let verb = Self.word(after: " cannot ", in: user.rest)
    else { return nil }
    self.user = user.text
    self.verb = verb.text
    let resource = Self.quoted(after: " resource ", in: verb.rest)
    self.resource = resource?.text
    let group = resource.flatMap { Self.quoted(after: " in API group ", in: $0.rest) }
    self.group = group?.text ?? ""
    namespace = group.flatMap { Self.quoted(after: " in the namespace ", in: $0.rest) }?.text
  }

  private typealias Found = (text: String, rest: Substring)

  private static func quoted(after prefix: String, in text: Substring) -> Found? {
    guard let start = end(of: prefix + "\"", in: text),
      let end = text[start...].firstIndex(of: "\"")
    else { return nil }
    return (String(text[start..<end]), text[text.index(after: end)...])
  }

  private static func word(after prefix: String, in text: Substring) -> Found? {
    guard text.hasPrefix(prefix) else { return nil }
    let rest = text.dropFirst(prefix.count)
    let end = rest.firstIndex(of: " ") ?? rest.endIndex
    return (String(rest[..<end]), rest[end...])
  }

  /// Where the first occurrence of some text ends.
  private static func end(of wanted: String, in text: Substring) -> Substring.Index? {
    var rest = text
    while let first = rest.firstIndex(of: wanted[wanted.startIndex]) {
      rest = rest[first...]
      if rest.hasPrefix(wanted) { return rest.index(first, offsetBy: wanted.count) }
      rest = rest.dropFirst()
    }
    return nil
  }
}
