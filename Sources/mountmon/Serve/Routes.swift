/// Which path is answered by what.
///
/// `GET` and `HEAD` are one: a route answers both, and the server leaves the body out of the second.
/// One trailing slash is tolerated, so `/healthz/live/` is `/healthz/live`; nothing else is guessed,
/// and paths are compared byte for byte.
struct Routes: Sendable {
  typealias Route = @Sendable (HTTPQuestion) -> HTTPAnswer

  private let routes: [String: Route]
  private let notFound: HTTPAnswer
  private let notAllowed = HTTPAnswer.text(
    .methodNotAllowed, "only GET and HEAD are answered here\n", headers: ["Allow": "GET, HEAD"])

  /// - Parameter routes: They are called on the event loop: a route must not wait for anything.
  init(_ routes: [String: Route]) {
    self.routes = Dictionary(
      routes.map { (Self.normalized($0.key[...]), $0.value) },
      uniquingKeysWith: { first, _ in first })
    let paths = self.routes.keys.sorted().joined(separator: " ")
    notFound = .text(.notFound, paths.isEmpty ? "no such path\n" : "no such path; try \(paths)\n")
  }

  func answer(_ question: HTTPQuestion) -> HTTPAnswer {
    guard let route = routes[question.path] else { return notFound }
    switch question.method {
    case .get, .head: return route(question)
    case .other: return notAllowed
    }
  }

  static func normalized(_ path: Substring) -> String {
    path.utf8.count > 1 && path.utf8.last == UInt8(ascii: "/")
      ? String(path.dropLast()) : String(path)
  }
}
