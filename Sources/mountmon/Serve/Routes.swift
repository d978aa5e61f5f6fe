/// Which path is answered by what.
///
/// `GET` and `HEAD` are one: a route answers both, and the server leaves the body out of the second.
/// One trailing slash is tolerated, so `/healthz/live/` is `/healthz/live`; nothing else is guessed,
/// and paths are compared byte for byte.
struct Routes: Sendable {
  typealias Route = @Sendable (HTTPQuestion) -> HTTPAnswer

  private let routes: [String: Route]
  private let posts: [String: Route]
  private let notFound: HTTPAnswer
  private let notAllowed = HTTPAnswer.text(
    .methodNotAllowed, "only GET and HEAD are answered here\n", headers: ["Allow": "GET, HEAD"])
  private let onlyPost = HTTPAnswer.text(
    .methodNotAllowed, "only POST is answered here\n", headers: ["Allow": "POST"])

  /// All of them are called on the event loop: a route must not wait for anything.
  ///
  /// - Parameters:
  ///   - routes: What answers GET and HEAD.
  ///   - posts: What answers POST; the body is dropped, so that all is said by the target.
  init(_ routes: [String: Route], posts: [String: Route] = [:]) {
    self.routes = Dictionary(
      routes.map { (Self.normalized($0.key[...]), $0.value) },
      uniquingKeysWith: { first, _ in first })
    self.posts = posts
    let paths = (Array(self.routes.keys) + posts.keys).sorted().joined(separator: " ")
    notFound = .text(.notFound, paths.isEmpty ? "no such path\n" : "no such path; try \(paths)\n")
  }

  func answer(_ question: HTTPQuestion) -> HTTPAnswer {
    if let route = posts[question.path] {
      return question.method == .post ? route(question) : onlyPost
    }
    guard let route = routes[question.path] else { return notFound }
    switch question.method {
    case .get, .head: return route(question)
    case .post, .other: return notAllowed
    }
  }

  static func normalized(_ path: Substring) -> String {
    path.utf8.count > 1 && path.utf8.last == UInt8(ascii: "/")
      ? String(path.dropLast()) : String(path)
  }
}
