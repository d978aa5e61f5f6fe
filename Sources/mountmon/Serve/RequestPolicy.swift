import NIOHTTP1

/// A request as the rest of the room sees it: what is asked, and how the answer must be delivered.
struct AskedRequest: Sendable, Hashable {
  enum Afterwards: Sendable, Hashable {
    /// More requests may follow.
    case staysOpen
    /// The client has said that none will follow.
    case closesAsAsked
    /// The client may send more, of another protocol, which is not spoken here.
    case closesUnasked
  }

  var question: HTTPQuestion
  var isVersion1_0: Bool
  var afterwards: Afterwards
  /// The client waits for `100 Continue` before it sends its body.
  var awaitsContinue: Bool
}

/// What is decided when the head of a request has arrived, before any of its body.
enum RequestPolicy: Sendable, Hashable {
  case accept(AskedRequest)
  case refuse(HTTPAnswer)

  static func decide(_ head: HTTPRequestHead, _ limits: ServerLimits) -> RequestPolicy {
    guard head.uri.utf8.count <= limits.maximumRequestTargetBytes else {
      return .refuse(.targetTooLong)
    }
    let is1_0 = head.version.minor == 0
    guard head.version.major == 1 else { return .refuse(.unknownVersion) }
    let fields = KnownFields(head.headers)
    if fields.hosts > 1 || (fields.hosts == 0 && !is1_0) {
      return .refuse(.malformed("exactly one Host field is needed"))
    }
    if fields.isChunked && (is1_0 || fields.contentLength != nil) {
      return .refuse(.malformed("the length of the body is ambiguous"))
    }
    if let length = fields.contentLength, let bytes = Int(length), bytes > limits.maximumBodyBytes {
      return .refuse(.bodyTooLarge)
    }
    var awaitsContinue = false
    if let expectation = fields.expect, !is1_0 {
      guard expectation.lowercased() == "100-continue" else { return .refuse(.unknownExpectation) }
      awaitsContinue = fields.isChunked || fields.contentLength.flatMap { Int($0) } ?? 0 > 0
    }
    return .accept(
      AskedRequest(
        question: HTTPQuestion(
          method: .init(head.method), target: head.uri, accept: fields.accept),
        isVersion1_0: is1_0,
        // After an upgrade or CONNECT the parser understands no more HTTP.
        afterwards: fields.upgrades || head.method == .CONNECT
          ? .closesUnasked : head.isKeepAlive ? .staysOpen : .closesAsAsked,
        awaitsContinue: awaitsContinue))
  }
}

extension HTTPQuestion.Method {
  init(_ method: HTTPMethod) {
    switch method {
    case .GET: self = .get
    case .HEAD: self = .head
    case .POST: self = .post
    default: self = .other
    }
  }
}

/// The fields that matter to the server, found in one pass.
private struct KnownFields {
  var hosts = 0
  var isChunked = false
  var upgrades = false
  var contentLength: String?
  var expect: String?
  var accept: String?

  init(_ headers: HTTPHeaders) {
    for (name, value) in headers {
      switch name.utf8.count {
      case 4 where name.lowercased() == "host": hosts += 1
      case 6 where name.lowercased() == "expect": expect = value
      case 6 where name.lowercased() == "accept":
        accept = accept.map { "\($0), \(value)" } ?? value
      case 7 where name.lowercased() == "upgrade": upgrades = true
      case 14 where name.lowercased() == "content-length": contentLength = value
      case 17 where name.lowercased() == "transfer-encoding": isChunked = true
      default: break
      }
    }
  }
}
