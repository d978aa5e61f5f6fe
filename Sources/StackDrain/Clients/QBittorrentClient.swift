import HTTPTransport
import Pacing
import Synchronization

/// qBittorrent: its torrents, by hash.
///
/// It bans an address after a few refused logins. So one is made only when a request was refused, one
/// at a time, at most one within a call, and none with a login that was refused before.
final class QBittorrentClient: StackClient {
  private let place: ClientPlace
  private let user: String?
  private let password: SecretReader?
  private let state: Mutex<State>

  private struct State {
    var api: QBittorrentAPI
    var refused: String?
    var bannedUntil: Tick?
    var isLoggingIn = false
  }

  /// Torrents in one request.
  private static let chunk = 500
  /// How long a ban lasts is a setting of qBittorrent's; each try within it is in vain.
  private static let banPause = Duration.seconds(600)

  init(_ place: ClientPlace, _ login: ClientSettings.Login?) {
    self.place = place
    user = login?.user
    password = login.map { SecretReader($0.password, in: place.environment) }
    state = Mutex(State(api: QBittorrentAPI(path: place.path("/api/v2"), origin: place.origin)))
  }

  func look(until deadline: Tick) async throws(ClientFault) -> TargetState {
    try await converse(until: deadline) { (talk) async throws(ClientFault) in
      var torrents: [String: QBittorrentAPI.Torrent] = [:]
      var offset = 0
      while true {
        let answer = try await talk.ask { $0.list(from: offset) }
        let page = try QBittorrentAPI.torrents(answer)
        let before = torrents.count
        for torrent in page { torrents[torrent.hash] = torrent }
        offset += page.count
        // An offset beyond the end gives torrents again.
        guard page.count == QBittorrentAPI.page, torrents.count > before else { break }
      }
      return QBittorrentAPI.state(torrents.values)
    }
  }

  func pause(_ units: Set<String>, until deadline: Tick) async throws(ClientFault) {
    let hashes = Set(units.map { Self.hash(of: $0) })
    guard !hashes.isEmpty else { return }
    try await converse(until: deadline) { (talk) async throws(ClientFault) in
      try await act(.pause, hashes, talk)
    }
  }

  func resume(_ units: Set<String>, until deadline: Tick) async throws(ClientFault) {
    let forced = units.filter { $0.hasSuffix(QBittorrentAPI.forcedMark) }
    let hashes = units.subtracting(forced)
    guard !units.isEmpty else { return }
    try await converse(until: deadline) { (talk) async throws(ClientFault) in
      try await act(.resume, hashes, talk)
      try await act(.force, Set(forced.map { Self.hash(of: $0) }), talk)
    }
  }

  private static func hash(of unit: String) -> String {
    let mark = QBittorrentAPI.forcedMark
    return unit.hasSuffix(mark) ? String(unit.dropLast(mark.count)) : unit
  }

  private func act(
    _ act: QBittorrentAPI.Act, _ hashes: Set<String>, _ talk: Talk
  ) async throws(ClientFault) {
    // `all` would be a word to it as well.
    let hashes = hashes.filter(TransmissionAPI.isHash).sorted()
    for start in stride(from: 0, to: hashes.count, by: Self.chunk) {
      let part = Array(hashes[start..<min(start + Self.chunk, hashes.count)])
      try await talk.act(act, part)
    }
  }

  private func converse<Value: Sendable>(
    until deadline: Tick, _ talk: (Talk) async throws(ClientFault) -> Value
  ) async throws(ClientFault) -> Value {
    var secret: String?
    do throws(ClientFault) {
      secret = try await password?.read(until: deadline)
    } catch {
      throw ClientFault("\(place.name): \(error)")
    }
    let known = secret
    return try await place.converse(until: deadline, hiding: known.map { [$0] } ?? []) {
      (conversation) async throws(ClientFault) in
      try await talk(Talk(client: self, conversation: conversation, password: known))
    }
  }

  /// One call: at most one login.
  private final class Talk: Sendable {
    private let client: QBittorrentClient
    private let conversation: Conversation
    private let password: String?
    private let hasLoggedIn = Mutex(false)

