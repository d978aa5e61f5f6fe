import HTTPTransport
import Pacing

/// aria2: its downloads, by gid. What is stopped, done or failed, is no unit: it cannot be resumed.
struct Aria2Client: StackClient {
  private let place: ClientPlace
  private let secret: SecretReader?

  /// Downloads in one request.
  private static let chunk = 500
  /// A list that never ends is none.
  private static let maximumPages = 100

  init(_ place: ClientPlace, secret: SecretSource?) {
    self.place = place
    self.secret = secret.map { SecretReader($0, in: place.environment) }
  }

  func look(until deadline: Tick) async throws(ClientFault) -> TargetState {
    try await converse(until: deadline) { (talk, api) async throws(ClientFault) in
      var state = TargetState()
      // What moves from one list to the other between two requests is in the later one.
      var offset = 0
      for _ in 0..<Self.maximumPages {
        let answer = try await talk.ask(api.list(.waiting(from: offset)))
        let count = try Aria2API.add(answer, to: &state)
        offset += count
        guard count == Aria2API.page else { break }
      }
      _ = try Aria2API.add(try await talk.ask(api.list(.active)), to: &state)
      state.instance = try Aria2API.sessionName(try await talk.ask(api.session()))
      return state
    }
  }

  func pause(_ units: Set<String>, until deadline: Tick) async throws(ClientFault) {
    try await act(isPause: true, units, until: deadline)
  }

  func resume(_ units: Set<String>, until deadline: Tick) async throws(ClientFault) {
    try await act(isPause: false, units, until: deadline)
  }

  private func act(
    isPause: Bool, _ units: Set<String>, until deadline: Tick
  ) async throws(ClientFault) {
    let gids = units.filter(Aria2API.isGID).sorted()
    guard !gids.isEmpty else { return }
    try await converse(until: deadline) { (talk, api) async throws(ClientFault) in
      for start in stride(from: 0, to: gids.count, by: Self.chunk) {
        let part = Array(gids[start..<min(start + Self.chunk, gids.count)])
        try Aria2API.taken(try await talk.ask(api.act(isPause: isPause, part)))
      }
      // Its state lives in memory until then.
      try Aria2API.saved(try await talk.ask(api.saveSession()))
    }
  }

  private func converse<Value: Sendable>(
    until deadline: Tick,
    _ talk: (Conversation, Aria2API) async throws(ClientFault) -> Value
  ) async throws(ClientFault) -> Value {
    var known: String?
    do throws(ClientFault) {
      known = try await secret?.read(until: deadline)
    } catch {
      throw ClientFault("\(place.name): \(error)")
    }
    let api = Aria2API(path: place.path("/jsonrpc"), secret: known)
    return try await place.converse(until: deadline, hiding: known.map { [$0] } ?? []) {
      (conversation) async throws(ClientFault) in try await talk(conversation, api)
    }
  }
}
