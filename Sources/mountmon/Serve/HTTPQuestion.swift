/// What a route is told of a request: enough to answer it, nothing else.
struct HTTPQuestion: Sendable, Hashable {
  enum Method: Sendable, Hashable {
    case get
    case head
    case post
    case other
  }

  var method: Method
  /// The path as the client sent it: no query, no percent-decoding, no trailing slash (but `/`).
  var path: String
  /// What followed the first `?`, if there was one.
  var query: String?
  /// The `Accept` field; several are joined by `, `.
  var accept: String?

  init(method: Method = .get, path: String, query: String? = nil, accept: String? = nil) {
    self.method = method
    self.path = path
    self.query = query
    self.accept = accept
  }

  /// Takes a request target apart: `/path?query`, or `http://host/path?query` as proxies send it.
  init(method: Method = .get, target: String, accept: String? = nil) {
    var rest = target.utf8[...]
    if rest.first != UInt8(ascii: "/"), let path = Self.pathOfAbsoluteForm(target) {
      rest = path
    }
    var query: String?
    if let mark = rest.firstIndex(of: UInt8(ascii: "?")) {
      query = String(rest[rest.index(after: mark)...])
      rest = rest[..<mark]
    }
    self.init(
      method: method, path: Routes.normalized(Substring(rest)), query: query, accept: accept)
  }

  private static func pathOfAbsoluteForm(_ target: String) -> Substring.UTF8View? {
    guard target.prefix(7).lowercased() == "http://" else { return nil }
    let authority = target.dropFirst(7)
    guard let end = authority.firstIndex(where: { $0 == "/" || $0 == "?" }) else {
      return "/"[...].utf8
    }
    let path = authority[end...]
    return path.hasPrefix("/") ? path.utf8 : Substring("/\(path)").utf8
  }
}