    init(client: QBittorrentClient, conversation: Conversation, password: String?) {
      self.client = client
      self.conversation = conversation
      self.password = password
    }

    func ask(
      _ make: (QBittorrentAPI) -> HTTPRequest
    ) async throws(ClientFault) -> ClientAnswer {
      let api = client.state.withLock { $0.api }
      let answer = try await conversation.ask(make(api))
      switch answer.status {
      case 403:
        try await logIn(insteadOf: api.cookie)
        let second = try await conversation.ask(make(client.state.withLock { $0.api }))
        guard second.status != 403 else {
          throw ClientFault("qBittorrent refuses what it has just given a session for (status 403)")
        }
        return second
      case 401:
        throw ClientFault(
          "qBittorrent refuses the host name or the origin of the URL (status 401): give the one that"
            + " its Web UI is reached by")
      default:
        return answer
      }
    }

    /// With the words of its version; it may have been replaced by another one since.
    func act(_ act: QBittorrentAPI.Act, _ hashes: [String]) async throws(ClientFault) {
      for isLast in [false, true] {
        if client.state.withLock({ $0.api.names == nil }) {
          let names = try QBittorrentAPI.names(try await ask { $0.version() })
          client.state.withLock { $0.api.names = names }
        }
        let answer = try await ask { $0.act(act, hashes) }
        if answer.status == 404 || answer.status == 405, !isLast {
          client.state.withLock { $0.api.names = nil }
          continue
        }
        if let fault = answer.refusal(of: QBittorrentAPI.program) { throw fault }
        return
      }
    }

    private func logIn(insteadOf cookie: String?) async throws(ClientFault) {
      guard let user = client.user, let password else {
        throw ClientFault("qBittorrent wants a login (status 403): give user and password")
      }
      guard !hasLoggedIn.withLock({ $0 }) else {
        throw ClientFault("qBittorrent ended the session that it has just given")
      }
      let login = "\(user)\n\(password)"
      let now = conversation.now()
      guard try await begin(login, insteadOf: cookie, at: now) else { return }
      defer { client.state.withLock { $0.isLoggingIn = false } }
      hasLoggedIn.withLock { $0 = true }
      var api = client.state.withLock { $0.api }
      api.cookie = nil
      let outcome = try QBittorrentAPI.login(try await conversation.ask(api.login(user, password)))
      switch outcome {
      case .cookie(let cookie):
        client.state.withLock { state in
          state.api.cookie = cookie
          state.api.names = nil
          state.refused = nil
        }
      case .refused:
        client.state.withLock { $0.refused = login }
        throw Self.refusal
      case .banned:
        client.state.withLock { $0.bannedUntil = now + QBittorrentClient.banPause }
        throw Self.ban
      }
    }

    private static let refusal = ClientFault(
      "qBittorrent refuses the login: check user and password; it is not tried again until one of"
        + " them is another, as that would lead to a ban")
    private static let ban = ClientFault(
      "qBittorrent bans this machine's address after too many refused logins: wait, or start it anew"
    )

    /// Waits for its turn.
    ///
    /// - Returns: Whether a login is to be made; false where another call has made one meanwhile.
    private func begin(
      _ login: String, insteadOf cookie: String?, at now: Tick
    ) async throws(ClientFault) -> Bool {
      while true {
        enum Turn {
          case mine, notNeeded, later
          case no(ClientFault)
        }
        let turn: Turn = client.state.withLock { state in
          if state.api.cookie != cookie { return .notNeeded }
          if state.isLoggingIn { return .later }
          if state.refused == login { return .no(Self.refusal) }
          if let end = state.bannedUntil, now < end { return .no(Self.ban) }
          state.isLoggingIn = true
          return .mine
        }
        switch turn {
        case .mine: return true
        case .notNeeded: return false
        case .no(let fault): throw fault
        case .later:
          guard conversation.now() < conversation.deadline,
            (try? await Task.sleep(for: .milliseconds(50))) != nil
          else { throw ClientFault("qBittorrent did not answer a login in time") }
        }
      }
    }
  }
}
