/// The answers the server gives by itself, before any route is asked. The connection closes after
/// each of them.
extension HTTPAnswer {
  static let targetTooLong = HTTPAnswer.text(.targetTooLong, "the request target is too long\n")
  static let headTooLarge = HTTPAnswer.text(.headTooLarge, "the request's fields are too large\n")
  static let bodyTooLarge = HTTPAnswer.text(.contentTooLarge, "the request's body is too large\n")
  static let tooSlow = HTTPAnswer.text(.requestTimeout, "the request did not arrive in time\n")
  static let unknownVersion = HTTPAnswer.text(
    .versionNotSupported, "only HTTP/1.1 and HTTP/1.0 are spoken here\n")
  static let unknownExpectation = HTTPAnswer.text(
    .expectationFailed, "only 100-continue can be expected\n")
  static let notHTTP = HTTPAnswer.malformed("this is not an HTTP/1.1 request")

  static func malformed(_ why: String) -> HTTPAnswer {
    .text(.badRequest, "\(why)\n")
  }
}
