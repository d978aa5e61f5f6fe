import HTTPTransport
import JSONValue

/// The Web API of qBittorrent, 4.1 and later: requests, and what answers say.
struct QBittorrentAPI: Hashable, Sendable {
  static let program = "qBittorrent"

  /// The path of the API, and where a browser would come from: other origins are refused.
  let path: String
  let origin: String
  var cookie: String?
  /// What the API calls pausing; `nil` where its version is not known.
  var names: Names?

  /// The words of 4.x and those of 5.x.
  enum Names: Hashable {
    case pauseResume, stopStart
  }

  /// What is done to torrents.
  enum Act: Hashable {
    case pause, resume, force
  }

  private var headers: HTTPHeaders {
    var headers: HTTPHeaders = ["Referer": origin, "Origin": origin]
    headers["Cookie"] = cookie
    return headers
  }

  func login(_ user: String, _ password: String) -> HTTPRequest {
    .form(
      "\(path)/auth/login", [("username", user), ("password", password)], headers: headers)
  }

  func version() -> HTTPRequest {
    HTTPRequest("GET", "\(path)/app/webapiVersion", headers: headers)
  }

  /// In pages: what it tells of a torrent is long.
  static let page = 1000

  func list(from offset: Int) -> HTTPRequest {
    HTTPRequest(
      "GET", "\(path)/torrents/info?sort=hash&limit=\(Self.page)&offset=\(offset)",
      headers: headers)
  }

  func act(_ act: Act, _ hashes: [String]) -> HTTPRequest {
    let verb =
      switch (act, names) {
      case (.pause, .stopStart): "stop"
      case (.pause, .pauseResume), (.pause, nil): "pause"
      case (.resume, .stopStart): "start"
      case (.resume, .pauseResume), (.resume, nil): "resume"
      case (.force, _): "setForceStart"
      }
    var fields = [("hashes", hashes.joined(separator: "|"))]
    if act == .force { fields.append(("value", "true")) }
    return .form("\(path)/torrents/\(verb)", fields, headers: headers)
  }

  /// What came of a login.
  enum Login: Hashable {
    case cookie(String)
    case refused
    case banned
  }

  /// 4.x and 5.x say `Ok.` or `Fails.` with status 200; later ones may leave it at the status.
  static func login(_ answer: ClientAnswer) throws(ClientFault) -> Login {
    switch answer.status {
    case 403: return .banned
    case 401: return .refused
    default: if let fault = answer.refusal(of: program) { throw fault }
    }
    if answer.excerpt == "Fails." { return .refused }
    for field in answer.headers.values(of: "Set-Cookie") {
      let pair = field.prefix { $0 != ";" }
      let isSession = pair.hasPrefix("SID") || pair.hasPrefix("QBT_SID")
      guard isSession, pair.utf8.contains(UInt8(ascii: "=")), pair.utf8.count <= 512,
        pair.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
      else { continue }
      return .cookie(String(pair))
    }
    throw ClientFault(
      "what listens there is not qBittorrent: its answer to a login has no session; check the URL")
  }

  static func names(_ answer: ClientAnswer) throws(ClientFault) -> Names {
    if let fault = answer.refusal(of: program) { throw fault }
    let parts = answer.excerpt.split(separator: ".", omittingEmptySubsequences: false)
    let numbers = parts.compactMap { $0.utf8.count <= 6 ? Int($0) : nil }
    guard (2...4).contains(parts.count), numbers.count == parts.count else {
      throw ClientFault(
        "what listens there is not qBittorrent: it tells no version of its Web API; check the URL")
    }
    return (numbers[0], numbers[1]) >= (2, 11) ? .stopStart : .pauseResume
  }

  /// A torrent of a list.
  struct Torrent: Hashable {
    var hash: String
    var runs: Bool
    var isForced: Bool
  }

  static func torrents(_ answer: ClientAnswer) throws(ClientFault) -> [Torrent] {
    if let fault = answer.refusal(of: program) { throw fault }
    guard let list = try answer.json(of: program).arrayValue else {
      throw ClientFault(
        "what listens there is not qBittorrent: its answer is no list; check the URL")
    }
    var torrents: [Torrent] = []
    for item in list {
      guard let hash = item["hash"]?.stringValue, TransmissionAPI.isHash(hash),
        let state = item["state"]?.stringValue
      else {
        throw ClientFault("qBittorrent's list has a torrent without a hash or a state")
      }
      let isForced = item["force_start"]?.boolValue ?? false
      torrents.append(
        Torrent(hash: hash, runs: !Self.restingStates.contains(state), isForced: isForced))
    }
    return torrents
  }

  /// Of 4.x and of 5.x. One that lacks files or has an error writes nothing until somebody resumes
  /// it. All other states download, seed, check, move, or wait for their turn.
  static let restingStates: Set<String> = [
    "pausedDL", "pausedUP", "stoppedDL", "stoppedUP", "error", "missingFiles",
  ]

  /// What the unit of a torrent ends with while it runs outside the queue and its limits.
  static let forcedMark = " forced"

  /// Torrents as units.
  ///
  /// A pause makes qBittorrent forget that a torrent was forced. So that this is owed too, a forced one
  /// is a unit of another name; one that rests may have been either.
  static func state(_ torrents: some Sequence<Torrent>) -> TargetState {
    var state = TargetState()
    for torrent in torrents {
      if torrent.runs {
        state.running.insert(torrent.isForced ? torrent.hash + forcedMark : torrent.hash)
      } else {
        state.idle.formUnion([torrent.hash, torrent.hash + forcedMark])
      }
    }
    state.idle.subtract(state.running)
    return state
  }
}
