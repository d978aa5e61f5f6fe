import HTTPTransport
import JSONValue

/// The RPC of Transmission: requests, and what answers say.
struct TransmissionAPI: Hashable, Sendable {
  static let program = "Transmission"
  static let sessionField = "X-Transmission-Session-Id"
  /// Sent along with the session by those that speak JSON-RPC, 4.1 and later.
  static let versionField = "X-Transmission-Rpc-Version"

  /// The two ways of speaking to it. 4.x understands both, and tells that it does.
  enum Dialect: Hashable {
    case own, jsonRPC
  }

  var session: String?
  var dialect = Dialect.own

  /// What is done to torrents; without hashes it would be done to all of them, and no request is made.
  enum Act: Hashable {
    case stop, start
  }

  func list(_ path: String) -> HTTPRequest {
    switch dialect {
    case .own:
      request(
        path, "torrent-get", ["fields": ["hashString", "status", "error", "activityDate"]])
    case .jsonRPC:
      request(
        path, "torrent_get", ["fields": ["hash_string", "status", "error", "activity_date"]])
    }
  }

  func act(_ path: String, _ act: Act, _ hashes: [String]) -> HTTPRequest? {
    guard !hashes.isEmpty else { return nil }
    let ids = JSONValue.array(hashes.map(JSONValue.string))
    let verb = act == .stop ? "stop" : "start"
    let method = dialect == .own ? "torrent-\(verb)" : "torrent_\(verb)"
    return request(path, method, ["ids": ids])
  }

  private func request(_ path: String, _ method: String, _ arguments: JSONObject) -> HTTPRequest {
    var headers: HTTPHeaders = [:]
    headers[Self.sessionField] = session
    let body: JSONValue =
      switch dialect {
      case .own: ["method": .string(method), "arguments": .object(arguments)]
      case .jsonRPC:
        ["jsonrpc": "2.0", "id": 1, "method": .string(method), "params": .object(arguments)]
      }
    return .json(path, body.bytes(), headers: headers)
  }

  /// Takes the session of a 409 answer.
  ///
  /// - Returns: Whether the request is to be sent again with it.
  /// - Throws: That it is not Transmission.
  mutating func takesSession(_ answer: ClientAnswer) throws(ClientFault) -> Bool {
    guard answer.status == 409 else { return false }
    guard let session = answer.headers[Self.sessionField], !session.isEmpty,
      session.utf8.count <= 256, session.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
    else {
      throw ClientFault(
        "what listens there is not Transmission: status 409 without a session; check the URL")
    }
    self.session = session
    dialect = Self.dialect(of: answer.headers[Self.versionField])
    return true
  }

  /// JSON-RPC since version 6 of the RPC.
  private static func dialect(of version: String?) -> Dialect {
    guard let major = version?.split(separator: ".").first.flatMap({ Int($0) }), major >= 6 else {
      return .own
    }
    return .jsonRPC
  }

  /// What a request came to.
  ///
  /// - Throws: What Transmission complains about, or that it is not Transmission.
  func result(_ answer: ClientAnswer) throws(ClientFault) -> JSONValue {
    switch answer.status {
    case 401:
      throw ClientFault(
        "Transmission refuses the login (status 401): check user and password against rpc-username"
          + " and rpc-password")
    case 403:
      throw ClientFault(
        "Transmission refuses this machine's address (status 403): add it to rpc-whitelist; after a"
          + " hundred refused logins it refuses everybody until it is started anew")
    case 421:
      throw ClientFault(
        "Transmission refuses the host name in the URL (status 421): give an IP address, or add the"
          + " name to rpc-host-whitelist")
    default:
      if let fault = answer.refusal(of: Self.program) { throw fault }
    }
    let value = try answer.json(of: Self.program)
    switch dialect {
    case .own:
      guard let words = value["result"]?.stringValue else { throw Self.stranger }
      guard words == "success" else {
        throw ClientFault("Transmission refuses: \(words.asOneLine)")
      }
      return value["arguments"] ?? .object([:])
    case .jsonRPC:
      guard value["jsonrpc"]?.stringValue == "2.0" else { throw Self.stranger }
      if let error = value["error"], !error.isNull {
        let words = error["data"]?["error_string"]?.stringValue ?? error["message"]?.stringValue
        throw ClientFault("Transmission refuses: \((words ?? "no reason given").asOneLine)")
      }
      return value["result"] ?? .object([:])
    }
  }

  private static let stranger = ClientFault(
    "what listens there is not Transmission: its answer has no result; check the URL")

  /// The torrents of a list.
  ///
  /// - Parameters:
  ///   - answer: The list.
  ///   - date: The present, in seconds since 1970.
  /// - Returns: What they do.
  /// - Throws: That it is no such list.
  func torrents(_ answer: ClientAnswer, at date: Int = 0) throws(ClientFault) -> TargetState {
    guard let torrents = try result(answer)["torrents"]?.arrayValue else { throw Self.stranger }
    let (key, activity) =
      dialect == .own ? ("hashString", "activityDate") : ("hash_string", "activity_date")
    var state = TargetState()
    var broken = 0
    for torrent in torrents {
      guard let hash = torrent[key]?.stringValue, Self.isHash(hash),
        let status = torrent["status"]?.intValue
      else {
        throw ClientFault("Transmission's list has a torrent without a hash or a status")
      }
      if torrent["error"]?.intValue == Self.localError {
        broken += 1
        // One that cannot write stops by itself. Who stopped one that could is not told apart later.
        let isRecent = (torrent[activity]?.intValue ?? 0) >= date - Self.recently
        if status == 0, isRecent { state.fallen.insert(hash) }
      }
      // 0 is stopped; the others download, seed, verify, or wait for their turn.
      if status == 0 { state.idle.insert(hash) } else { state.running.insert(hash) }
    }
    state.idle.subtract(state.running)
    state.fallen.formIntersection(state.idle)
    if broken > 0 { state.note = "\(broken) torrents cannot read or write their files" }
    return state
  }

  /// For how many seconds a torrent that cannot write counts as one that ran until now.
  private static let recently = 600
  /// 1 and 2 come from a tracker.
  private static let localError = 3

  static func isHash(_ text: String) -> Bool {
    (8...128).contains(text.utf8.count)
      && text.utf8.allSatisfy { byte in
        switch byte {
        case 0x30...0x39, 0x41...0x46, 0x61...0x66: true
        default: false
        }
      }
  }
}
